//! A copy of a version at one provider instance ("asset", `AssetTO`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::marker::Marker;
use crate::lifecycle::RemoteId;
use crate::remote::imagemgmt::status::AssetStatus;
use crate::remote::loose::{loose, loose_struct};

/// An image copy as the remote shows it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Copy {
    /// The id, `assetId` elsewhere.
    pub id: RemoteId,
    /// The version that it is a copy of.
    #[serde(default, deserialize_with = "loose")]
    pub version_id: Option<RemoteId>,
    /// The organisation that owns it.
    #[serde(default, deserialize_with = "loose")]
    pub org_id: Option<String>,
    /// The provider instance that it lives at.
    #[serde(default, deserialize_with = "loose")]
    pub provider_instance_id: Option<String>,
    /// The credential that is used there.
    #[serde(default, deserialize_with = "loose")]
    pub credential_id: Option<String>,
    /// The sort of provider, e.g. `AZURE`.
    #[serde(default, deserialize_with = "loose")]
    pub provider_label: Option<String>,
    /// Whether several users share one machine.
    #[serde(default, deserialize_with = "loose")]
    pub multi_session: Option<bool>,
    /// `WINDOWS`, `LINUX` or another word of the remote.
    #[serde(default, deserialize_with = "loose")]
    pub os_type: Option<String>,
    /// `NONE`, `AMD` or `NVIDIA`.
    #[serde(default, deserialize_with = "loose")]
    pub gpu_type: Option<String>,
    /// What it is at the provider.
    #[serde(default, deserialize_with = "loose")]
    pub asset_details: Option<AssetDetails>,
    /// `NOT_READY`, `UNPUBLISHED` or `PUBLISHED`.
    #[serde(default, deserialize_with = "loose")]
    pub state: Option<String>,
    /// `assetStatus` elsewhere.
    #[serde(default, deserialize_with = "loose")]
    pub status: AssetStatus,
    /// Which image and version it belongs to; only where the catalogue details were asked for.
    #[serde(default, deserialize_with = "loose")]
    pub catalog_details: Option<CatalogDetails>,
    /// The version of the agent installer in it.
    #[serde(default, deserialize_with = "loose")]
    pub hai_agent_version: Option<String>,
    /// Why it failed, a code.
    #[serde(default, deserialize_with = "loose")]
    pub error_code: Option<String>,
    /// Why it failed, a sentence.
    #[serde(default, deserialize_with = "loose")]
    pub error_details: Option<String>,
    /// What the sentence is about.
    #[serde(default, deserialize_with = "loose")]
    pub error_details_parameters: BTreeMap<String, String>,
    /// What a person may want to look at.
    #[serde(default, deserialize_with = "loose")]
    pub warning_details: Option<String>,
    /// What the warning is about.
    #[serde(default, deserialize_with = "loose")]
    pub warning_details_parameters: BTreeMap<String, String>,
    /// When it was made, as the remote writes it.
    #[serde(default, deserialize_with = "loose")]
    pub created_at: Option<String>,
    /// When it last changed, as the remote writes it.
    #[serde(default, deserialize_with = "loose")]
    pub updated_at: Option<String>,
    /// The remote's internal record counter.
    #[serde(default, deserialize_with = "loose")]
    pub version: Option<i64>,
    /// Earlier failures.
    #[serde(default, deserialize_with = "loose")]
    pub errors_history: Vec<CopyError>,
    /// The agents installed in it.
    #[serde(default, deserialize_with = "loose")]
    pub agents: Vec<Agent>,
}

/// What a copy is at its provider.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssetDetails {
    /// E.g. `AZURE_IMAGE_IN_SIG`.
    #[serde(default, deserialize_with = "loose")]
    pub asset_type: Option<String>,
    /// Whatever describes an asset of that type.
    #[serde(default, deserialize_with = "loose")]
    pub data: Map<String, Value>,
}

/// Where in the catalogue a copy belongs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogDetails {
    /// The version.
    #[serde(default, deserialize_with = "loose")]
    pub version_id: Option<RemoteId>,
    /// The version's name.
    #[serde(default, deserialize_with = "loose")]
    pub version_name: Option<String>,
    /// The image.
    #[serde(default, deserialize_with = "loose")]
    pub image_id: Option<RemoteId>,
    /// The image's name.
    #[serde(default, deserialize_with = "loose")]
    pub image_name: Option<String>,
    /// The markers that point at the version.
    #[serde(default, deserialize_with = "loose")]
    pub markers: Vec<Marker>,
    /// E.g. `DisableWindowsUpdate`.
    #[serde(default, deserialize_with = "loose")]
    pub os_customizations: Vec<String>,
}

/// One failure of a copy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CopyError {
    /// The remote's code.
    #[serde(default, deserialize_with = "loose")]
    pub code: Option<String>,
    /// A sentence.
    #[serde(default, deserialize_with = "loose")]
    pub message: Option<String>,
    /// A longer sentence.
    #[serde(default, deserialize_with = "loose")]
    pub detail: Option<String>,
    /// When, as the remote writes it; the public example is no well-formed date.
    #[serde(default, deserialize_with = "loose")]
    pub timestamp_in_utc: Option<String>,
}

/// An agent installed in an image.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    /// Its name.
    #[serde(default, deserialize_with = "loose")]
    pub name: Option<String>,
    /// Its version.
    #[serde(default, deserialize_with = "loose")]
    pub agent_version: Option<String>,
    /// Its sort.
    #[serde(rename = "type", default, deserialize_with = "loose")]
    pub agent_type: Option<String>,
    /// More about it.
    #[serde(default, deserialize_with = "loose")]
    pub details: Map<String, Value>,
}

loose_struct!(Copy, AssetDetails, CatalogDetails, CopyError, Agent);
