//! `CustomImage`: an image made from a disk file in object storage, of the remote call `ImportCustomImage`.
//!
//! Field names are those of the remote API (public pages of SurferCloud, `uhost-api`), in camel case, so that the
//! vendor's pages document the manifest.

mod mirrored;
mod rules;
mod status;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::locks::Locks;
use super::marks;
use super::policies::{AdoptionPolicy, DeletionPolicy, ManagementPolicy, RecreatePolicy};
use super::references::{ConnectionReference, SecretKeyReference};

pub use mirrored::ImageCopyStatus;
pub use status::CustomImageStatus;

/// The longest description that leaves room for the owner mark, in characters; the remote takes 255.
pub const DESCRIPTION_MAX_LENGTH: usize = 255 - marks::MARK_MAX_LENGTH;

const LOCKS: Locks = Locks {
    object: "image",
    kind: "CustomImage",
};

/// What a custom image should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "image-operator.dev",
    version = "v1alpha1",
    kind = "CustomImage",
    plural = "customimages",
    shortname = "cimg",
    category = "image-operator",
    namespaced,
    status = "CustomImageStatus",
    derive = "PartialEq",
    doc = "An image made from a disk file in object storage: imported, copied to other regions, mirrored into status, and deleted with the resource.",
    printcolumn(name = "State", type_ = "string", json_path = ".status.state"),
    printcolumn(name = "Size", type_ = "integer", json_path = ".status.imageSize"),
    printcolumn(name = "Ready", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].status"#),
    printcolumn(name = "Reason", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].reason"#),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Region", type_ = "string", json_path = ".status.region", priority = 1),
    printcolumn(name = "ImageId", type_ = "string", json_path = ".status.imageId", priority = 1),
    printcolumn(
        name = "Message",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].message"#,
        priority = 1
    ),
    validation = rules::name_fits_the_remote(),
    validation = LOCKS.reference("connectionRef"),
    validation = rules::same_file(&LOCKS),
    validation = LOCKS.name("imageName"),
    validation = LOCKS.required("osType"),
    validation = LOCKS.required("osName"),
    validation = LOCKS.required("format"),
    validation = LOCKS.optional("imageDescription"),
    validation = LOCKS.optional("region"),
    validation = LOCKS.optional("projectId"),
    validation = LOCKS.id("imageId")
)]
#[x_kube(
    validation = rules::exactly_one_file(),
    validation = rules::an_other_system_has_no_name(),
    validation = rules::no_copy_where_the_image_is()
)]
pub struct CustomImageSpec {
    /// The connection to the account that the image belongs to.
    pub connection_ref: ConnectionReference,
    /// Where the disk file is, in the vendor's object storage. A presigned address is a credential: give it with `ufileUrlSecretRef`. Give exactly one of the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    #[x_kube(validation = rules::address_of_a_file(), validation = rules::not_presigned())]
    pub ufile_url: Option<String>,
    /// Key of the Secret that holds the address of the disk file. Read when the image is imported; a later change has no effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ufile_url_secret_ref: Option<SecretKeyReference>,
    /// Name of the image; default: the name of this resource. Up to 63 letters, digits, dashes, underscores and dots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    #[x_kube(validation = rules::image_name())]
    pub image_name: Option<String>,
    /// The distribution, such as `CentOS`, `Ubuntu`, `Debian`, `RedHat` or `Windows`; `Other` where the vendor's console does not list it.
    #[schemars(length(min = 1, max = 64), regex(pattern = r"^\S+( \S+)*$"))]
    pub os_type: String,
    /// The version of the operating system as the vendor's console shows it, such as `CentOS 7.2 64位`; `Other` where `osType` is.
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^\S+( \S+)*$"))]
    pub os_name: String,
    /// The format of the disk file: `RAW`, `VHD`, `VMDK` or `qcow2`.
    pub format: DiskFormat,
    /// Description of the image, up to 215 characters. The operator adds its owner mark behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = DESCRIPTION_MAX_LENGTH))]
    #[x_kube(validation = marks::no_mark())]
    pub image_description: Option<String>,
    /// The region that the image is made in, by its short id; default: that of the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 32), regex(pattern = "^[a-z0-9-]+$"))]
    pub region: Option<String>,
    /// Id of the project that the image belongs to; default: that of the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Za-z0-9_-]+$"))]
    pub project_id: Option<String>,
    /// Where else the image should be, up to 15 places. It is copied there once it is available; a copy that is no longer named here is deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 15),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["region", "projectId"])
    )]
    pub copies: Vec<ImageCopy>,

    /// Stops every remote call for this image while true.
    #[serde(default)]
    pub suspend: bool,
    /// Whether the operator changes the image (`Manage`, default) or only mirrors it into status (`Observe`).
    #[serde(default)]
    pub management_policy: ManagementPolicy,
    /// Id of an existing image that this resource stands for. Fixed once it is recorded in status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub image_id: Option<String>,
    /// Which existing image may become this resource's: `IfOwned` (default: one that bears its mark), `IfNameMatches` (also an unmarked one of the same name) or `Never`.
    #[serde(default)]
    pub adoption_policy: AdoptionPolicy,
    /// What happens to the image and its copies when this resource is deleted: `Delete` (default) or `Retain`.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
    /// Whether an image that vanished remotely is imported again: `Never` (default) or `WhenGone`.
    #[serde(default)]
    pub recreate_policy: RecreatePolicy,
}

/// A place that an image is copied to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageCopy {
    /// The region of the copy, by its short id.
    #[schemars(length(min = 1, max = 32), regex(pattern = "^[a-z0-9-]+$"))]
    pub region: String,
    /// Id of the project of the copy.
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Za-z0-9_-]+$"))]
    pub project_id: String,
}

/// The format of a disk file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DiskFormat {
    /// The disk as it is.
    #[serde(rename = "RAW")]
    Raw,
    /// Of Hyper-V.
    #[serde(rename = "VHD")]
    Vhd,
    /// Of VMware.
    #[serde(rename = "VMDK")]
    Vmdk,
    /// Of QEMU.
    #[serde(rename = "qcow2")]
    Qcow2,
}
