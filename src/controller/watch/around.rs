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

#[cfg(test)]
mod tests {
    use kube::runtime::watcher::Event;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;
    use crate::controller::key::{Key, Kind};
    use crate::controller::readiness::Readiness;
    use crate::controller::watch::caches::{Writers, caches};

    fn object<K: DeserializeOwned>(name: &str, spec: &Value, status: &Value) -> K {
        serde_json::from_value(json!({
            "apiVersion": "image-operator.dev/v1alpha1",
            "kind": "Any",
            "metadata": { "namespace": "n", "name": name, "uid": "u" },
            "spec": spec,
            "status": status,
        }))
        .unwrap()
    }

    fn with_connections() -> (Caches, Writers) {
        let (caches, mut writers) = caches(Readiness::default().caches());
        for (name, org) in [("dev", "o-2"), ("prod", "o-1"), ("prod-too", "o-1")] {
            let spec = json!({ "horizonCloud": { "orgId": org } });
            let connection = object(name, &spec, &Value::Null);
            writers.connections.apply_watcher_event(&Event::Apply(connection));
        }
        (caches, writers)
    }

    fn with_catalog(writers: &mut Writers) {
        let spec = json!({
            "connectionRef": { "name": "dev" }, "sourceStreamType": "AZURE_SIG", "providerLabel": "AZURE",
            "providerInstanceId": "p", "assetDetails": { "type": "AZURE_IMAGE_IN_SIG", "data": {} },
            "os": "Windows 11", "osType": "WINDOWS", "gpuType": "NONE",
        });
        let catalog = object("win11", &spec, &Value::Null);
        writers.catalogs.apply_watcher_event(&Event::Apply(catalog));
    }

    fn version() -> ImageVersion {
        let status = json!({
            "ownerUid": "u", "parts": [{ "name": "version", "id": "v2", "account": "horizonCloud/o-1" }],
        });
        let spec = json!({
            "catalogRef": { "name": "win11" }, "versionType": "MAJOR",
            "sourceVersionRef": { "kind": "ImageCatalog", "name": "win11" },
        });
        object("november", &spec, &status)
    }

    #[test]
    fn a_version_whose_catalog_is_gone_finds_a_connection_by_its_record() {
        let (caches, mut writers) = with_connections();
        let around = caches.around(&version());
        assert_eq!(around.remembered_connection.as_deref(), Some("prod"));
        assert!(matches!(around.source, Source::Missing));

        with_catalog(&mut writers);
        let around = caches.around(&version());
        assert_eq!(around.remembered_connection, None);
        assert!(around.catalog.is_some() && matches!(around.source, Source::Catalog(_)));

        let mut restored = version();
        restored.metadata.uid = Some("another".to_owned());
        let (caches, _writers) = with_connections();
        assert_eq!(caches.around(&restored).remembered_connection, None);
    }

    #[test]
    fn the_versions_of_its_catalogs_use_a_connection() {
        let (caches, mut writers) = with_connections();
        writers.versions.apply_watcher_event(&Event::Apply(version()));
        let users_of = |name: &str| caches.users_of(&Key::new(Kind::CloudConnection, "n", name));
        assert_eq!(users_of("prod"), [Key::of(&version())]);

        with_catalog(&mut writers);
        let win11 = Key::new(Kind::ImageCatalog, "n", "win11");
        assert_eq!(users_of("dev"), [win11.clone(), Key::of(&version())]);
        assert!(users_of("prod").is_empty());
        assert_eq!(caches.users_of(&win11), [Key::of(&version())]);
    }
}
