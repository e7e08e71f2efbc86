//! What the operator reports about an image. Strings of the remote stand here verbatim, shortened to their bounds.
//!
//! Lists that mirror the remote are plain lists: were they keyed, a remote that repeats itself would make the whole
//! status unwritable.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mirrored::{CopyStatus, MarkerStatus, VersionStatus};
use crate::api::candidates::CandidateStatus;
use crate::api::conditions::conditions;
use crate::api::record::Part;

/// What the operator reports about an ImageCatalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct ImageCatalogStatus {
    /// The `metadata.generation` that this status speaks of; -1 until the operator has looked for the first time.
    #[serde(default = "unobserved")]
    pub observed_generation: i64,
    /// How the image is: `Ready` always, `Reconciling` and `Stalled` while they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "conditions")]
    pub conditions: Vec<Condition>,
    /// The value of the annotation `image-operator.dev/reconcile-requested-at` that was last acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub last_handled_reconcile_at: Option<String>,
    /// Digest of the spec that `Ready` last held for, without `suspend`: tells whether a suspended resource has been edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub applied_spec: Option<String>,
    /// The uid of the resource that the record below belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub owner_uid: Option<String>,

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
    /// The value of the annotation `image-operator.dev/resolve` that was last acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub last_handled_resolve: Option<String>,
    /// Images that could be this resource's, while the operator cannot tell which: answer with the annotation `image-operator.dev/resolve`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub candidates: Vec<CandidateStatus>,
    /// The operator's record of what exists remotely, and of what it was about to do. Never edit it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"])
    )]
    pub parts: Vec<Part>,
}

impl Default for ImageCatalogStatus {
    /// The status of an image that nobody has looked at.
    fn default() -> Self {
        ImageCatalogStatus {
            observed_generation: unobserved(),
            conditions: Vec::new(),
            last_handled_reconcile_at: None,
            applied_spec: None,
            owner_uid: None,
            stream_id: None,
            stream_name: None,
            stream_description: None,
            stream_status: None,
            org_id: None,
            os: None,
            os_type: None,
            gpu_type: None,
            multi_session: None,
            source_type: None,
            source_stream_id: None,
            source_version_id: None,
            version_count: None,
            created_at: None,
            updated_at: None,
            version_id: None,
            version_name: None,
            version_status: None,
            version_state: None,
            version_description: None,
            version_type: None,
            version_history: Vec::new(),
            last_triggered_action: None,
            asset_id: None,
            asset_type: None,
            asset_status: None,
            markers: Vec::new(),
            versions: Vec::new(),
            copies: Vec::new(),
            last_handled_resolve: None,
            candidates: Vec::new(),
            parts: Vec::new(),
        }
    }
}

fn unobserved() -> i64 {
    -1
}
