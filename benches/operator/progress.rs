//! How many resources are Ready, as a watch of the API server tells it: lists would cost the server more than the
//! operator does.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt as _;
use kube::ResourceExt as _;
use kube::api::{Api, DynamicObject};
use kube::runtime::{WatchStreamExt as _, watcher};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::support::subject::rests;
use super::support::{Kind, Namespace};

/// Watches the resources of a kind in a namespace until it is dropped.
pub(crate) struct Progress {
    ready: watch::Receiver<usize>,
    watching: JoinHandle<()>,
}

impl Progress {
    pub(crate) fn of(namespace: &Namespace, kind: Kind) -> Self {
        let (count, ready_now) = watch::channel(0);
        let resources: Api<DynamicObject> =
            Api::namespaced_with(namespace.client.clone(), &namespace.name, &kind.resource());
        let watching = tokio::spawn(async move {
            let mut ready_names = BTreeSet::new();
            let objects = watcher(resources, watcher::Config::default())
                .default_backoff()
                .applied_objects();
            let mut objects = std::pin::pin!(objects);
            while let Some(object) = objects.next().await {
                let Ok(object) = object else { continue };
                if rests(&object).is_ok() {
                    ready_names.insert(object.name_any());
                } else {
                    ready_names.remove(&object.name_any());
                }
                count.send_replace(ready_names.len());
            }
        });
        Self {
            ready: ready_now,
            watching,
        }
    }

    /// Waits until so many are Ready; says how many are when that takes too long.
    pub(crate) async fn ready(&mut self, wanted: usize, deadline: Duration) -> Result<(), usize> {
        let all = self.ready.wait_for(|count| *count >= wanted);
        let reached = tokio::time::timeout(deadline, all).await.is_ok();
        if reached {
            Ok(())
        } else {
            Err(*self.ready.borrow())
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.watching.abort();
    }
}
