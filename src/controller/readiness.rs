//! What has to be there before the operator works, and what is still missing.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use tokio::sync::watch::{Receiver, Sender};

use super::key::Kind;

/// Something that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pending {
    /// The custom resource definitions in the cluster.
    Definitions,
    /// The id of the cluster.
    ClusterId,
    /// The first list of all objects of this kind.
    Cache(Kind),
    /// The operator is being stopped: it will not be ready any more.
    Stopping,
}

/// What is still missing, shared. Clones are the same.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pending: Sender<BTreeSet<Pending>>,
    caches: Sender<bool>,
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pending::Definitions => f.write_str("the custom resource definitions are not installed"),
            Pending::ClusterId => f.write_str("the id of the cluster is not known"),
            Pending::Cache(kind) => write!(f, "the list of every {kind} has not been read"),
            Pending::Stopping => f.write_str("the operator is stopping"),
        }
    }
}

impl Default for Readiness {
    /// Nothing is there yet.
    fn default() -> Self {
        let caches = Kind::ALL.into_iter().map(Pending::Cache);
        let pending = [Pending::Definitions, Pending::ClusterId]
            .into_iter()
            .chain(caches);
        Readiness(Arc::new(Shared {
            pending: Sender::new(pending.collect()),
            caches: Sender::new(false),
        }))
    }
}

impl Readiness {
    /// This is there now.
    pub fn done(&self, what: &Pending) {
        self.0.pending.send_if_modified(|pending| pending.remove(what));
        if !self
            .pending()
            .iter()
            .any(|what| matches!(what, Pending::Cache(_)))
        {
            self.0.caches.send_replace(true);
        }
    }

    /// The operator is being stopped.
    pub fn stopping(&self) {
        self.0
            .pending
            .send_if_modified(|pending| pending.insert(Pending::Stopping));
    }

    /// What is still missing.
    pub fn pending(&self) -> BTreeSet<Pending> {
        self.0.pending.borrow().clone()
    }

    /// Whether all caches are filled, for any number of waiters.
    pub fn caches(&self) -> Receiver<bool> {
        self.0.caches.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_waiter_hears_when_the_last_cache_is_filled() {
        let readiness = Readiness::default();
        let waiters: Vec<_> = (0..4).map(|_| readiness.caches()).collect();
        for kind in Kind::ALL {
            assert!(!*readiness.caches().borrow());
            readiness.done(&Pending::Cache(kind));
        }
        for mut waiter in waiters {
            waiter.wait_for(|ready| *ready).await.unwrap();
        }
    }

    #[test]
    fn a_stopping_operator_is_not_ready() {
        let readiness = Readiness::default();
        readiness.done(&Pending::Definitions);
        readiness.done(&Pending::ClusterId);
        for kind in Kind::ALL {
            readiness.done(&Pending::Cache(kind));
        }
        assert!(readiness.pending().is_empty());
        readiness.stopping();
        assert_eq!(readiness.pending(), BTreeSet::from([Pending::Stopping]));
    }
}
