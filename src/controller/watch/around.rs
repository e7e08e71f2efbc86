//! The resources around an `ImageCatalog` or an `ImageVersion`, from the caches.

use std::sync::Arc;

use kube::ResourceExt;
use kube::runtime::reflector::{ObjectRef, Store};

use super::caches::Caches;
use super::watched::Watched;
use crate::api::image_version::SourceKind;
use crate::api::{ImageCatalog, ImageVersion};
use crate::kinds::image_catalog::Holders;
use crate::kinds::image_version::{References, Source};

impl Caches {
    /// The ImageVersions of a catalog.
    pub fn holders_of(&self, catalog: &ImageCatalog) -> Holders {
        let all = self.versions.state();
        let namespace = catalog.metadata.namespace.as_deref();
        Holders::of(
            namespace,
            &catalog.name_any(),
            all.iter().map(|version| &**version),
        )
    }

    /// The resources around a version.
    pub fn around(&self, version: &ImageVersion) -> References {
        let namespace = version.metadata.namespace.as_deref().unwrap_or_default();
        let catalog = named(&self.catalogs, namespace, &version.spec.catalog_ref.name);
        let source =
            match &version.spec.source_version_ref {
                None => Source::Unnamed,
                Some(source) => match source.kind {
                    SourceKind::ImageVersion => named(&self.versions, namespace, &source.name)
                        .map_or(Source::Missing, Source::Version),
                    SourceKind::ImageCatalog => named(&self.catalogs, namespace, &source.name)
                        .map_or(Source::Missing, Source::Catalog),
                },
            };
        let remembered_connection = match catalog {
            Some(_) => None,
            None => self.connection_on_record(version, namespace),
        };
        References {
            catalog,
            source,
            remembered_connection,
        }
    }

    /// A connection to the account that the version is on record in; of several, the first by name.
    fn connection_on_record(&self, version: &ImageVersion, namespace: &str) -> Option<String> {
        let status = &version.status.as_ref()?.managed;
        let own = status.owner_uid.is_some() && status.owner_uid == version.metadata.uid;
        let account = status.parts.iter().find_map(|part| part.account.as_deref());
        let account = account.filter(|_| own)?;
        let all = self.connections.state();
        all.iter()
            .filter(|connection| connection.metadata.namespace.as_deref() == Some(namespace))
            .filter(|connection| {
                let theirs = connection.spec.account();
                theirs.is_some_and(|theirs| theirs.to_string() == account)
            })
            .filter_map(|connection| connection.metadata.name.clone())
            .min()
    }
}

fn named<K: Watched>(store: &Store<K>, namespace: &str, name: &str) -> Option<Arc<K>> {
    store.get(&ObjectRef::new(name).within(namespace))
}
