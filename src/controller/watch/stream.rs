//! One task per kind: events of the API server into the cache, and from there into the queue.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;

use futures::stream::{StreamExt, select_all};
use kube::core::DeserializeGuard;
use kube::runtime::WatchStreamExt;
use kube::runtime::reflector::store::Writer;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, Resource};
use tokio::time::Instant;

use super::caches::{Caches, Namespaces};
use super::sightings::{Meaning, Sightings};
use super::watched::Watched;
use crate::controller::key::Key;
use crate::controller::metrics::Metrics;
use crate::controller::queue::{QueueHandle, Urgency};
use crate::controller::readiness::{Pending, Readiness};

/// Who hears of what the watches see.
#[derive(Clone)]
pub(in crate::controller) struct Hearers {
    pub(in crate::controller) caches: Caches,
    pub(in crate::controller) queue: QueueHandle,
    pub(in crate::controller) metrics: Arc<Metrics>,
    pub(in crate::controller) readiness: Readiness,
}

/// Watches one kind for ever. Failures are tried again, with growing pauses.
pub(in crate::controller) async fn watch<K: Watched>(
    client: Client,
    namespaces: Namespaces,
    cache: Writer<K>,
    hearers: Hearers,
) {
    let apis = apis::<K>(&client, &namespaces);
    let mut watch = Watch::new(cache, apis.len(), hearers);
    let streams = apis.into_iter().enumerate().map(|(stream, api)| {
        let config = watcher::Config::default().streaming_lists();
        watcher(api, config)
            .default_backoff()
            .map(move |event| (stream, event))
            .boxed()
    });
    let mut events = pin!(select_all(streams));
    while let Some((stream, event)) = events.next().await {
        match event {
            Ok(event) => watch.hear(stream, event),
            Err(error) => watch.failed(&error),
        }
    }
}

fn apis<K: Watched>(client: &Client, namespaces: &Namespaces) -> Vec<Api<DeserializeGuard<K>>> {
    match namespaces {
        Namespaces::All => vec![Api::all(client.clone())],
        Namespaces::Only(names) => names
            .iter()
            .map(|name| Api::namespaced(client.clone(), name))
            .collect(),
    }
}

/// All streams of one kind.
struct Watch<K: Watched> {
    cache: Writer<K>,
    streams: Vec<Sightings>,
    /// Those that have not listed everything yet.
    unlisted: BTreeSet<usize>,
    hearers: Hearers,
}

impl<K: Watched> Watch<K> {
    fn new(cache: Writer<K>, streams: usize, hearers: Hearers) -> Self {
        Watch {
            cache,
            streams: (0..streams).map(|_| Sightings::default()).collect(),
            unlisted: (0..streams).collect(),
            hearers,
        }
    }

    fn hear(&mut self, stream: usize, event: Event<DeserializeGuard<K>>) {
        let Some(sightings) = self.streams.get_mut(stream) else {
            return;
        };
        match event {
            Event::Init => sightings.listing_begins(),
            Event::Apply(object) | Event::InitApply(object) => self.seen(stream, object),
            Event::Delete(object) => self.gone(stream, &guarded_key(&object)),
            Event::InitDone => {
                for key in sightings.listing_ends() {
                    self.gone(stream, &key);
                }
                self.listed(stream);
            }
        }
    }

    fn failed(&self, error: &watcher::Error) {
        self.hearers.metrics.watch_failed(K::KIND);
        tracing::warn!(kind = %K::KIND, %error, "a watch failed and will be tried again");
    }

    fn seen(&mut self, stream: usize, object: DeserializeGuard<K>) {
        let key = guarded_key(&object);
        let Some(sightings) = self.streams.get_mut(stream) else {
            return;
        };
        let mut object = match object.0 {
            Ok(object) => object,
            Err(invalid) => {
                sightings.unreadable(key.clone());
                self.hearers.metrics.unreadable(K::KIND);
                tracing::error!(
                    kind = %key.kind, namespace = key.namespace, name = key.name, error = invalid.error,
                    "an object does not fit its type and is passed over; are the definitions in crds/ those of this version?"
                );
                return;
            }
        };
        // Nobody reads them, and they take as much memory as the rest.
        object.meta_mut().managed_fields = None;
        let meaning = sightings.seen(&object, Instant::now());
        self.cache.apply_watcher_event(&Event::Apply(object));
        self.act(meaning);
    }

    fn gone(&mut self, stream: usize, key: &Key) {
        let Some(sightings) = self.streams.get_mut(stream) else {
            return;
        };
        let meaning = sightings.gone(key);
        if let Some(object) = self.cache.as_reader().get(&key.object_ref()) {
            self.cache.apply_watcher_event(&Event::Delete((*object).clone()));
        }
        self.act(meaning);
    }

    fn listed(&mut self, stream: usize) {
        if self.unlisted.remove(&stream) && self.unlisted.is_empty() {
            tracing::info!(kind = %K::KIND, objects = self.cache.as_reader().len(), "all objects of a kind are known");
            self.hearers.readiness.done(&Pending::Cache(K::KIND));
        }
    }

    fn act(&self, meaning: Meaning) {
        for (key, urgency) in meaning.wakes {
            self.hearers.queue.wake(key, urgency);
        }
        // Before everything is known, everything is looked at anyway.
        let all_is_known = *self.hearers.caches.ready.borrow();
        if let Some(used) = meaning.users_of.filter(|_| all_is_known) {
            for user in self.hearers.caches.users_of(&used) {
                self.hearers.queue.wake(user, Urgency::Change);
            }
        }
        if let Some(after) = meaning.became_ready {
            self.hearers.metrics.became_ready(K::KIND, after);
        }
        if let Some(reason) = meaning.drifted {
            self.hearers.metrics.drifted(K::KIND, &reason);
        }
    }
}

fn guarded_key<K: Watched>(object: &DeserializeGuard<K>) -> Key {
    let meta = object.meta();
    Key::new(
        K::KIND,
        meta.namespace.clone().unwrap_or_default(),
        meta.name.clone().unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::CloudConnection;
    use crate::controller::key::Kind;
    use crate::controller::watch::caches::caches;
    use serde_json::{Value, json};

    fn object(name: &str, spec: &Value) -> DeserializeGuard<CloudConnection> {
        serde_json::from_value(json!({
            "apiVersion": "image-operator.dev/v1alpha1",
            "kind": "CloudConnection",
            "metadata": {
                "namespace": "n", "name": name, "uid": name, "generation": 1,
                "managedFields": [{ "manager": "kubectl" }],
            },
            "spec": spec,
        }))
        .unwrap()
    }

    fn good(name: &str) -> DeserializeGuard<CloudConnection> {
        object(name, &json!({ "horizonCloud": { "orgId": "o" } }))
    }

    fn bad(name: &str) -> DeserializeGuard<CloudConnection> {
        let bad = object(name, &json!({ "horizonCloud": "yes" }));
        assert!(bad.0.is_err());
        bad
    }

    fn watch_of(streams: usize) -> Watch<CloudConnection> {
        let readiness = Readiness::default();
        let (caches, writers) = caches(readiness.caches());
        let hearers = Hearers {
            caches,
            queue: QueueHandle::default(),
            metrics: Arc::default(),
            readiness,
        };
        Watch::new(writers.connections, streams, hearers)
    }

    impl Watch<CloudConnection> {
        fn names(&self) -> Vec<String> {
            let cached = self.hearers.caches.connections.state();
            let mut names: Vec<_> = cached.iter().map(|object| Key::of(&**object).name).collect();
            names.sort();
            names
        }

        fn is_listed(&self) -> bool {
            let pending = self.hearers.readiness.pending();
            !pending.contains(&Pending::Cache(Kind::CloudConnection))
        }
    }

    #[test]
    fn what_is_listed_is_cached_and_woken_and_makes_the_kind_ready() {
        let mut watch = watch_of(1);
        watch.hear(0, Event::Init);
        watch.hear(0, Event::InitApply(good("a")));
        assert!(!watch.is_listed());
        watch.hear(0, Event::InitDone);
        assert!(watch.is_listed());
        assert_eq!(watch.names(), ["a"]);
        assert_eq!(watch.hearers.queue.depth().ready, 1);
        let cached = watch.hearers.caches.connections.state();
        assert_eq!(cached[0].metadata.managed_fields, None);
    }

    #[test]
    fn a_kind_is_ready_when_all_of_its_namespaces_are_listed() {
        let mut watch = watch_of(2);
        for stream in [0, 1] {
            assert!(!watch.is_listed());
            watch.hear(stream, Event::Init);
            watch.hear(stream, Event::InitDone);
        }
        assert!(watch.is_listed());
    }

    #[test]
    fn a_new_list_of_one_namespace_drops_what_vanished_from_it_and_nothing_else() {
        let mut watch = watch_of(2);
        watch.hear(0, Event::Apply(good("a")));
        watch.hear(0, Event::Apply(good("b")));
        watch.hear(1, Event::Apply(good("other")));
        watch.hear(0, Event::Init);
        watch.hear(0, Event::InitApply(good("a")));
        watch.hear(0, Event::InitDone);
        assert_eq!(watch.names(), ["a", "other"]);
        watch.hear(1, Event::Delete(good("other")));
        assert_eq!(watch.names(), ["a"]);
    }

    #[test]
    fn an_object_that_cannot_be_read_stops_neither_the_rest_nor_readiness() {
        let mut watch = watch_of(1);
        watch.hear(0, Event::Apply(good("turned-bad")));
        watch.hear(0, Event::Init);
        for object in [bad("turned-bad"), bad("ever-bad"), good("a")] {
            watch.hear(0, Event::InitApply(object));
        }
        watch.hear(0, Event::InitDone);
        assert_eq!(watch.names(), ["a", "turned-bad"]);
        assert!(watch.is_listed());
        let Hearers {
            metrics,
            queue,
            caches,
            ..
        } = &watch.hearers;
        let page = metrics.page(queue.depth(), &caches.counts()).unwrap();
        let counted = r#"image_operator_unreadable_objects_total{kind="CloudConnection"} 2"#;
        assert!(page.contains(counted), "{page}");
    }
}
