//! All live connections, by the CloudConnection that each belongs to.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::blueprint::Blueprint;
use super::connection::Connection;
use super::overview::Overview;
use crate::inventory::{Changes, InventoryRecorder, Mailbox, Merge, Subscription};
use crate::remote::http::{AllowedHosts, Recorder, WireError, WriteGate};

/// What all connections have in common.
#[derive(Clone)]
pub struct Settings {
    /// Which hosts may be spoken to, and whether without TLS.
    pub allowed_hosts: AllowedHosts,
    /// How long absence must hold before it is believed where there is doubt.
    pub settling_window: Duration,
    /// Asked before every remote write.
    pub write_gate: Arc<dyn WriteGate>,
    /// Hears about requests.
    pub recorder: Arc<dyn Recorder>,
    /// Hears about inventories.
    pub inventory_recorder: Arc<dyn InventoryRecorder>,
}

/// Which CloudConnection a connection belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionKey {
    /// The namespace of the CloudConnection.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// All live connections. They end with this, or when they are removed.
///
/// A connection stays as it is until it is replaced or removed, so its last good credentials serve on while a Secret
/// is missing.
pub struct Connections {
    settings: Settings,
    live: Mutex<BTreeMap<ConnectionKey, Live>>,
    news: Arc<Mailbox<News>>,
}

struct Live {
    connection: Arc<Connection>,
    // Held for its end: polling stops with it.
    _polling: Task,
}

/// A task that ends when this is dropped.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What moved in the accounts, by connection.
#[derive(Debug)]
struct News(BTreeMap<ConnectionKey, Changes>);

impl Merge for News {
    fn merge(&mut self, later: Self) {
        for (key, changes) in later.0 {
            self.0.entry(key).or_default().merge(changes);
        }
    }
}

impl fmt::Display for ConnectionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").finish_non_exhaustive()
    }
}

impl Connections {
    /// No connections yet.
    pub fn new(settings: Settings) -> Self {
        Connections {
            settings,
            live: Mutex::default(),
            news: Arc::default(),
        }
    }

    /// Which hosts may be spoken to, for [`Blueprint::parse`].
    pub fn allowed_hosts(&self) -> &AllowedHosts {
        &self.settings.allowed_hosts
    }

    /// The connection made from this blueprint: the live one when it was made from the same, otherwise a new one that
    /// takes its place. Must be called within a tokio runtime, where the account is polled after its first good check.
    pub fn install(&self, key: &ConnectionKey, blueprint: Blueprint) -> Result<Arc<Connection>, WireError> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = match live.get(key) {
            Some(there) if *there.connection.blueprint() == blueprint => {
                return Ok(Arc::clone(&there.connection));
            }
            there => there.map(|there| Arc::clone(&there.connection)),
        };
        let connection = Arc::new(Connection::open(blueprint, &self.settings)?);
        match replaced {
            Some(old) if old.account() == connection.account() => {
                connection.inherit(&old);
                tracing::info!(connection = %key, "connection replaced, because its settings or credentials changed");
            }
            Some(_) | None => {
                tracing::info!(connection = %key, account = connection.account(), "connection made");
            }
        }
        let polling = Task(tokio::spawn(poll_and_tell(
            Arc::clone(&connection),
            connection.subscribe(),
            key.clone(),
            Arc::clone(&self.news),
        )));
        let entry = Live {
            connection: Arc::clone(&connection),
            _polling: polling,
        };
        live.insert(key.clone(), entry);
        Ok(connection)
    }

    /// The live connection, if there is one.
    pub fn get(&self, key: &ConnectionKey) -> Option<Arc<Connection>> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.get(key).map(|live| Arc::clone(&live.connection))
    }

    /// What all of them together look like now.
    pub fn overview(&self) -> Overview {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let mut overview = Overview::default();
        for live in live.values() {
            overview.add(&live.connection, now);
        }
        overview
    }

    /// Forgets a connection and stops polling its account.
    pub fn remove(&self, key: &ConnectionKey) {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if live.remove(key).is_some() {
            tracing::info!(connection = %key, "connection removed");
        }
    }

    /// What moved in any account since the last call, as soon as something did. For one caller at a time; nothing is
    /// lost when it gives up waiting. A connection that is gone by now may be named.
    pub async fn changes(&self) -> BTreeMap<ConnectionKey, Changes> {
        self.news.next().await.0
    }
}

async fn poll_and_tell(
    connection: Arc<Connection>,
    subscription: Subscription,
    key: ConnectionKey,
    news: Arc<Mailbox<News>>,
) {
    let tell = async {
        loop {
            let changes = subscription.next().await;
            news.post(News(BTreeMap::from([(key.clone(), changes)])));
        }
    };
    tokio::join!(connection.poll(), tell);
}
