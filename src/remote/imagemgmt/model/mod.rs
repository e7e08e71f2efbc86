//! The remote things, one file each, under the remote's own field names (in snake case).
//!
//! Field names and types are those of the public OpenAPI document of Horizon Cloud next-gen (revision of
//! 2026-01-29). What is read is read leniently: an unknown field is ignored, and a field of an unexpected type
//! is read as absent rather than failing the whole list. Only the id of a thing is indispensable.

mod add_version;
mod copy;
mod create;
mod image;
mod marker;
mod name;
mod page;
mod patch;
mod publish;
mod publish_vsphere;
mod republish;
mod validate;
mod version;

pub use crate::remote::listing::{Coherence, ListAnswer, Listing};
pub use add_version::{AddVersion, CloneAssetDetailsRequest, CloneVersion, CreatedVersion};
pub use copy::{Agent, AssetDetails, CatalogDetails, Copy, CopyError};
pub use create::{
    AssetDetailsRequest, CreateImage, CreatedImage, ImageAction, VersionType, VmInfo, VmOptions,
};
pub use image::Image;
pub use marker::{Marker, MarkerPhase, MarkerRequest};
pub use name::{GpuType, InvalidStreamName, StreamName};
pub use patch::{HorizonAgentPatch, PatchVersion};
pub use publish::{
    ApplicationScan, HorizonAgent, InfrastructureResource, InfrastructureResources, PublishOptions,
    PublishVersion, PublishedVersion, Replica,
};
pub use publish_vsphere::{
    AppVolumesAgent, DemAgent, ProviderData, PublishVersionToVsphere, TargetProvider, VsphereHorizonAgent,
};
pub use republish::{
    RepublishData, RepublishTarget, RepublishVersion, RepublishVersionToVsphere, ShrinkVersion,
};
pub use validate::ValidateVersion;
pub use version::{PublishValidationResult, Version, VersionOptions, VersionValidationDetails};

pub(super) use page::Page;
