//! The remote things of an image as a status shows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A marker of an image (the remote's `MarkerTO`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarkerStatus {
    /// Name of the marker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub name: Option<String>,
    /// Id of the marker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub marker_id: Option<String>,
    /// Id of the version that it points at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_id: Option<String>,
    /// Id of the version that it is moving to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub next_version_id: Option<String>,
    /// Status of the marker, such as `UPDATES_COMPLETED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub status: Option<String>,
    /// The remote's error code, where moving it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub error_code: Option<String>,
    /// The remote's words, where moving it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub error_details: Option<String>,
    /// When it last changed, as the remote writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub updated_at: Option<String>,
}

/// A version of an image (the remote's `VersionTO`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionStatus {
    /// Name of the version, such as `1.0.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub name: Option<String>,
    /// Id of the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_id: Option<String>,
    /// Status of the version, such as `AVAILABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_status: Option<String>,
    /// Whether it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub state: Option<String>,
    /// The resource that manages it, such as `ImageCatalog/win11`; absent for a version that no resource manages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 320))]
    pub managed_by: Option<String>,
    /// Description of the version, without the operator's owner mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub description: Option<String>,
    /// Which part of the version number was counted up for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_type: Option<String>,
    /// Id of the version that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub source_version_id: Option<String>,
    /// What was last done to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub last_triggered_action: Option<String>,
    /// The remote's words, where validating or publishing it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub error_details: Option<String>,
    /// When it was created, as the remote writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub created_at: Option<String>,
    /// When it last changed, as the remote writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub updated_at: Option<String>,
}

/// A copy of a version in one provider instance (the remote's `AssetTO`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopyStatus {
    /// Id of the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub copy_id: Option<String>,
    /// Id of the version that it is a copy of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_id: Option<String>,
    /// Name of the version that it is a copy of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_name: Option<String>,
    /// Id of the provider instance that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub provider_instance_id: Option<String>,
    /// The sort of provider that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub provider_label: Option<String>,
    /// The sort of thing that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub asset_type: Option<String>,
    /// Status of the copy, such as `AVAILABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub asset_status: Option<String>,
    /// Whether it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub state: Option<String>,
    /// Whether several users can work on one VM of it at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_session: Option<bool>,
    /// Version of the Horizon agent in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub agent_version: Option<String>,
    /// The remote's error code, where something failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub error_code: Option<String>,
    /// The remote's words, where something failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub error_details: Option<String>,
    /// The remote's warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub warning_details: Option<String>,
    /// When it was created, as the remote writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub created_at: Option<String>,
    /// When it last changed, as the remote writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub updated_at: Option<String>,
}
