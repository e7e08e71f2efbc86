//! What the operator reports about an image. Strings of the remote stand here verbatim, shortened to their bounds.
//!
//! Lists that mirror the remote are plain lists: were they keyed, a remote that repeats itself would make the whole
//! status unwritable.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::image::{CopyStatus, MarkerStatus, VersionStatus};
use crate::api::managed::ManagedStatus;

/// What the operator reports about an ImageCatalog.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct ImageCatalogStatus {
    /// What the status of every managed kind holds.
    #[serde(flatten)]
    pub managed: ManagedStatus,

    /// Id of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub stream_id: Option<String>,
    /// Name of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub stream_name: Option<String>,
    /// Description of the image, without the operator's owner mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub stream_description: Option<String>,
    /// Status of the image, such as `IN_PROGRESS`, `IMPORT_COMPLETE` or `AVAILABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub stream_status: Option<String>,
    /// Id of the organisation that owns the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub org_id: Option<String>,
    /// The operating system of the image as the remote displays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub os: Option<String>,
    /// The family of operating system of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub os_type: Option<String>,
    /// The sort of graphics card that the image is made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub gpu_type: Option<String>,
    /// Whether several users can work on one VM of the image at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_session: Option<bool>,
    /// What the image was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub source_type: Option<String>,
    /// Id of the image that this one was cloned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub source_stream_id: Option<String>,
    /// Id of the version that this image was cloned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub source_version_id: Option<String>,
    /// How many versions the image has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_count: Option<i32>,
    /// When the image was created, as the remote writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub created_at: Option<String>,
    /// When the image last changed, as the remote writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub updated_at: Option<String>,

    /// Id of the first version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_id: Option<String>,
    /// Name of the first version, such as `1.0.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_name: Option<String>,
    /// Status of the first version, such as `IMPORT_IN_PROGRESS`, `IMPORT_COMPLETE` or `AVAILABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_status: Option<String>,
    /// Whether the first version is published: `NOT_READY`, `UNPUBLISHED`, `PARTIALLY_PUBLISHED` or `PUBLISHED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_state: Option<String>,
    /// Description of the first version, without the operator's owner mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub version_description: Option<String>,
    /// Which part of the version number was counted up for the first version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub version_type: Option<String>,
    /// The versions that the first version descends from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(max = 128)))]
    pub version_history: Vec<String>,
    /// What was last done to the first version, such as `IMPORT` or `PUBLISH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub last_triggered_action: Option<String>,

    /// Id of the copy in `spec.providerInstanceId`.
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

    /// The markers that this resource made, or took over because its spec names them. One that is not in the spec any more is deleted; one that is not in this list never is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub managed_markers: Vec<ManagedMarker>,
    /// The markers of the image, up to 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub markers: Vec<MarkerStatus>,
    /// The versions of the image, up to 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub versions: Vec<VersionStatus>,
    /// The copies of all versions of the image, up to 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub copies: Vec<CopyStatus>,
}

/// A marker that the resource made or took over, and what it was last told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedMarker {
    /// Name of the marker.
    #[schemars(length(max = 128))]
    pub name: String,
    /// Id of the version that it was last told to move to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub moved_to: Option<String>,
    /// When the marker had last changed before that, as the remote writes it: tells the failure of this move from that of an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub changed_before: Option<String>,
    /// What `lastHandledReconcileAt` was then: a failed move is made again when a person has asked since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub requested_at: Option<String>,
}
