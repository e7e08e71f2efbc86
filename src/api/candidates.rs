//! Remote objects that could be a resource's, while the operator cannot tell which.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An image that could be a resource's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CandidateStatus {
    /// Id of the image.
    #[schemars(length(max = 128))]
    pub id: String,
    /// Name of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub name: Option<String>,
    /// When the image was created, as the remote writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub created_at: Option<String>,
}
