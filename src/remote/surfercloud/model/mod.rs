//! The remote things, one file each. What is read is read leniently; only the id of a thing is indispensable.

mod copy;
mod file_url;
mod image;
mod import;
mod location;
mod name;
mod project;

pub use copy::CopyImage;
pub use file_url::{FileUrl, InvalidFileUrl};
pub use image::Image;
pub use import::{Format, ImportImage};
pub use location::{InvalidProjectId, InvalidRegion, Location, ProjectId, Region};
pub use name::{ImageName, InvalidImageName};
pub use project::Project;

/// The longest description of an image, in characters, an owner mark at its end included ("0-255 characters" for
/// remarks, public page `uhost-api/specification`).
pub const DESCRIPTION_MAX_LENGTH: usize = 255;
