//! Adding a version to an image, and cloning one (`VersionCreateTO`, `VersionCloneCreateTO`,
//! `VersionCreateResponseTO`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::copy::AssetDetails;
use super::create::{AssetDetailsRequest, VersionType, VmOptions, insert};
use super::marker::{Marker, MarkerRequest};
use super::name::GpuType;
use crate::lifecycle::RemoteId;
use crate::remote::imagemgmt::PasswordForm;
use crate::remote::imagemgmt::status::{AssetStatus, ImageStatus, VersionStatus};
use crate::remote::loose::loose;

/// The request that adds a version to an image. The organisation is the client's.
#[derive(Clone, Debug, PartialEq)]
pub struct AddVersion {
    /// The version that it follows; needed where the minor number moves on.
    pub source_version_id: Option<RemoteId>,
    /// Which number moves on; the remote takes no `PATCH` here.
    pub version_type: VersionType,
    /// Its description, the owner mark included.
    pub description: String,
    /// Where it comes from: `AZURE_SIG` or `AZURE_CUSTOM_VM`.
    pub source_type: String,
    /// `WINDOWS` or `LINUX`, as in the image.
    pub os_type: String,
    /// The operating system's display name.
    pub os: String,
    /// The graphics hardware, as in the image.
    pub gpu_type: GpuType,
    /// The sort of provider, e.g. `AZURE`.
    pub provider_label: String,
    /// The provider instance that it is made at.
    pub provider_instance_id: String,
    /// What to import.
    pub asset_details: AssetDetailsRequest,
    /// The markers to point at it.
    pub markers: Vec<MarkerRequest>,
    /// The project within the organisation.
    pub project_id: Option<String>,
}

impl AddVersion {
    /// The body that is sent. It may hold a password: not for logs.
    pub(in crate::remote::imagemgmt) fn body(
        &self,
        org_id: Option<&RemoteId>,
        password: PasswordForm,
    ) -> Value {
        let mut body = json!({
            "versionType": self.version_type,
            "description": self.description,
            "sourceType": self.source_type,
            "osType": self.os_type,
            "os": self.os,
            "gpuType": self.gpu_type,
            "providerLabel": self.provider_label,
            "providerInstanceId": self.provider_instance_id,
            "assetDetails": self.asset_details.body(password),
            "markers": self.markers,
        });
        insert(&mut body, "orgId", org_id.map(RemoteId::as_str));
        insert(
            &mut body,
            "sourceVersionId",
            self.source_version_id.as_ref().map(RemoteId::as_str),
        );
        insert(&mut body, "projectId", self.project_id.as_deref());
        body
    }
}

/// The request that clones a version as a further version of its image. The organisation is the client's.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CloneVersion {
    /// Which number moves on.
    pub version_type: VersionType,
    /// The description of the clone, the owner mark included; the source's is not taken over.
    pub version_description: String,
    /// Where the virtual machine of the clone is placed.
    pub asset_details: CloneAssetDetailsRequest,
    /// The markers to point at it.
    pub markers: Vec<MarkerRequest>,
    /// Tags to keep with the version.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ims_tags: BTreeMap<String, String>,
    /// Whether Unified Endpoint Management takes it over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uem_managed: Option<bool>,
}

/// Where the virtual machine of a clone is placed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CloneAssetDetailsRequest {
    /// E.g. `AZURE_NETWORK_RESOURCE`.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The place, under the remote's own keys: `vNet` and `subNet` on Azure, nothing on vSphere.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
    /// How the virtual machine is made reachable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<VmOptions>,
}

/// The answer to an added or cloned version: the version and its first copy, under way.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedVersion {
    /// The version's id.
    pub version_id: RemoteId,
    /// The image that it belongs to, `streamId` elsewhere.
    #[serde(default, deserialize_with = "loose")]
    pub image_id: Option<RemoteId>,
    /// The image's status.
    #[serde(default, deserialize_with = "loose")]
    pub image_status: ImageStatus,
    /// The version that it was made from.
    #[serde(default, deserialize_with = "loose")]
    pub source_version_id: Option<RemoteId>,
    /// The version's name, e.g. `1.1.0`.
    #[serde(default, deserialize_with = "loose")]
    pub version_name: Option<String>,
    /// The version's description as the remote keeps it.
    #[serde(default, deserialize_with = "loose")]
    pub version_description: Option<String>,
    /// The version's status.
    #[serde(default, deserialize_with = "loose")]
    pub version_status: VersionStatus,
    /// Which number moved on.
    #[serde(default, deserialize_with = "loose")]
    pub version_type: Option<String>,
    /// The names of the versions before it.
    #[serde(default, deserialize_with = "loose")]
    pub version_history: Vec<String>,
    /// The first copy's id.
    #[serde(default, deserialize_with = "loose")]
    pub asset_id: Option<RemoteId>,
    /// The first copy's status.
    #[serde(default, deserialize_with = "loose")]
    pub asset_status: AssetStatus,
    /// The first copy's type.
    #[serde(default, deserialize_with = "loose")]
    pub asset_type: Option<String>,
    /// What the first copy is at its provider.
    #[serde(default, deserialize_with = "loose")]
    pub asset_details: Option<AssetDetails>,
    /// The organisation that owns it.
    #[serde(default, deserialize_with = "loose")]
    pub org_id: Option<String>,
    /// The markers that point at it.
    #[serde(default, deserialize_with = "loose")]
    pub markers: Vec<Marker>,
    /// Where it comes from, e.g. `COPIED_FROM_AZURE_VERSION`.
    #[serde(default, deserialize_with = "loose")]
    pub source_type: Option<String>,
}
