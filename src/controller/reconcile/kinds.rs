//! What surrounds a resource of each managed kind.

use super::managed::Reconciled;
use crate::api::{CustomImage, ImageCatalog};
use crate::controller::watch::Caches;

impl Reconciled for CustomImage {
    fn references(&self, _: &Caches) {}
}

impl Reconciled for ImageCatalog {
    fn references(&self, _: &Caches) {}
}
