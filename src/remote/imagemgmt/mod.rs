//! The image management API: images, their versions, the versions' copies, and markers.
//!
//! Facts are from the public OpenAPI document of Horizon Cloud next-gen (revision of 2026-01-29) and the vendor's
//! published command line client.

mod client;
mod error;
pub mod model;
mod paging;
mod search;
mod settings;
mod status;
mod version_writes;
mod writes;

pub use client::Client;
pub use search::{Search, SearchField, Unsearchable};
pub use settings::{ClientSettings, HORIZON_CLOUD, PasswordForm, ReadService};
pub use status::{AssetStatus, ImageStatus, Phase, VersionStatus};
