//! The resources of a soak: what people want, and what the API server has.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use kube::api::{Api, DynamicObject, ListParams};
use serde_json::{Value, json};

use super::plan::Plan;
use super::support::gallery;
use super::support::subject::rests;
use super::support::{Kind, Namespace, Subject, eventually};

/// How many requests to the API server are under way at once.
const AT_ONCE: usize = 16;

const POLL: Duration = Duration::from_millis(500);

/// A resource, with what people want of it.
pub(crate) struct Resource {
    pub(crate) kind: Kind,
    pub(crate) subject: Subject,
    /// The name of the catalog: its own, or the one that it is a version of.
    pub(crate) catalog: String,
    pub(crate) manifest: Value,
    pub(crate) wanted: Wanted,
    /// How often it has been applied where there was none.
    pub(crate) lives: usize,
}

/// What people want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    There,
    Suspended,
    Gone,
}

pub(crate) struct Estate {
    catalogs: Api<DynamicObject>,
    versions: Api<DynamicObject>,
    pub(crate) resources: Vec<Resource>,
}

impl Estate {
    /// Nothing is applied yet.
    pub(crate) fn of(namespace: &Namespace, plan: &Plan) -> Self {
        let mut resources = Vec::new();
        for number in 0..plan.catalogs {
            let catalog = format!("image-{number}");
            resources.push(Resource {
                kind: Kind::ImageCatalog,
                subject: Subject::of(namespace, Kind::ImageCatalog, &catalog),
                catalog: catalog.clone(),
                manifest: serde_json::to_value(gallery::catalog(&catalog)).unwrap(),
                wanted: Wanted::There,
                lives: 0,
            });
            for version in 0..plan.versions {
                let name = format!("{catalog}-{version}");
                let mut manifest = gallery::version(&name, &catalog);
                manifest["spec"]["publish"] = gallery::published_to(&[])["publish"].clone();
                resources.push(Resource {
                    kind: Kind::ImageVersion,
                    subject: Subject::of(namespace, Kind::ImageVersion, &name),
                    catalog: catalog.clone(),
                    manifest,
                    wanted: Wanted::There,
                    lives: 0,
                });
            }
        }
        let api =
            |kind: Kind| Api::namespaced_with(namespace.client.clone(), &namespace.name, &kind.resource());
        Self {
            catalogs: api(Kind::ImageCatalog),
            versions: api(Kind::ImageVersion),
            resources,
        }
    }

    /// Applies everything.
    pub(crate) async fn apply(&mut self) {
        futures::stream::iter(&mut self.resources)
            .for_each_concurrent(AT_ONCE, Resource::create)
            .await;
    }

    /// Everything is wanted again, and applied again where it is gone.
    pub(crate) async fn restore(&mut self, patience: Duration) {
        futures::stream::iter(&mut self.resources)
            .for_each_concurrent(AT_ONCE, |resource| resource.restore(patience))
            .await;
    }

    /// Waits until every resource rests.
    pub(crate) async fn converges(&self, patience: Duration) {
        let began = Instant::now();
        loop {
            let objects = self.objects().await;
            let restless: Vec<String> = self
                .resources
                .iter()
                .filter_map(|resource| {
                    let name = &resource.subject.name;
                    let rest = objects.get(name).map_or(Err("it is gone".to_owned()), rests);
                    rest.err().map(|why| format!("{name}: {why}"))
                })
                .collect();
            if restless.is_empty() {
                return;
            }
            assert!(
                began.elapsed() < patience,
                "not within {patience:?}: {} of {} do not rest: {:#?}",
                restless.len(),
                self.resources.len(),
                &restless[..restless.len().min(20)]
            );
            tokio::time::sleep(POLL).await;
        }
    }

    /// Every resource by name.
    pub(crate) async fn objects(&self) -> BTreeMap<String, DynamicObject> {
        let mut objects = BTreeMap::new();
        for api in [&self.catalogs, &self.versions] {
            for object in api.list(&ListParams::default()).await.unwrap() {
                objects.insert(object.metadata.name.clone().unwrap_or_default(), object);
            }
        }
        objects
    }
}

impl Resource {
    async fn create(&mut self) {
        self.subject.create(&self.manifest).await;
        self.lives += 1;
    }

    /// Sets fields of the spec, in the manifest too.
    pub(crate) async fn edit(&mut self, fields: &Value) {
        for (field, value) in fields.as_object().unwrap() {
            self.manifest["spec"][field] = value.clone();
        }
        self.subject.edit(fields).await;
    }

    pub(crate) async fn suspend(&mut self) {
        self.wanted = Wanted::Suspended;
        self.subject.edit(&json!({ "suspend": true })).await;
    }

    pub(crate) async fn go_on(&mut self) {
        self.wanted = Wanted::There;
        self.subject.edit(&json!({ "suspend": false })).await;
    }

    pub(crate) async fn delete(&mut self) {
        // A suspended resource stays, its deletion too.
        if self.wanted == Wanted::Suspended {
            self.go_on().await;
        }
        self.wanted = Wanted::Gone;
        self.subject.delete().await;
    }

    /// Applies it again if it has gone by now.
    pub(crate) async fn come_back(&mut self) {
        if self.subject.now().await.is_none() {
            self.create().await;
            self.wanted = Wanted::There;
        }
    }

    async fn restore(&mut self, patience: Duration) {
        match self.wanted {
            Wanted::There => {}
            Wanted::Suspended => self.go_on().await,
            Wanted::Gone => {
                let name = self.subject.name.clone();
                eventually(patience, &format!("{name} is gone"), async || {
                    match self.subject.now().await {
                        None => Ok(()),
                        Some(left) => Err(left.data["status"]["conditions"].to_string()),
                    }
                })
                .await;
                self.come_back().await;
            }
        }
    }
}
