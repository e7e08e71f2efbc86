//! Reads the spec of an `ImageVersion` into checked types; what it leaves out follows from its catalog.

use std::collections::BTreeSet;

use kube::ResourceExt;

use super::make::{Make, Unmade};
use super::references::{References, image_of};
use super::{KIND, VERSION};
use crate::api::image::Publish;
use crate::api::names::REMOTE_ID;
use crate::api::{ImageCatalog, ImageVersion, ImageVersionSpec, ManagedStatus, Reason, SecretKeyReference};
use crate::kinds::image::PublishForm;
use crate::kinds::managed::PartWanted;
use crate::kinds::policies::Surroundings;
use crate::kinds::{Managed, Report, image_catalog};
use crate::lifecycle::{Management, Mark, ObjectPart, Presence, RemoteId};

/// What an `ImageVersion` asks for, checked.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The version itself.
    pub version: PartWanted,
    /// The image that it is a version of. None only where nothing is to be done remotely.
    pub image: Option<RemoteId>,
    /// How it is made; or why it can't be made as things are, which matters until it is made.
    pub(super) make: Result<Make, Unmade>,
    /// How it is published, if it is.
    pub publish: Option<PublishForm>,
    /// The provider instance that it is made in, where that is known.
    pub home: Option<String>,
    /// The provider instances that have a copy, where the spec says so.
    pub providers: Option<Providers>,
    /// The version that the catalog itself stands for.
    pub version_of_the_catalog: Option<RemoteId>,
    /// The mark of the catalog's own version: the last version of an image is left to its catalog.
    pub mark_of_the_catalog: Mark,
    /// The spec.
    pub spec: ImageVersionSpec,
}

/// The provider instances that have a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Providers {
    /// The one that the version is made in, where that is known. Its copy is never taken away.
    pub home: Option<String>,
    /// Those that the spec names beside it.
    pub replicas: BTreeSet<String>,
}

impl Providers {
    /// All of them.
    pub fn all(&self) -> BTreeSet<&str> {
        let home = self.home.as_deref();
        self.replicas.iter().map(String::as_str).chain(home).collect()
    }
}

impl Wanted {
    /// Reads an `ImageVersion`; or says what it waits for.
    pub fn parse(
        version: &ImageVersion,
        references: &References,
        surroundings: &Surroundings,
    ) -> Result<Self, Report> {
        let spec = &version.spec;
        let namespace = version.metadata.namespace.as_deref().unwrap_or_default();
        let name = version.metadata.name.as_deref().unwrap_or_default();
        let mark = Mark {
            install: surroundings.install,
            object: ObjectPart::of(KIND, namespace, name, VERSION),
        };
        let mark_of_the_catalog = Mark {
            install: surroundings.install,
            object: ObjectPart::of(
                image_catalog::KIND,
                namespace,
                &spec.catalog_ref.name,
                image_catalog::INITIAL_VERSION,
            ),
        };
        let given_id: Option<Result<RemoteId, _>> = spec.version_id.as_deref().map(str::parse);
        let given_id = given_id.transpose().map_err(|error| {
            Report::stalled(
                Reason::InvalidSpec,
                format!("spec.versionId holds no id: {error}"),
            )
        })?;
        let mut desired = version.policies().desired(version, given_id, surroundings);
        let catalog = references.catalog.as_deref();
        let past = Past::of(version);
        let image = past.image.clone().or_else(|| catalog.and_then(image_of));
        match desired.presence {
            Presence::LeftBehind => {}
            Presence::Deleted if desired.management == Management::Observe || image.is_some() => {}
            Presence::Deleted if past.nothing_was_sent() => desired.presence = Presence::LeftBehind,
            Presence::Deleted => return Err(lost_image(spec)),
            Presence::Present if past.is_made => {}
            Presence::Present => check_catalog(spec, catalog, image.as_ref())?,
        }
        // A clone is made where its source is, which its catalog need not be.
        let of_the_catalog = catalog
            .filter(|_| spec.clone.is_none())
            .map(|catalog| &catalog.spec.provider_instance_id);
        let home = spec.provider_instance_id.as_ref().or(of_the_catalog).cloned();
        let make = Make::of(spec, mark, references);
        if let (Presence::Present, Management::Manage, Err(unmade)) =
            (desired.presence, desired.management, &make)
            && past.nothing_was_sent()
            && spec.version_id.is_none()
            && desired.resolution.is_none()
        {
            return Err(unmade.report());
        }
        let project_id = spec
            .project_id
            .as_deref()
            .or_else(|| catalog.and_then(|catalog| catalog.spec.project_id.as_deref()));
        let provider_label = spec
            .provider_label
            .as_deref()
            .or_else(|| catalog.map(|catalog| catalog.spec.provider_label.as_str()));
        let publish = spec.publish.as_ref().zip(provider_label);
        let form = publish.map(|(publish, label)| PublishForm::of(publish, label, project_id, mark));
        Ok(Wanted {
            version: PartWanted {
                name: VERSION.into(),
                mark,
                desired,
            },
            image,
            make,
            publish: form.transpose().map_err(|error| {
                Report::stalled(
                    Reason::InvalidSpec,
                    format!("spec.publish can't be read: {error}"),
                )
            })?,
            providers: publish.map(|(publish, _)| Providers {
                home: home.clone(),
                replicas: replicas(publish),
            }),
            home,
            version_of_the_catalog: catalog
                .and_then(|catalog| catalog.status.as_ref()?.version_id.as_deref()?.parse().ok()),
            mark_of_the_catalog,
            spec: spec.clone(),
        })
    }

    /// Where the password that the create needs comes from.
    pub fn password_reference(&self) -> Option<&SecretKeyReference> {
        let info = self.spec.asset_details.as_ref()?.vm_info.as_ref()?;
        Some(&info.password_secret_ref)
    }
}

/// What a version remembers of itself.
struct Past {
    /// The image that it is on record as a version of.
    image: Option<RemoteId>,
    /// Whether it is on record as made, or as being made.
    is_made: bool,
    /// Whether there is a record that this very resource wrote.
    has_record: bool,
    /// Whether something says that there was more once.
    has_traces: bool,
}

impl Past {
    fn of(version: &ImageVersion) -> Self {
        let status = version.status.as_ref();
        let own = |managed: &&ManagedStatus| {
            managed.owner_uid.is_some() && managed.owner_uid == version.metadata.uid
        };
        let record = status
            .map(|status| &status.managed)
            .filter(own)
            .and_then(|managed| managed.parts.iter().find(|part| part.name == VERSION));
        let is_made = record.is_some_and(|part| part.id.is_some() || part.intent.is_some());
        Past {
            image: status
                .filter(|_| is_made)
                .and_then(|status| status.stream_id.as_deref()?.parse().ok()),
            is_made,
            has_record: record.is_some(),
            has_traces: !version.finalizers().is_empty() || version.annotations().contains_key(REMOTE_ID),
        }
    }

    /// Nothing was ever sent for this resource, and it can be sure of that.
    fn nothing_was_sent(&self) -> bool {
        !self.is_made && (self.has_record || !self.has_traces)
    }
}

fn lost_image(spec: &ImageVersionSpec) -> Report {
    Report::reconciling(
        Reason::CatalogNotFound,
        format!(
            "the version may exist remotely, and only ImageCatalog {:?} tells in which image: create that again, or set \
             deletionPolicy: Retain",
            spec.catalog_ref.name
        ),
    )
}

/// A version is made in the image of its catalog, whatever that is otherwise up to.
fn check_catalog(
    spec: &ImageVersionSpec,
    catalog: Option<&ImageCatalog>,
    image: Option<&RemoteId>,
) -> Result<(), Report> {
    let name = &spec.catalog_ref.name;
    let Some(catalog) = catalog else {
        return Err(Report::reconciling(
            Reason::CatalogNotFound,
            format!(
                "there is no ImageCatalog {name:?} in this namespace: create it, or correct spec.catalogRef"
            ),
        ));
    };
    if catalog.metadata.deletion_timestamp.is_some() {
        return Err(Report::reconciling(
            Reason::CatalogTerminating,
            format!("ImageCatalog {name:?} is being deleted, so no version is added to its image"),
        ));
    }
    match image {
        Some(_) => Ok(()),
        None => Err(Report::reconciling(
            Reason::CatalogNotReady,
            format!("waiting for ImageCatalog {name:?} to have an image: it has no status.streamId yet"),
        )),
    }
}

fn replicas(publish: &Publish) -> BTreeSet<String> {
    let replicas = publish
        .replicas
        .iter()
        .map(|replica| &replica.provider_instance_id);
    let vsphere = publish.vsphere.iter();
    let targets = vsphere
        .flat_map(|vsphere| &vsphere.target_providers)
        .map(|target| &target.provider_instance_id);
    replicas.chain(targets).cloned().collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::kinds::Standing;
    use crate::kinds::image_version::Source;
    use crate::kinds::image_version::examples::{catalog, parse, record, references, resource, wanted};
    use crate::remote::imagemgmt::model;

    fn with_status(spec: Value, status: Value) -> ImageVersion {
        let mut version = resource(spec);
        version.status = serde_json::from_value(status).unwrap();
        version
    }

    fn deleted(mut version: ImageVersion) -> ImageVersion {
        version.metadata.deletion_timestamp =
            Some(serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap());
        version
    }

    fn without_catalog() -> References {
        References::default()
    }

    fn said(result: Result<Wanted, Report>) -> (Standing, Reason) {
        let report = result.unwrap_err();
        (report.standing, report.reason)
    }

    #[test]
    fn what_the_spec_leaves_out_follows_from_the_catalog() {
        let wanted = wanted(json!({ "os": "Windows 11 24H2" }));
        let Ok(Make::Add(add)) = &wanted.make else {
            panic!("it is added")
        };
        assert_eq!(wanted.image.as_ref().unwrap().as_str(), "i1");
        assert_eq!(
            (add.os.as_str(), add.os_type.as_str()),
            ("Windows 11 24H2", "WINDOWS")
        );
        assert_eq!(add.gpu_type, model::GpuType::None);
        assert_eq!(
            (add.provider_label.as_str(), add.provider_instance_id.as_str()),
            ("AZURE", "home")
        );
        assert_eq!(add.project_id.as_deref(), Some("p-1"));
        assert_eq!(add.description, wanted.version.mark.to_string());
    }

    #[test]
    fn a_version_that_does_not_fit_its_image_says_what_to_change() {
        let of = |source: &str| {
            let mut catalog = catalog(json!({}));
            catalog.spec.source_stream_type = source.to_owned();
            References {
                catalog: Some(Arc::new(catalog)),
                ..References::default()
            }
        };
        let rows = [
            (
                "AZURE_SIG",
                json!({ "osType": "WINDOWS", "gpuType": "NONE" }),
                None,
            ),
            (
                "AZURE_SIG",
                json!({ "osType": "LINUX" }),
                Some("spec.osType is LINUX, and the image of ImageCatalog \"win11\" is for WINDOWS"),
            ),
            (
                "AZURE_SIG",
                json!({ "gpuType": "AMD" }),
                Some("spec.gpuType is AMD, and the image of ImageCatalog \"win11\" is for NONE"),
            ),
            ("AZURE_MARKET_PLACE", json!({}), Some("clone one of its versions")),
            ("VIEW_IMAGES", json!({}), Some("clone one of its versions")),
            ("A_NEW_SOURCE", json!({}), None),
        ];
        for (source, spec, expected) in rows {
            let said = parse(&resource(spec.clone()), &of(source)).err();
            let expected_said = expected.map(|_| (Standing::Stalled, Reason::InvalidSpec));
            assert_eq!(
                said.as_ref().map(|report| (report.standing, report.reason)),
                expected_said,
                "{source} {spec}"
            );
            let message = said.map(|report| report.message).unwrap_or_default();
            assert!(message.contains(expected.unwrap_or_default()), "{message}");
        }
        // What is there already stays as it is.
        let made = with_status(json!({ "osType": "LINUX" }), record("version", "v2"));
        assert!(parse(&made, &of("AZURE_SIG")).is_ok());
    }

    #[test]
    fn a_version_waits_for_the_image_of_its_catalog_and_not_for_its_ready() {
        let of = |status: Value| References {
            catalog: Some(Arc::new(catalog(status))),
            ..References::default()
        };
        let rows = [
            (without_catalog(), Some(Reason::CatalogNotFound)),
            (of(json!({ "parts": null })), Some(Reason::CatalogNotReady)),
            // A status that was restored under another uid.
            (
                of(json!({ "ownerUid": "another" })),
                Some(Reason::CatalogNotReady),
            ),
            (of(json!({})), None),
        ];
        for (references, expected) in rows {
            let found = parse(&resource(json!({})), &references).err();
            assert_eq!(found.map(|report| report.reason), expected);
        }
        let mut going = catalog(json!({}));
        going.metadata.deletion_timestamp =
            Some(serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap());
        let references = References {
            catalog: Some(Arc::new(going)),
            ..References::default()
        };
        assert_eq!(
            said(parse(&resource(json!({})), &references)),
            (Standing::Reconciling, Reason::CatalogTerminating)
        );
    }

    #[test]
    fn a_version_that_is_made_needs_its_catalog_no_more() {
        let mut status = record(VERSION, "v2");
        status["streamId"] = json!("i1");
        let made = with_status(json!({}), status);
        let wanted = parse(&made, &without_catalog()).unwrap();
        assert_eq!(wanted.image.unwrap().as_str(), "i1");
        assert!(parse(&deleted(made), &without_catalog()).is_ok());
    }

    #[test]
    fn a_version_without_a_catalog_goes_at_once_only_when_nothing_was_ever_sent() {
        let blank = with_status(
            json!({}),
            json!({ "observedGeneration": 1, "ownerUid": "u-1", "parts": [{ "name": VERSION }] }),
        );
        let wanted = parse(&deleted(blank), &without_catalog()).unwrap();
        assert_eq!(wanted.version.desired.presence, Presence::LeftBehind);

        let mut forgetful = resource(json!({}));
        forgetful.metadata.finalizers = Some(vec!["image-operator.dev/remote".to_owned()]);
        assert_eq!(
            said(parse(&deleted(forgetful.clone()), &without_catalog())),
            (Standing::Reconciling, Reason::CatalogNotFound)
        );
        forgetful.spec.deletion_policy = crate::api::DeletionPolicy::Retain;
        assert!(parse(&deleted(forgetful), &without_catalog()).is_ok());
    }

    fn following(more: Value) -> Value {
        let mut spec = json!({ "versionType": "MINOR", "sourceVersionRef": { "name": "october" } });
        crate::kinds::image_version::examples::merge(&mut spec, more);
        spec
    }

    fn october(catalog: &str, status: Value) -> Source {
        let spec = json!({ "catalogRef": { "name": catalog } });
        Source::Version(Arc::new(with_status(spec, status)))
    }

    fn at(status: &str) -> Value {
        let mut there = record(VERSION, "v1");
        there["versionStatus"] = json!(status);
        there
    }

    #[test]
    fn a_source_is_waited_for_until_it_can_be_one() {
        let clone = || {
            following(json!({
                "sourceType": null, "assetDetails": null,
                "clone": { "assetDetails": { "type": "AZURE_NETWORK_RESOURCE" } },
            }))
        };
        let blank = || json!({ "observedGeneration": 1 });
        let rows = [
            (
                following(json!({})),
                Source::Missing,
                Some(Reason::SourceNotFound),
            ),
            (
                following(json!({})),
                october("win11", blank()),
                Some(Reason::SourceNotReady),
            ),
            (
                following(json!({})),
                october("win11", at("IMPORT_IN_PROGRESS")),
                None,
            ),
            (
                following(json!({})),
                october("win11", at("DELETING")),
                Some(Reason::SourceNotReady),
            ),
            (
                clone(),
                october("win11", at("IMPORT_COMPLETE")),
                Some(Reason::SourceNotReady),
            ),
            (clone(), october("win11", at("PARTIALLY_AVAILABLE")), None),
            (
                following(json!({})),
                october("win10", at("AVAILABLE")),
                Some(Reason::InvalidSpec),
            ),
        ];
        for (spec, source, expected) in rows {
            let mut version = resource(json!({}));
            let mut json = serde_json::to_value(&version.spec).unwrap();
            crate::kinds::image_version::examples::merge(&mut json, spec);
            version.spec = serde_json::from_value(json).unwrap();
            let shown = format!("{source:?}");
            let found = parse(&version, &references(source)).err();
            assert_eq!(found.map(|report| report.reason), expected, "{shown}");
        }
    }

    #[test]
    fn a_source_matters_only_until_the_version_is_made() {
        let mut status = record(VERSION, "v2");
        status["streamId"] = json!("i1");
        let made = with_status(following(json!({})), status);
        assert!(parse(&made, &references(Source::Missing)).is_ok());

        let named = resource(following(json!({ "versionId": "v2" })));
        assert!(parse(&named, &references(Source::Missing)).is_ok());
    }

    #[test]
    fn the_first_version_of_the_catalog_is_its_version() {
        let spec = following(json!({ "sourceVersionRef": { "kind": "ImageCatalog", "name": "win11" } }));
        let source = Source::Catalog(Arc::new(catalog(json!({}))));
        let wanted = parse(&resource(spec), &references(source)).unwrap();
        let Ok(Make::Add(add)) = wanted.make else {
            panic!("it is added")
        };
        assert_eq!(add.source_version_id, "v1".parse().ok());
    }

    #[test]
    fn a_clone_is_at_home_where_its_source_is() {
        let clone = json!({
            "sourceType": null, "assetDetails": null, "sourceVersionId": "v1", "publish": {},
            "clone": { "assetDetails": { "type": "AZURE_NETWORK_RESOURCE" } },
        });
        assert_eq!(wanted(clone).home, None);
        assert_eq!(wanted(json!({})).home.as_deref(), Some("home"));
    }
}
