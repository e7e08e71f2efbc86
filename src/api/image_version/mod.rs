//! `ImageVersion`: a further version of an image, of the remote calls "Add Version" and "Clone".
//!
//! Field names are those of the remote API (public OpenAPI document of Horizon Cloud next-gen, `VersionCreateTO`,
//! `VersionCloneCreateTO` and the models around them), so that the vendor's pages document the manifest.

mod clone;
mod locks;
mod rules;
mod source;
mod status;
mod validation;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::image::rules as shared;
use super::image::source::{AZURE_CUSTOM_VM, AZURE_SIG};
use super::image::{AssetDetails, DESCRIPTION_MAX_LENGTH, GpuType, Publish, VersionType};
use super::policies::{AdoptionPolicy, DeletionPolicy, ManagementPolicy, RecreatePolicy};
use super::references::CatalogReference;

pub use clone::{CloneAssetDetails, VersionClone};
pub use source::{NEVER_ADDED, SourceKind, SourceVersionReference};
pub use status::{ImageVersionStatus, PublishValidationResult, VersionValidationDetails};
pub use validation::Validate;

/// What a further version of an image should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "image-operator.dev",
    version = "v1alpha1",
    kind = "ImageVersion",
    plural = "imageversions",
    shortname = "iver",
    category = "image-operator",
    namespaced,
    status = "ImageVersionStatus",
    derive = "PartialEq",
    doc = "A further version of an image: added or cloned, published, mirrored into status, and deleted with the resource.",
    printcolumn(name = "Catalog", type_ = "string", json_path = ".spec.catalogRef.name"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.versionName"),
    printcolumn(name = "Status", type_ = "string", json_path = ".status.versionStatus"),
    printcolumn(name = "Asset", type_ = "string", json_path = ".status.assetStatus"),
    printcolumn(name = "Ready", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].status"#),
    printcolumn(name = "Reason", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].reason"#),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "VersionId", type_ = "string", json_path = ".status.versionId", priority = 1),
    printcolumn(
        name = "Message",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].message"#,
        priority = 1
    ),
    validation = rules::follows_another_version(),
    validation = locks::version(),
    validation = locks::VERSION.id("versionId"),
    validation = locks::publish(),
    validation = locks::published_providers()
)]
#[x_kube(
    validation = rules::one_way_to_be_made(),
    validation = rules::asset_details_go_with_the_source_type(),
    validation = rules::the_source_type_can_be_added(),
    validation = rules::where_added(shared::asset_type_fits_the_source("sourceType")),
    validation = rules::where_added(shared::data_fits_the_source("sourceType", &AZURE_SIG)),
    validation = rules::where_added(shared::data_fits_the_source("sourceType", &AZURE_CUSTOM_VM)),
    validation = rules::a_public_linux_opens_ssh(),
    validation = rules::major_or_minor(),
    validation = rules::at_most_one_source_version(),
    validation = rules::minor_names_its_source(),
    validation = rules::clone_names_its_source(),
    validation = rules::the_first_version_is_that_of_the_catalog(),
    validation = rules::a_clone_takes_after_its_source(),
    validation = rules::made_again_needs_a_source(),
    validation = rules::publish_fits_the_provider()
)]
pub struct ImageVersionSpec {
    /// The image that this is a version of.
    pub catalog_ref: CatalogReference,
    /// Which part of the version number counts up: `MAJOR` or `MINOR`. `PATCH` is passed on with `clone` only.
    pub version_type: VersionType,
    /// The version that this one follows, or that is cloned: that of another ImageVersion, or the first one of the ImageCatalog. Matters until this version is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_version_ref: Option<SourceVersionReference>,
    /// Id of the version that this one follows, or that is cloned, where no resource stands for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub source_version_id: Option<String>,
    /// What the version is made from: `AZURE_SIG` or `AZURE_CUSTOM_VM`. Give `clone` instead to clone a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub source_type: Option<String>,
    /// Where the source is, and how the VM made from it is set up. Goes with `sourceType`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_details: Option<AssetDetails>,
    /// Clones the source version into a VM that can be customised and published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clone: Option<VersionClone>,
    /// Description of the version, up to 216 characters. Can be changed later, in place. The operator adds its owner mark behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = DESCRIPTION_MAX_LENGTH))]
    #[x_kube(validation = shared::no_mark())]
    pub version_description: Option<String>,
    /// The sort of provider that the version is made for; default: that of the ImageCatalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub provider_label: Option<String>,
    /// Id of the provider instance that the version is made in; default: that of the ImageCatalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub provider_instance_id: Option<String>,
    /// The operating system as the remote displays it; default: that of the ImageCatalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256))]
    pub os: Option<String>,
    /// The family of operating system, which has to be that of the image; default: that of the ImageCatalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub os_type: Option<String>,
    /// The sort of graphics card, which has to be that of the image; default: that of the ImageCatalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "GpuType")]
    pub gpu_type: Option<GpuType>,
    /// Id of the remote project that the version belongs to; default: that of the ImageCatalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub project_id: Option<String>,
    /// Publishes the version once it is imported, and keeps its copies as listed: a replica that is added is published, one that is removed is taken away. Can be added later; nothing but replicas and proxies can be changed once the version was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish: Option<Publish>,
    /// Has the remote validate the version once for each new value of `request`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate: Option<Validate>,

    /// Stops every remote call for this version while true.
    #[serde(default)]
    pub suspend: bool,
    /// Whether the operator changes the version (`Manage`, default) or only mirrors it into status (`Observe`).
    #[serde(default)]
    pub management_policy: ManagementPolicy,
    /// Id of an existing version that this resource stands for. Fixed once it is recorded in status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub version_id: Option<String>,
    /// Which existing version may become this resource's: `IfOwned` (default: one that bears its mark) or `Never`.
    #[serde(default)]
    pub adoption_policy: VersionAdoptionPolicy,
    /// What happens to the version when this resource is deleted: `Delete` (default) or `Retain`.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
    /// Whether a version that vanished remotely is created again: `Never` (default) or `WhenGone`.
    #[serde(default)]
    pub recreate_policy: RecreatePolicy,
}

/// Whether an existing remote version may become that of a resource. The remote names versions, so a name tells nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum VersionAdoptionPolicy {
    /// Only one that bears this resource's own mark.
    #[default]
    IfOwned,
    /// None: what is there must have been made for this very resource, on record.
    Never,
}

impl From<VersionAdoptionPolicy> for AdoptionPolicy {
    fn from(policy: VersionAdoptionPolicy) -> Self {
        match policy {
            VersionAdoptionPolicy::IfOwned => AdoptionPolicy::IfOwned,
            VersionAdoptionPolicy::Never => AdoptionPolicy::Never,
        }
    }
}
