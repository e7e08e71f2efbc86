//! The caches of all kinds.

use std::collections::BTreeSet;

use kube::ResourceExt;
use kube::runtime::reflector::Store;
use kube::runtime::reflector::store::Writer;
use kube::runtime::watcher::Event;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch::Receiver;

use super::fingerprint::first_urgency;
use super::watched::Watched;
use crate::api::{CloudConnection, CustomImage, ImageCatalog, ImageVersion};
use crate::controller::key::{Key, Kind};
use crate::controller::metrics::ObjectCounts;
use crate::controller::queue::Urgency;
use crate::kinds::Managed;

/// Where the objects are that the operator works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespaces {
    /// Everywhere.
    All,
    /// In these namespaces.
    Only(BTreeSet<String>),
}

/// The objects as they were last seen. May be behind the API server.
///
/// An object that cannot be read any more stays as it was; nothing can be written to it, since its resource version is
/// out of date.
#[derive(Clone)]
pub struct Caches {
    /// Every CloudConnection.
    pub connections: Store<CloudConnection>,
    /// Every CustomImage.
    pub custom_images: Store<CustomImage>,
    /// Every ImageCatalog.
    pub catalogs: Store<ImageCatalog>,
    /// Every ImageVersion.
    pub versions: Store<ImageVersion>,
    /// Whether everything has been listed once. Wait for this one: a store's own wait wakes one waiter only.
    pub ready: Receiver<bool>,
}

/// Where the watches put what they see.
pub(in crate::controller) struct Writers {
    pub(in crate::controller) connections: Writer<CloudConnection>,
    pub(in crate::controller) custom_images: Writer<CustomImage>,
    pub(in crate::controller) catalogs: Writer<ImageCatalog>,
    pub(in crate::controller) versions: Writer<ImageVersion>,
}

/// Empty caches, and where to put what belongs into them.
pub(in crate::controller) fn caches(ready: Receiver<bool>) -> (Caches, Writers) {
    let writers = Writers {
        connections: Writer::default(),
        custom_images: Writer::default(),
        catalogs: Writer::default(),
        versions: Writer::default(),
    };
    let caches = Caches {
        connections: writers.connections.as_reader(),
        custom_images: writers.custom_images.as_reader(),
        catalogs: writers.catalogs.as_reader(),
        versions: writers.versions.as_reader(),
        ready,
    };
    (caches, writers)
}

/// An object as the operator reads it.
pub(in crate::controller) struct Read {
    /// Where the API server serves it.
    pub(in crate::controller) path: String,
    /// The object, with what it leaves out filled in.
    pub(in crate::controller) object: Value,
}

impl Writers {
    /// Puts an object into the cache of its kind.
    pub(in crate::controller) fn put(
        &mut self,
        kind: Kind,
        object: &Value,
    ) -> Result<Read, serde_json::Error> {
        match kind {
            Kind::CloudConnection => put(&mut self.connections, object),
            Kind::ImageCatalog => put(&mut self.catalogs, object),
            Kind::ImageVersion => put(&mut self.versions, object),
            Kind::CustomImage => put(&mut self.custom_images, object),
        }
    }
}

fn put<K: Watched + Serialize>(writer: &mut Writer<K>, object: &Value) -> Result<Read, serde_json::Error> {
    let object = K::deserialize(object)?;
    let all = K::url_path(&(), object.meta().namespace.as_deref());
    let read = Read {
        path: format!("{all}/{}", object.name_any()),
        object: serde_json::to_value(&object)?,
    };
    writer.apply_watcher_event(&Event::Apply(object));
    Ok(read)
}

impl Caches {
    /// Those that refer to an object. Those of a connection are also the versions that reach their account over it.
    pub fn users_of(&self, used: &Key) -> Vec<Key> {
        let users = users(&self.catalogs, used).chain(users(&self.custom_images, used));
        if used.kind != Kind::CloudConnection {
            return users.chain(self::users(&self.versions, used)).collect();
        }
        let versions = self.versions.state().into_iter().filter(|version| {
            version.metadata.namespace.as_ref() == Some(&used.namespace)
                && version.connection_name(&self.around(version)).as_ref() == Some(&used.name)
        });
        users.chain(versions.map(|version| Key::of(&*version))).collect()
    }

    /// Every object, and how urgently one who has seen none of them should look at it.
    pub fn all(&self) -> Vec<(Key, Urgency)> {
        keys(&self.connections)
            .chain(keys(&self.custom_images))
            .chain(keys(&self.catalogs))
            .chain(keys(&self.versions))
            .collect()
    }

    /// How many objects are in which state.
    pub fn counts(&self) -> ObjectCounts {
        let mut counts = ObjectCounts::default();
        count(&self.connections, &mut counts);
        count(&self.custom_images, &mut counts);
        count(&self.catalogs, &mut counts);
        count(&self.versions, &mut counts);
        counts
    }
}

fn users<K: Watched>(store: &Store<K>, used: &Key) -> impl Iterator<Item = Key> {
    let reference = Some((used.kind, used.name.as_str()));
    let refers_to_it = move |object: &K| {
        object.meta().namespace.as_ref() == Some(&used.namespace) && object.references().contains(&reference)
    };
    let all = store.state().into_iter();
    all.filter(move |object| refers_to_it(object))
        .map(|object| Key::of(&*object))
}

fn keys<K: Watched>(store: &Store<K>) -> impl Iterator<Item = (Key, Urgency)> {
    let all = store.state().into_iter();
    all.map(|object| (Key::of(&*object), first_urgency(&*object)))
}

fn count<K: Watched>(store: &Store<K>, counts: &mut ObjectCounts) {
    for object in store.state() {
        counts.count(K::KIND, object.conditions());
    }
}
