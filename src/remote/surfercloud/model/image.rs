//! An image.

use serde::Deserialize;

use crate::lifecycle::RemoteId;
use crate::remote::listing::Listed;
use crate::remote::loose::{loose, loose_struct};
use crate::remote::surfercloud::state::ImageState;

/// An image as the remote shows it (`UHostImageSet`). Prices are only shown when asked for, and are not.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Image {
    /// The id.
    pub image_id: RemoteId,
    /// The name.
    #[serde(default, deserialize_with = "loose")]
    pub image_name: Option<String>,
    /// The description, with an owner mark at its end where there is one.
    #[serde(default, deserialize_with = "loose")]
    pub image_description: Option<String>,
    /// How far it is.
    #[serde(default, deserialize_with = "loose")]
    pub state: ImageState,
    /// The availability zone.
    #[serde(default, deserialize_with = "loose")]
    pub zone: Option<String>,
    /// The business group.
    #[serde(default, deserialize_with = "loose")]
    pub tag: Option<String>,
    /// `Linux` or `Windows`; not the distribution that an import names.
    #[serde(default, deserialize_with = "loose")]
    pub os_type: Option<String>,
    /// The operating system.
    #[serde(default, deserialize_with = "loose")]
    pub os_name: Option<String>,
    /// `Base`, `Business` or `Custom`.
    #[serde(default, deserialize_with = "loose")]
    pub image_type: Option<String>,
    /// What machines made from it can do, such as `HotPlug`.
    #[serde(default, deserialize_with = "loose")]
    pub features: Vec<String>,
    /// What it is for, such as `gpu`.
    #[serde(default, deserialize_with = "loose")]
    pub func_type: Option<String>,
    /// The software in it (market images).
    #[serde(default, deserialize_with = "loose")]
    pub integrated_software: Option<String>,
    /// Who made it (market images).
    #[serde(default, deserialize_with = "loose")]
    pub vendor: Option<String>,
    /// Where to read more (market images).
    #[serde(default, deserialize_with = "loose")]
    pub links: Option<String>,
    /// When it was made, in Unix seconds.
    #[serde(default, deserialize_with = "loose")]
    pub create_time: Option<i64>,
    /// How large it is, in GB (the unit is inferred from clients).
    #[serde(default, deserialize_with = "loose")]
    pub image_size: Option<i64>,
    /// The oldest CPU that it runs on.
    #[serde(default, rename = "MinimalCPU", deserialize_with = "loose")]
    pub minimal_cpu: Option<String>,
    /// When its maintenance ends, as `YYYY/MM/DD`.
    #[serde(default, deserialize_with = "loose")]
    pub maintain_eol: Option<String>,
    /// The snapshots of data disks that belong to it.
    #[serde(default, deserialize_with = "loose")]
    pub data_snapshot_ids: Vec<String>,
    /// The graphics cards that it supports.
    #[serde(default, rename = "SupportedGPUTypes", deserialize_with = "loose")]
    pub supported_gpu_types: Vec<String>,
    /// What it is offered for.
    #[serde(default, deserialize_with = "loose")]
    pub scene_categories: Vec<String>,
    /// The software that it is offered with.
    #[serde(default, deserialize_with = "loose")]
    pub primary_software: Option<String>,
}

loose_struct!(Image);

impl Listed for Image {
    fn key(&self) -> Option<&RemoteId> {
        Some(&self.image_id)
    }
}
