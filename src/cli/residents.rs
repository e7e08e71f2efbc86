//! The resources in a cluster, and which remote objects belong to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::api::{ImageCatalog, ImageVersion, ManagedStatus};
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

/// The resources of a cluster that stand for remote objects.
pub(super) struct Residents {
    install: Install,
    by_part: HashMap<ObjectPart, Resident>,
    by_id: BTreeMap<String, Resident>,
    all: BTreeSet<Resident>,
    with_first_version: BTreeSet<Resident>,
}

impl Residents {
    /// These resources, whose objects bear the marks of this install.
    pub(super) fn new(install: Install, catalogs: &[ImageCatalog], versions: &[ImageVersion]) -> Self {
        let mut residents = Residents {
            install,
            by_part: HashMap::new(),
            by_id: BTreeMap::new(),
            all: BTreeSet::new(),
            with_first_version: BTreeSet::new(),
        };
        for catalog in catalogs {
            let resident = resident(image_catalog::KIND, &catalog.metadata);
            let status = catalog.status.as_ref();
            let first = status.and_then(|status| status.version_id.clone());
            if first.is_some() {
                residents.with_first_version.insert(resident.clone());
            }
            let ids = ids(&catalog.spec.stream_id, status.map(|status| &status.managed));
            residents.add(&resident, &[IMAGE, INITIAL_VERSION], ids.into_iter().chain(first));
        }
        for version in versions {
            let resident = resident(image_version::KIND, &version.metadata);
            let status = version.status.as_ref();
            let ids = ids(&version.spec.version_id, status.map(|status| &status.managed));
            residents.add(&resident, &[VERSION], ids);
        }
        residents
    }

    fn add(&mut self, resident: &Resident, parts: &[&str], ids: impl IntoIterator<Item = String>) {
        for part in parts {
            let object = ObjectPart::of(resident.kind, &resident.namespace, &resident.name, part);
            self.by_part.insert(object, resident.clone());
        }
        for id in ids {
            self.by_id.entry(id).or_insert_with(|| resident.clone());
        }
        self.all.insert(resident.clone());
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

fn resident(kind: &'static str, metadata: &kube::core::ObjectMeta) -> Resident {
    Resident {
        kind,
        namespace: metadata.namespace.clone().unwrap_or_default(),
        name: metadata.name.clone().unwrap_or_default(),
    }
}

/// The remote ids that a resource names or has on record.
fn ids(given: &Option<String>, status: Option<&ManagedStatus>) -> Vec<String> {
    let recorded = status.into_iter().flat_map(|status| &status.parts);
    let recorded = recorded.filter_map(|part| part.id.clone());
    given.iter().cloned().chain(recorded).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn catalog(status: &Value) -> ImageCatalog {
        let mut sample: Value =
            serde_saphyr::from_str(include_str!("../../deploy/samples/imagecatalog-gallery.yaml")).unwrap();
        sample["metadata"] = json!({ "namespace": "team", "name": "win11" });
        sample["status"] = status.clone();
        serde_json::from_value(sample).unwrap()
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
        let residents = Residents::new(Install::of_cluster("a"), &[catalog(&status)], &[]);
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
        let residents = Residents::new(Install::of_cluster("a"), &[catalog(&json!({}))], &[]);
        let theirs = mark("b", "win11", IMAGE);
        assert_eq!(owner(&residents, "i1", Some(theirs)), None);
        assert!(!residents.is_ours(theirs));
    }
}
