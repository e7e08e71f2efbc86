//! The resources in a cluster, and which remote objects belong to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::api::{CloudConnection, ImageCatalog, ImageVersion, ManagedStatus};
use crate::kinds::image_catalog::{self, IMAGE, INITIAL_VERSION};
use crate::kinds::image_version::{self, VERSION};
use crate::lifecycle::{Install, Mark, ObjectPart};

/// A resource that a remote object belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Resident {
    pub(super) kind: &'static str,
    pub(super) namespace: String,
    pub(super) name: String,
}

impl std::fmt::Display for Resident {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

/// What there is in a cluster, in all namespaces.
#[derive(Debug, Default)]
pub(super) struct Resources {
    pub(super) connections: Vec<CloudConnection>,
    pub(super) catalogs: Vec<ImageCatalog>,
    pub(super) versions: Vec<ImageVersion>,
}

/// The resources of a cluster that stand for remote objects of an account.
pub(super) struct Residents {
    install: Install,
    by_part: HashMap<ObjectPart, Resident>,
    by_id: BTreeMap<String, Resident>,
    all: BTreeSet<Resident>,
    with_first_version: BTreeSet<Resident>,
}

impl Residents {
    /// Those of these resources that stand for objects of the account, which bear the marks of this install.
    pub(super) fn new(install: Install, account: &str, resources: &Resources) -> Self {
        let mut residents = Residents {
            install,
            by_part: HashMap::new(),
            by_id: BTreeMap::new(),
            all: BTreeSet::new(),
            with_first_version: BTreeSet::new(),
        };
        let is_here = |theirs: Option<String>| theirs.is_none_or(|theirs| theirs == account);
        for catalog in &resources.catalogs {
            let resident = resident(image_catalog::KIND, &catalog.metadata);
            residents.all.insert(resident.clone());
            if is_here(resources.account_of_catalog(catalog)) {
                residents.add_catalog(&resident, catalog);
            }
        }
        for version in &resources.versions {
            let resident = resident(image_version::KIND, &version.metadata);
            residents.all.insert(resident.clone());
            if is_here(resources.account_of_version(version)) {
                let status = version.status.as_ref().map(|status| &status.managed);
                residents.add(
                    &resident,
                    &[VERSION],
                    ids(version.spec.version_id.as_ref(), status),
                );
            }
        }
        residents
    }

    fn add_catalog(&mut self, resident: &Resident, catalog: &ImageCatalog) {
        let status = catalog.status.as_ref();
        let first = status.and_then(|status| status.version_id.clone());
        if first.is_some() {
            self.with_first_version.insert(resident.clone());
        }
        let ids = ids(
            catalog.spec.stream_id.as_ref(),
            status.map(|status| &status.managed),
        );
        self.add(resident, &[IMAGE, INITIAL_VERSION], ids.into_iter().chain(first));
    }

    fn add(&mut self, resident: &Resident, parts: &[&str], ids: impl IntoIterator<Item = String>) {
        for part in parts {
            let object = ObjectPart::of(resident.kind, &resident.namespace, &resident.name, part);
            self.by_part.insert(object, resident.clone());
        }
        for id in ids {
            self.by_id.entry(id).or_insert_with(|| resident.clone());
        }
    }

    /// The resource that an object with this id and mark belongs to.
    pub(super) fn of(&self, id: &str, mark: Option<Mark>) -> Option<&Resident> {
        let marked = mark.filter(|mark| self.is_ours(*mark));
        self.by_id.get(id).or_else(|| self.by_part.get(&marked?.object))
    }

    /// Whether a mark is of this install.
    pub(super) fn is_ours(&self, mark: Mark) -> bool {
        mark.install == self.install
    }

    /// Whether the first version of an ImageCatalog is on its record, even if it is gone by now.
    pub(super) fn know_first_version_of(&self, catalog: &Resident) -> bool {
        self.with_first_version.contains(catalog)
    }

    /// The names of the resources of a kind in a namespace.
    pub(super) fn names(&self, kind: &str, namespace: &str) -> BTreeSet<String> {
        let here = |resident: &&Resident| resident.kind == kind && resident.namespace == namespace;
        let names = self.all.iter().filter(here);
        names.map(|resident| resident.name.clone()).collect()
    }
}

impl Resources {
    /// The account on record, or else that of the connection; none where neither tells.
    fn account_of_catalog(&self, catalog: &ImageCatalog) -> Option<String> {
        let status = catalog.status.as_ref().map(|status| &status.managed);
        recorded_account(status).or_else(|| {
            let named = |connection: &&CloudConnection| {
                connection.metadata.namespace == catalog.metadata.namespace
                    && connection.metadata.name.as_deref() == Some(&catalog.spec.connection_ref.name)
            };
            let connection = self.connections.iter().find(named)?;
            Some(connection.spec.account()?.to_string())
        })
    }

    /// The account on record, or else that of the catalog.
    fn account_of_version(&self, version: &ImageVersion) -> Option<String> {
        let status = version.status.as_ref().map(|status| &status.managed);
        recorded_account(status).or_else(|| {
            let named = |catalog: &&ImageCatalog| {
                catalog.metadata.namespace == version.metadata.namespace
                    && catalog.metadata.name.as_deref() == Some(&version.spec.catalog_ref.name)
            };
            self.account_of_catalog(self.catalogs.iter().find(named)?)
        })
    }
}

fn recorded_account(status: Option<&ManagedStatus>) -> Option<String> {
    let mut parts = status?.parts.iter();
    parts.find_map(|part| part.account.clone())
}

fn resident(kind: &'static str, metadata: &kube::core::ObjectMeta) -> Resident {
    Resident {
        kind,
        namespace: metadata.namespace.clone().unwrap_or_default(),
        name: metadata.name.clone().unwrap_or_default(),
    }
}

/// The remote ids that a resource names or has on record.
fn ids(given: Option<&String>, status: Option<&ManagedStatus>) -> Vec<String> {
    let recorded = status.into_iter().flat_map(|status| &status.parts);
    let recorded = recorded.filter_map(|part| part.id.clone());
    given.cloned().into_iter().chain(recorded).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ACCOUNT: &str = "horizonCloud/o1";

    fn catalog(status: &Value) -> ImageCatalog {
        let mut sample: Value =
            serde_saphyr::from_str(include_str!("../../deploy/samples/imagecatalog-gallery.yaml")).unwrap();
        sample["metadata"] = json!({ "namespace": "team", "name": "win11" });
        sample["status"] = status.clone();
        serde_json::from_value(sample).unwrap()
    }

    fn residents(catalog: ImageCatalog) -> Residents {
        let resources = Resources {
            catalogs: vec![catalog],
            ..Resources::default()
        };
        Residents::new(Install::of_cluster("a"), ACCOUNT, &resources)
    }

    fn mark(cluster: &str, name: &str, part: &str) -> Mark {
        Mark {
            install: Install::of_cluster(cluster),
            object: ObjectPart::of(image_catalog::KIND, "team", name, part),
        }
    }

    fn owner(residents: &Residents, id: &str, mark: Option<Mark>) -> Option<String> {
        residents.of(id, mark).map(ToString::to_string)
    }

    #[test]
    fn an_object_belongs_to_the_resource_that_has_it_on_record_or_that_its_mark_names() {
        let status = json!({ "versionId": "v1", "parts": [{ "name": "image", "id": "i1" }] });
        let residents = residents(catalog(&status));
        let win11 = Some("ImageCatalog team/win11".to_owned());
        assert_eq!(owner(&residents, "i1", None), win11);
        assert_eq!(owner(&residents, "v1", None), win11);
        assert_eq!(owner(&residents, "i2", Some(mark("a", "win11", IMAGE))), win11);
        assert_eq!(
            owner(&residents, "v2", Some(mark("a", "win11", INITIAL_VERSION))),
            win11
        );
        assert_eq!(owner(&residents, "i2", None), None);
        assert_eq!(owner(&residents, "i2", Some(mark("a", "win10", IMAGE))), None);
    }

    #[test]
    fn a_mark_of_another_install_names_nobody_here() {
        let residents = residents(catalog(&json!({})));
        let theirs = mark("b", "win11", IMAGE);
        assert_eq!(owner(&residents, "i1", Some(theirs)), None);
        assert!(!residents.is_ours(theirs));
    }

    #[test]
    fn a_resource_of_another_account_stands_for_nothing_here_and_keeps_its_name() {
        let record =
            |account: &str| json!({ "parts": [{ "name": "image", "id": "i1", "account": account }] });
        let win11 = Some("ImageCatalog team/win11".to_owned());
        let ours = Some(mark("a", "win11", IMAGE));
        let here = residents(catalog(&record(ACCOUNT)));
        assert_eq!(owner(&here, "i1", None), win11);

        let elsewhere = residents(catalog(&record("horizonCloud/o2")));
        assert_eq!(owner(&elsewhere, "i1", ours), None);
        assert!(elsewhere.names(image_catalog::KIND, "team").contains("win11"));
    }

    #[test]
    fn without_a_record_the_connection_tells_the_account() {
        let mut named = catalog(&json!({}));
        named.spec.stream_id = Some("i1".to_owned());
        named.spec.connection_ref.name = "prod".to_owned();
        let version = json!({
            "apiVersion": "image-operator.dev/v1alpha1", "kind": "ImageVersion",
            "metadata": { "namespace": "team", "name": "win11-2" },
            "spec": { "catalogRef": { "name": "win11" }, "versionType": "MAJOR", "versionId": "v2" },
        });
        let owners = |organisation: &str| {
            let connection = json!({
                "apiVersion": "image-operator.dev/v1alpha1", "kind": "CloudConnection",
                "metadata": { "namespace": "team", "name": "prod" },
                "spec": { "horizonCloud": {
                    "orgId": organisation, "apiToken": { "secretRef": { "name": "s", "key": "k" } },
                } },
            });
            let resources = Resources {
                connections: vec![serde_json::from_value(connection).unwrap()],
                catalogs: vec![named.clone()],
                versions: vec![serde_json::from_value(version.clone()).unwrap()],
            };
            let residents = Residents::new(Install::of_cluster("a"), ACCOUNT, &resources);
            (owner(&residents, "i1", None), owner(&residents, "v2", None))
        };
        let both = (
            Some("ImageCatalog team/win11".to_owned()),
            Some("ImageVersion team/win11-2".to_owned()),
        );
        assert_eq!(owners("o1"), both);
        assert_eq!(owners("o2"), (None, None));
    }
}
