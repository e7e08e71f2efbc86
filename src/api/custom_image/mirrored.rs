//! The copies of an image as its status shows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A copy of an image in another region or project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageCopyStatus {
    /// The region of the copy.
    #[schemars(length(max = 128))]
    pub region: String,
    /// Id of the project of the copy.
    #[schemars(length(max = 128))]
    pub project_id: String,
    /// Id of the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub image_id: Option<String>,
    /// State of the copy, such as `Copying` or `Available`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub state: Option<String>,
    /// How large the copy is, in GB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_size: Option<i64>,
    /// When the copy was made, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_time: Option<i64>,
}
