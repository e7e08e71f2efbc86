//! What the operator reports about a custom image. Strings of the remote stand here verbatim, shortened to their bounds.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mirrored::ImageCopyStatus;
use crate::api::candidates::CandidateStatus;
use crate::api::conditions::conditions;
use crate::api::record::Part;

/// What the operator reports about a CustomImage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct CustomImageStatus {
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
    pub image_id: Option<String>,
    /// The region that the image is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub region: Option<String>,
    /// Id of the project that the image belongs to, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub project_id: Option<String>,
    /// Name of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub image_name: Option<String>,
    /// Description of the image, without the operator's owner mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub image_description: Option<String>,
    /// State of the image: `Making`, `Copying`, `Available` or `Unavailable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub state: Option<String>,
    /// How large the image is, in GB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_size: Option<i64>,
    /// When the image was made, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_time: Option<i64>,
    /// The availability zone of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub zone: Option<String>,
    /// The business group of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub tag: Option<String>,
    /// The family of operating system, `Linux` or `Windows`; not the distribution in `spec.osType`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub os_type: Option<String>,
    /// The operating system as the remote displays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub os_name: Option<String>,
    /// The sort of image: `Custom`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub image_type: Option<String>,
    /// What machines made from the image can do, such as `HotPlug`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(max = 128)))]
    pub features: Vec<String>,
    /// What the image is for, such as `gpu`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub func_type: Option<String>,
    /// The software in the image (market images).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub integrated_software: Option<String>,
    /// Who made the image (market images).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub vendor: Option<String>,
    /// Where to read more about the image (market images).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub links: Option<String>,
    /// The oldest CPU that the image runs on.
    #[serde(default, rename = "minimalCPU", skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub minimal_cpu: Option<String>,
    /// When maintenance of the image ends, as `YYYY/MM/DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub maintain_eol: Option<String>,
    /// The snapshots of data disks that belong to the image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(max = 128)))]
    pub data_snapshot_ids: Vec<String>,
    /// The graphics cards that the image supports.
    #[serde(default, rename = "supportedGPUTypes", skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(max = 128)))]
    pub supported_gpu_types: Vec<String>,
    /// What the image is offered for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(max = 128)))]
    pub scene_categories: Vec<String>,
    /// The software that the image is offered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub primary_software: Option<String>,

    /// The copies of the image in other regions and projects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub copies: Vec<ImageCopyStatus>,
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
        length(max = 32),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"])
    )]
    pub parts: Vec<Part>,
}

impl Default for CustomImageStatus {
    /// The status of an image that nobody has looked at.
    fn default() -> Self {
        CustomImageStatus {
            observed_generation: unobserved(),
            conditions: Vec::new(),
            last_handled_reconcile_at: None,
            applied_spec: None,
            owner_uid: None,
            image_id: None,
            region: None,
            project_id: None,
            image_name: None,
            image_description: None,
            state: None,
            image_size: None,
            create_time: None,
            zone: None,
            tag: None,
            os_type: None,
            os_name: None,
            image_type: None,
            features: Vec::new(),
            func_type: None,
            integrated_software: None,
            vendor: None,
            links: None,
            minimal_cpu: None,
            maintain_eol: None,
            data_snapshot_ids: Vec::new(),
            supported_gpu_types: Vec::new(),
            scene_categories: Vec::new(),
            primary_software: None,
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
