//! What an image and its further versions have in common: where they are made from, how they are published, what can
//! be seen of them, and when their fields lock.
//!
//! Field names are those of the remote API (public OpenAPI document of Horizon Cloud next-gen).

mod asset_details;
pub(super) mod locks;
mod mirrored;
mod publish;
pub(super) mod rules;
pub(super) mod source;
mod words;

pub use asset_details::{AssetDetails, AssetOptions, VmInfo};
pub use mirrored::{CopyStatus, MarkerStatus, VersionStatus};
pub use publish::{
    AgentPackage, AppVolumesAgentConfig, DemAgentConfig, HorizonAgent, InfrastructureResource,
    InfrastructureResourceDetails, ProviderData, Publish, PublishOptions, Replica, TargetProvider,
    VspherePublish,
};
pub use source::{Action, KnownSource};
pub use words::{GpuType, VersionType};

/// The longest description that leaves room for the owner mark, in characters.
///
/// The remote's own limit is unknown; 256 is assumed.
pub const DESCRIPTION_MAX_LENGTH: usize = 256 - super::marks::MARK_MAX_LENGTH;
