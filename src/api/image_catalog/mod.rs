//! `ImageCatalog`: an image with its first version, of the remote call "Create Image Catalog".
//!
//! Field names are those of the remote API (public OpenAPI document of Horizon Cloud next-gen, `ImageCatalogRequest`
//! and the models around it), so that the vendor's pages document the manifest.

mod locks;
mod rules;
mod status;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::image::rules as shared;
use super::image::source;
use super::policies::{AdoptionPolicy, DeletionPolicy, ManagementPolicy, RecreatePolicy};
use super::references::{ConnectionReference, VersionReference};

pub use super::image::{
    Action, AgentPackage, AppVolumesAgentConfig, AssetDetails, AssetOptions, CopyStatus,
    DESCRIPTION_MAX_LENGTH, DemAgentConfig, GpuType, HorizonAgent, InfrastructureResource,
    InfrastructureResourceDetails, KnownSource, MarkerStatus, ProviderData, Publish, PublishOptions, Replica,
    TargetProvider, VersionStatus, VersionType, VmInfo, VspherePublish,
};
pub use status::{ImageCatalogStatus, ManagedMarker};

/// What an image should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "image-operator.dev",
    version = "v1alpha1",
    kind = "ImageCatalog",
    plural = "imagecatalogs",
    shortname = "icat",
    category = "image-operator",
    namespaced,
    status = "ImageCatalogStatus",
    derive = "PartialEq",
    doc = "An image with its first version: created, published, mirrored into status, and deleted with the resource.",
    printcolumn(name = "Stream", type_ = "string", json_path = ".status.streamStatus"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.versionName"),
    printcolumn(name = "Asset", type_ = "string", json_path = ".status.assetStatus"),
    printcolumn(name = "Ready", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].status"#),
    printcolumn(name = "Reason", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].reason"#),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "StreamId", type_ = "string", json_path = ".status.streamId", priority = 1),
    printcolumn(
        name = "Message",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].message"#,
        priority = 1
    ),
    validation = rules::name_fits_the_remote(),
    validation = locks::IMAGE.reference("connectionRef"),
    validation = locks::IMAGE.required("sourceStreamType"),
    validation = locks::IMAGE.optional("action"),
    validation = locks::IMAGE.name("streamName"),
    validation = locks::IMAGE.optional("streamDescription"),
    validation = locks::IMAGE.required("versionSource"),
    validation = locks::IMAGE.required("versionType"),
    validation = locks::IMAGE.required("providerLabel"),
    validation = locks::IMAGE.required("providerInstanceId"),
    validation = locks::asset_type(),
    validation = locks::asset_data(),
    validation = locks::asset_options(),
    validation = locks::vm_user(),
    validation = locks::IMAGE.required("os"),
    validation = locks::IMAGE.required("osType"),
    validation = locks::IMAGE.required("gpuType"),
    validation = locks::IMAGE.optional("projectId"),
    validation = locks::IMAGE.optional("uemManaged"),
    validation = locks::IMAGE.id("streamId"),
    validation = locks::publish()
)]
#[x_kube(
    validation = rules::action_fits_the_source(),
    validation = rules::made_from_something(),
    validation = rules::made_again_needs_a_source(),
    validation = rules::where_made(shared::asset_type_fits_the_source("sourceStreamType")),
    validation = rules::where_made(shared::data_fits_the_source("sourceStreamType", &source::AZURE_SIG)),
    validation = rules::where_made(shared::data_fits_the_source("sourceStreamType", &source::AZURE_MARKET_PLACE)),
    validation = rules::where_made(shared::data_fits_the_source("sourceStreamType", &source::AZURE_CUSTOM_VM)),
    validation = rules::where_made(shared::data_fits_the_source("sourceStreamType", &source::VIEW_IMAGES)),
    validation = rules::where_made(rules::a_snapshot_is_named()),
    validation = rules::where_made(shared::a_public_linux_opens_ssh()),
    validation = shared::publish_fits_the_provider()
)]
pub struct ImageCatalogSpec {
    /// The connection to the account that the image belongs to.
    pub connection_ref: ConnectionReference,
    /// How the remote makes the image: `import`, `copy-existing-image` or `import-custom-vm`. Follows from `sourceStreamType` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Action")]
    pub action: Option<Action>,
    /// What the image is made from, such as `AZURE_SIG`, `AZURE_MARKET_PLACE`, `AZURE_CUSTOM_VM` or `VIEW_IMAGES`.
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub source_stream_type: String,
    /// Name of the image; default: the name of this resource. Letters, digits and dashes, starting with a letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 253))]
    #[x_kube(validation = rules::stream_name())]
    pub stream_name: Option<String>,
    /// Description of the image, up to 216 characters. The operator adds its owner mark behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = DESCRIPTION_MAX_LENGTH))]
    #[x_kube(validation = shared::no_mark())]
    pub stream_description: Option<String>,
    /// The version number that `versionType` counts up from; default `0.0`, which makes the first version 1.0.0.
    #[serde(default = "first_version_source")]
    #[schemars(length(min = 1, max = 32), regex(pattern = r"^[0-9]+(\.[0-9]+){0,2}$"))]
    pub version_source: String,
    /// Which part of the version number counts up: `MAJOR` (default), `MINOR` or `PATCH`.
    #[serde(default)]
    pub version_type: VersionType,
    /// Description of the first version, up to 216 characters. Can be changed later, in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = DESCRIPTION_MAX_LENGTH))]
    #[x_kube(validation = shared::no_mark())]
    pub version_description: Option<String>,
    /// The sort of provider that the image is made for, such as `AZURE` or `VIEW`.
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub provider_label: String,
    /// Id of the provider instance that the image is made in.
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub provider_instance_id: String,
    /// Where the source is, and how the VM made from it is set up. Not needed with `streamId`: an image that exists does not tell what it was made from. Can be added later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_details: Option<AssetDetails>,
    /// The operating system as the remote displays it, such as `Windows 11 Enterprise, 24H2`.
    #[schemars(length(min = 1, max = 256))]
    pub os: String,
    /// The family of operating system, such as `WINDOWS` or `LINUX`.
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub os_type: String,
    /// The sort of graphics card that the image is made for: `NONE`, `AMD` or `NVIDIA`.
    pub gpu_type: GpuType,
    /// Id of the remote project that the image belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub project_id: Option<String>,
    /// Markers of the image, each pointing at one of its versions. Pools follow a marker to a version. A marker moves when its target is AVAILABLE, and is deleted when its entry is removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"])
    )]
    pub markers: Vec<Marker>,
    /// Whether the image is managed by the vendor's unified endpoint management.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uem_managed: Option<bool>,
    /// Publishes the first version once it is imported. Can be added later; cannot be changed or removed once the version was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish: Option<Publish>,
    /// What happens to the first version later: `Keep` (default), or `Remove` once another version is AVAILABLE and no marker points at it.
    #[serde(default)]
    pub initial_version: InitialVersion,

    /// Stops every remote call for this image while true.
    #[serde(default)]
    pub suspend: bool,
    /// Whether the operator changes the image (`Manage`, default) or only mirrors it into status (`Observe`).
    #[serde(default)]
    pub management_policy: ManagementPolicy,
    /// Id of an existing image that this resource stands for. Fixed once it is recorded in status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub stream_id: Option<String>,
    /// Which existing image may become this resource's: `IfOwned` (default: one that bears its mark), `IfNameMatches` (also an unmarked one of the same name) or `Never`.
    #[serde(default)]
    pub adoption_policy: AdoptionPolicy,
    /// What happens to the image when this resource is deleted: `Delete` (default) or `Retain`.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
    /// Whether an image that vanished remotely is created again: `Never` (default) or `WhenGone`.
    #[serde(default)]
    pub recreate_policy: RecreatePolicy,
}

impl ImageCatalogSpec {
    /// How the remote makes the image: as given, or as it follows from the source.
    pub fn action(&self) -> Action {
        self.action
            .unwrap_or_else(|| Action::of_source(&self.source_stream_type))
    }
}

/// A named pointer at a version of the image. Without a target it points at the first version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rules::one_target())]
pub struct Marker {
    /// Name of the marker.
    #[schemars(length(min = 1, max = 64))]
    pub name: String,
    /// The version that an ImageVersion of this image stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_ref: Option<VersionReference>,
    /// Name of the version at the remote, such as `1.2.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 32), regex(pattern = r"^[0-9]+\.[0-9]+\.[0-9]+$"))]
    pub version_name: Option<String>,
    /// Id of the version at the remote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub version_id: Option<String>,
}

impl Marker {
    /// Whether it points at the first version, and so can be made together with it.
    pub fn points_at_the_first_version(&self) -> bool {
        self.version_ref.is_none() && self.version_name.is_none() && self.version_id.is_none()
    }
}

/// What happens to the first version of an image once there is another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum InitialVersion {
    /// It stays.
    #[default]
    Keep,
    /// It is removed once another version is AVAILABLE and no marker points at it.
    Remove,
}

fn first_version_source() -> String {
    "0.0".to_owned()
}
