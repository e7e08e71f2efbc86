//! What the operator reports about a version. Strings of the remote stand here verbatim, shortened to their bounds.
//!
//! Lists that mirror the remote are plain lists: were they keyed, a remote that repeats itself would make the whole
//! status unwritable.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::image::{CopyStatus, MarkerStatus};
use crate::api::managed::ManagedStatus;

/// What the operator reports about an ImageVersion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct ImageVersionStatus {
    /// What the status of every managed kind holds.
    #[serde(flatten)]
    pub managed: ManagedStatus,
    /// The value of `spec.validate.request` that was last acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub last_handled_validate: Option<String>,

    /// Id of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub stream_id: Option<String>,
    /// Status of the image, such as `IN_PROGRESS`, `IMPORT_COMPLETE` or `AVAILABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub image_status: Option<String>,
    /// Id of the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_id: Option<String>,
    /// Name of the version, such as `1.1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_name: Option<String>,
    /// Description of the version, without the operator's owner mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub version_description: Option<String>,
    /// Status of the version, such as `IMPORT_IN_PROGRESS`, `IMPORT_COMPLETE` or `AVAILABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_status: Option<String>,
    /// Whether the version is published: `NOT_READY`, `UNPUBLISHED`, `PARTIALLY_PUBLISHED` or `PUBLISHED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_state: Option<String>,
    /// Which part of the version number was counted up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_type: Option<String>,
    /// The versions that this one descends from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(max = 128)))]
    pub version_history: Vec<String>,
    /// Id of the version that this one was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub source_version_id: Option<String>,
    /// What the version was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub source_type: Option<String>,
    /// What was last done to the version, such as `CLONE` or `PUBLISH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub last_triggered_action: Option<String>,
    /// Id of the organisation that owns the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub org_id: Option<String>,
    /// The operating system of the version as the remote displays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub os: Option<String>,
    /// When the version was created, as the remote writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub created_at: Option<String>,
    /// When the version last changed, as the remote writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub updated_at: Option<String>,
    /// How the last validation of the version went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_validation_details: Option<VersionValidationDetails>,
    /// How the validation during the last publish went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_validation_result: Option<PublishValidationResult>,

    /// Id of the copy in the provider instance that the version was made in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub asset_id: Option<String>,
    /// The sort of thing that this copy is, such as `AZURE_IMAGE_IN_SIG`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub asset_type: Option<String>,
    /// Status of this copy, such as `DEPLOYING_VM`, `PUBLISH_IN_PROGRESS` or `AVAILABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub asset_status: Option<String>,

    /// The markers that point at the version or move to it, up to 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub markers: Vec<MarkerStatus>,
    /// The copies of the version, one per provider instance, up to 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub copies: Vec<CopyStatus>,
}

/// How the last validation of a version went (the remote's `VersionValidationDetails`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionValidationDetails {
    /// How far it is: `INITIATED`, `IN_PROGRESS`, `SUCCESS` or `FAILED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub validation_status: Option<String>,
    /// Name of the template that it ran in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub studio_template_name: Option<String>,
    /// Status of that template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub studio_template_status: Option<String>,
    /// Whether somebody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_demand_validation: Option<bool>,
    /// The remote's words, where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub error_details: Option<String>,
}

/// How the validation during the last publish went (the remote's `PublishValidationResult`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishValidationResult {
    /// The result in the remote's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub result: Option<String>,
    /// How far it is: `INITIATED`, `IN_PROGRESS`, `SUCCESS` or `FAILED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub status: Option<String>,
    /// The remote's words, where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub error_details: Option<String>,
}
