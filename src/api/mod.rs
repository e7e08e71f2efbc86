//! The custom resources: one module per kind, and what the kinds share.
//!
//! The types here are as lax as the schema generated from them: what the API server has accepted, they can read.
//! Parsing into checked types happens where a value is used.
#![warn(missing_docs)]
// `KubeSchema` copies each struct, with its `pub`, into a function body.
#![allow(unreachable_pub)]
// Printed columns repeat `type_`.
#![allow(clippy::duplicated_attributes)]

pub mod bounds;
pub mod cloud_connection;
pub mod conditions;
pub mod custom_image;
pub mod duration;
pub mod free_form;
pub mod image;
pub mod image_catalog;
pub mod image_version;
mod locks;
pub mod managed;
mod marks;
pub mod names;
pub mod policies;
pub mod reasons;
pub mod record;
pub mod references;
mod schema;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;

pub use bounds::StatusBounds;
pub use cloud_connection::{CloudConnection, CloudConnectionSpec, CloudConnectionStatus};
pub use conditions::ConditionType;
pub use custom_image::{CustomImage, CustomImageSpec, CustomImageStatus};
pub use duration::Interval;
pub use free_form::FreeForm;
pub use image_catalog::{ImageCatalog, ImageCatalogSpec, ImageCatalogStatus};
pub use image_version::{ImageVersion, ImageVersionSpec, ImageVersionStatus};
pub use managed::ManagedStatus;
pub use policies::{AdoptionPolicy, DeletionPolicy, ManagementPolicy, RecreatePolicy};
pub use reasons::Reason;
pub use record::{Intent, IntentOutcome, Part, Refusal};
pub use references::{CatalogReference, ConnectionReference, SecretKeyReference, VersionReference};
pub use schema::SchemaError;

/// The definitions of all kinds, as they are installed.
pub fn definitions() -> Result<Vec<CustomResourceDefinition>, SchemaError> {
    [
        CloudConnection::crd(),
        CustomImage::crd(),
        ImageCatalog::crd(),
        ImageVersion::crd(),
    ]
    .into_iter()
    .map(schema::for_the_api_server)
    .collect()
}
