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
        if let Some(connection) = meaning.users_of {
            for user in self.hearers.caches.users_of(&connection) {
                self.hearers.queue.wake(user, Urgency::Change);
            }
        }
        if let Some(after) = meaning.became_ready {
            self.hearers.metrics.became_ready(K::KIND, after);
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
