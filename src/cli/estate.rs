//! What an account holds, as far as its lists tell.

use std::sync::Arc;

use crate::inventory::Entry;
use crate::kinds::image_catalog::observed::number_of;
use crate::lifecycle::{Described, Mark};
use crate::remote::imagemgmt::model::{Copy, Version};

/// All images of an account, by id.
pub(super) struct Estate {
    pub(super) holdings: Vec<Holding>,
}

/// An image with all that belongs to it.
pub(super) struct Holding {
    /// The image, and the mark that it bears.
    pub(super) entry: Arc<Entry>,
    /// Its versions, in the order of their numbers.
    pub(super) versions: Vec<Version>,
    /// Its copies.
    pub(super) copies: Vec<Copy>,
}

impl Holding {
    /// An image with its versions.
    pub(super) fn new(entry: Arc<Entry>, versions: &[Version]) -> Self {
        let mut versions = versions.to_vec();
        versions.sort_by_key(|version| number_of(&version.name));
        Holding {
            copies: entry.copies.to_vec(),
            entry,
            versions,
        }
    }

    /// How a person knows it: by its name, and by its id.
    pub(super) fn called(&self) -> String {
        format!("image {:?} ({})", self.entry.image.name, self.entry.image.id)
    }
}

/// The mark that a version bears.
pub(super) fn mark_of(version: &Version) -> Option<Mark> {
    Described::parse(version.description.as_deref()?).mark
}
