//! An image ("stream", `StreamTO`): the catalogue entry that versions belong to.

use serde::Deserialize;

use super::marker::Marker;
use crate::lifecycle::RemoteId;
use crate::remote::imagemgmt::status::ImageStatus;
use crate::remote::loose::{loose, loose_struct};

/// An image as the remote shows it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// The id, `streamId` elsewhere.
    pub id: RemoteId,
    /// The organisation that owns it.
    #[serde(default, deserialize_with = "loose")]
    pub org_id: Option<String>,
    /// The name, `streamName` elsewhere.
    #[serde(default, deserialize_with = "loose")]
    pub name: String,
    /// The description, with an owner mark at its end where there is one.
    #[serde(default, deserialize_with = "loose")]
    pub description: Option<String>,
    /// The operating system's display name.
    #[serde(default, deserialize_with = "loose")]
    pub os: Option<String>,
    /// Whether several users share one machine.
    #[serde(default, deserialize_with = "loose")]
    pub multi_session: Option<bool>,
    /// `WINDOWS`, `LINUX` or another word of the remote.
    #[serde(default, deserialize_with = "loose")]
    pub os_type: Option<String>,
    /// Where it came from, e.g. `AZURE_SIG`.
    #[serde(default, deserialize_with = "loose")]
    pub source_type: Option<String>,
    /// `NONE`, `AMD` or `NVIDIA`.
    #[serde(default, deserialize_with = "loose")]
    pub gpu_type: Option<String>,
    /// The image that it was cloned from.
    #[serde(default, deserialize_with = "loose")]
    pub source_stream_id: Option<String>,
    /// The version that it was cloned from.
    #[serde(default, deserialize_with = "loose")]
    pub source_version_id: Option<String>,
    /// `streamStatus` elsewhere.
    #[serde(default, deserialize_with = "loose")]
    pub status: ImageStatus,
    /// How many versions it has.
    #[serde(default, deserialize_with = "loose")]
    pub version_count: Option<i64>,
    /// When it was made, as the remote writes it.
    #[serde(default, deserialize_with = "loose")]
    pub created_at: Option<String>,
    /// When it last changed, as the remote writes it.
    #[serde(default, deserialize_with = "loose")]
    pub updated_at: Option<String>,
    /// The remote's internal record counter.
    #[serde(default, deserialize_with = "loose")]
    pub version: Option<i64>,
    /// The markers that point at its versions.
    #[serde(default, deserialize_with = "loose")]
    pub markers: Vec<Marker>,
}

loose_struct!(Image);
