//! What the operator reports about a custom image. Strings of the remote stand here verbatim, shortened to their bounds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mirrored::ImageCopyStatus;
use crate::api::managed::ManagedStatus;

/// What the operator reports about a CustomImage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct CustomImageStatus {
    /// What the status of every managed kind holds.
    #[serde(flatten)]
    pub managed: ManagedStatus,

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
}
