//! `ImageCatalog`: an image with its first version.

pub mod applied;
pub mod changes;
pub mod desired;
#[cfg(test)]
mod examples;
pub mod look;
pub mod mirror;
pub mod observed;
pub mod perform;
pub mod report;

pub use desired::{InvalidSpec, Wanted};
pub use observed::Seen;

/// The kind, as it goes into marks.
pub const KIND: &str = "ImageCatalog";

/// The part of the record that is the image itself.
pub const IMAGE: &str = "image";

/// The part that is the first version; it comes and goes with the image, so it only has a mark of its own.
pub const INITIAL_VERSION: &str = "initial-version";
