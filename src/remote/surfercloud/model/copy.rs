//! What a copy is asked for with.

use super::location::{ProjectId, Region};
use super::name::ImageName;
use crate::lifecycle::RemoteId;

/// A copy of an image to be made in another region or project (`CopyCustomImage`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyImage {
    /// The image.
    pub source_image_id: RemoteId,
    /// The region of the copy.
    pub target_region: Region,
    /// The project of the copy.
    pub target_project_id: ProjectId,
    /// The name of the copy.
    pub target_image_name: ImageName,
    /// The description of the copy. Always sent, so that it does not take over its source's owner mark.
    pub target_image_description: String,
}
