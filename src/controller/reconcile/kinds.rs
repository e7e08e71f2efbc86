//! What surrounds a resource of each managed kind.

use super::managed::Reconciled;
use crate::api::ImageCatalog;
use crate::controller::watch::Caches;
use crate::kinds::image_catalog::holders::Holders;

impl Reconciled for ImageCatalog {
    fn references(&self, _: &Caches) -> Holders {
        Holders::default()
    }
}
