//! Passes that change nothing: what the operator would do next with resources that have not been applied yet.
//!
//! The passes are the operator's own. What they read of the cluster is real, but for the resources themselves: those
//! are held in memory, with the manifests in their place, and take what a pass writes. Remote writes have to be held
//! back by the connections that this is given.
//!
//! | file | idea |
//! |---|---|
//! | this one | the resources, and a pass over one of them |
//! | `api_server` | the API server that the passes speak to |
//! | `overlay` | a manifest put in the place of what is in the cluster |
//! | `outlook` | what the writes of a pass tell |

mod api_server;
mod outlook;
mod overlay;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use kube::Client;
use serde_json::Value;

use self::api_server::{ApiServer, replace};
use self::outlook::Sent;
pub use self::outlook::{Next, Outlook};
use super::Tools;
use super::events::events;
use super::key::{Key, Kind};
use super::lease::Leadership;
use super::metrics::Metrics;
use super::queue::{Pass as _, QueueHandle};
use super::readiness::Readiness;
use super::reconcile::{Context, ContextSettings, Passes};
use super::watch::{Caches, Read, Writers, caches};
use crate::connections::Connections;
use crate::lifecycle::Install;

/// What a rehearsal works with.
pub struct Props {
    /// The way to the cluster.
    pub client: Client,
    /// Connections that let no remote write pass.
    pub connections: Arc<Connections>,
    /// How often they have held one back.
    pub held_back: Arc<AtomicUsize>,
    /// What tells this cluster from others.
    pub cluster_id: String,
    /// How long the effect of a remote request may still appear.
    pub settling_window: Duration,
}

/// The resources of a cluster, and manifests in the place of some.
pub struct Rehearsal {
    passes: Passes,
    caches: Caches,
    writers: Writers,
    api_server: ApiServer,
    held_back: Arc<AtomicUsize>,
    /// Those that are in the cluster, as the operator reads them.
    there: BTreeMap<Key, Read>,
    /// The manifests in their place.
    declared: BTreeMap<Key, Read>,
}

impl Rehearsal {
    /// Knows no resources yet. Must be called within a tokio runtime.
    pub fn new(props: Props) -> Self {
        let (caches, writers) = caches(Readiness::default().caches());
        let api_server = ApiServer::before(props.client);
        let metrics = Arc::new(Metrics::default());
        // Without its publisher, no event is published.
        let (events, _) = events(api_server.client(), Arc::clone(&metrics));
        let install = Install::of_cluster(&props.cluster_id);
        let tools = Tools {
            client: api_server.client(),
            caches: caches.clone(),
            queue: QueueHandle::default(),
            events,
            cluster_id: props.cluster_id,
            metrics,
            leadership: Leadership::alone(),
        };
        let settings = ContextSettings {
            install,
            settling_window: props.settling_window,
            proving_window: Duration::ZERO,
        };
        Rehearsal {
            passes: Passes::new(Context::new(tools, props.connections, settings)),
            caches,
            writers,
            api_server,
            held_back: props.held_back,
            there: BTreeMap::new(),
            declared: BTreeMap::new(),
        }
    }

    /// A resource as it is in the cluster. Fails where the operator could not read it either.
    pub fn add(&mut self, kind: Kind, object: &Value) -> Result<(), serde_json::Error> {
        let read = self.writers.put(kind, object)?;
        self.api_server.put(&read.path, read.object.clone());
        self.there.insert(key(kind, &read.object), read);
        Ok(())
    }

    /// A manifest with its namespace, put in the place of what is in the cluster. Everything in the cluster has to be
    /// added before.
    pub fn declare(&mut self, kind: Kind, manifest: &Value) -> Result<Key, serde_json::Error> {
        let key = key(kind, manifest);
        let there = self.there.get(&key).map(|there| &there.object);
        let newcomer = overlay::Newcomer {
            uid: format!("{:032x}", fastrand::u128(..)),
            created_at: Timestamp::now(),
        };
        // Read once to compare what is meant, whatever was left out.
        let read = self.writers.put(kind, manifest)?;
        let object = overlay::in_place(read.object, there, &newcomer);
        let read = self.writers.put(kind, &object)?;
        self.api_server.put(&read.path, read.object.clone());
        self.declared.insert(key.clone(), read);
        Ok(key)
    }

    /// Signs in over the CloudConnections that manifests describe or use, as they are in the cluster. Gives those that
    /// could not be opened.
    pub async fn connect(&mut self) -> Vec<(Key, Outlook)> {
        let connections: Vec<(Key, Value)> = self
            .there
            .iter()
            .filter(|(key, _)| key.kind == Kind::CloudConnection && self.is_needed(key))
            .map(|(key, there)| (key.clone(), overlay::unjudged(there.object.clone())))
            .collect();
        let mut closed = Vec::new();
        for (key, there) in connections {
            if self.writers.put(key.kind, &there).is_err() {
                continue;
            }
            let (outlook, mut written) = self.pass(&key).await;
            if let Some(declared) = self.declared.get(&key) {
                let mut object = declared.object.clone();
                replace(&mut object, "status", &mut written);
                written = object;
            }
            // What is wrong with it, those that use it will say.
            if self.writers.put(key.kind, &written).is_ok() && outlook.next != Next::Nothing {
                closed.push((key, outlook));
            }
        }
        closed
    }

    fn is_needed(&self, connection: &Key) -> bool {
        let users: BTreeSet<Key> = self.caches.users_of(connection).into_iter().collect();
        self.declared
            .keys()
            .any(|key| key == connection || users.contains(key))
    }

    /// What the operator would do next with a declared resource. Give each once, after [`Rehearsal::connect`].
    pub async fn next(&self, key: &Key) -> Outlook {
        if key.kind == Kind::CloudConnection && self.is_new_or_changed(key) {
            return Outlook::of_new_connection();
        }
        self.pass(key).await.0
    }

    fn is_new_or_changed(&self, key: &Key) -> bool {
        let spec = |read: &Read| read.object.get("spec").cloned();
        self.there.get(key).and_then(spec) != self.declared.get(key).and_then(spec)
    }

    /// A pass over a resource; also gives what it has written.
    async fn pass(&self, key: &Key) -> (Outlook, Value) {
        let Some(before) = self.declared.get(key).or_else(|| self.there.get(key)) else {
            return (Outlook::of_new_connection(), Value::Null);
        };
        let held_back = self.held_back.load(Ordering::Relaxed);
        self.passes.run(key.clone()).await;
        let sent = if self.held_back.load(Ordering::Relaxed) == held_back {
            Sent::Nothing
        } else {
            Sent::OneRequest
        };
        let mut writes = self.api_server.writes(&before.path);
        let outlook = Outlook::of(&before.object, &writes, sent);
        (outlook, writes.pop().unwrap_or_else(|| before.object.clone()))
    }
}

fn key(kind: Kind, object: &Value) -> Key {
    let text = |pointer: &str| {
        let value = object.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    Key::new(kind, text("/metadata/namespace"), text("/metadata/name"))
}
