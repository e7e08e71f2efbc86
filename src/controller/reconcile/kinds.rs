//! What surrounds a resource of each managed kind.

use super::managed::Reconciled;
use crate::api::{CustomImage, ImageCatalog, ImageVersion};
use crate::controller::watch::Caches;
use crate::kinds::image_catalog::Holders;
use crate::kinds::image_version::References;

impl Reconciled for CustomImage {
    fn surroundings(&self, _: &Caches) {}
}

impl Reconciled for ImageCatalog {
    fn surroundings(&self, caches: &Caches) -> Holders {
        caches.holders_of(self)
    }
}

impl Reconciled for ImageVersion {
    fn surroundings(&self, caches: &Caches) -> References {
        caches.around(self)
    }
}
