//! What surrounds a resource of each managed kind.

use super::managed::Reconciled;
use crate::api::ImageCatalog;
use crate::controller::watch::Caches;

impl Reconciled for ImageCatalog {
    fn references(&self, _: &Caches) {}
}
