//! References to other objects. None of them leaves its namespace.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Names a `CloudConnection` in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectionReference {
    /// Name of the CloudConnection, in the same namespace.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// Names an `ImageCatalog` in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogReference {
    /// Name of the ImageCatalog, in the same namespace.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// Names an `ImageVersion` in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionReference {
    /// Name of the ImageVersion, in the same namespace.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// Names one key of a Secret in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretKeyReference {
    /// Name of the Secret, in the same namespace.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Key within the Secret's data.
    #[schemars(length(min = 1, max = 253), regex(pattern = r"^[-._a-zA-Z0-9]+$"))]
    pub key: String,
}
