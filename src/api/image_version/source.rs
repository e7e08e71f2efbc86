//! The version that another one is made from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sources that no version is added from, and that give images which none is added to (public OpenAPI document of
/// Horizon Cloud next-gen, operation addVersion, which names two others). The vendors may add more, so only those that
/// are known to be something else are refused.
pub const NEVER_ADDED: [&str; 2] = ["AZURE_MARKET_PLACE", "VIEW_IMAGES"];

/// Names the resource whose version another one follows or is cloned from, in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceVersionReference {
    /// The kind of resource: `ImageVersion` (default), or `ImageCatalog` for the first version of the image.
    #[serde(default)]
    pub kind: SourceKind,
    /// Name of the resource, in the same namespace.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// The kinds of resource that stand for a version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SourceKind {
    /// A further version of an image.
    #[default]
    ImageVersion,
    /// An image, for its first version.
    ImageCatalog,
}
