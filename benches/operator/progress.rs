//! How many catalogs are Ready, as a watch of the API server tells it: lists would cost the server more than the
//! operator does.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt as _;
use image_operator::api::ImageCatalog;
use kube::ResourceExt as _;
use kube::runtime::{WatchStreamExt as _, watcher};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::support::Namespace;
use super::support::gallery::ready;

/// Watches the catalogs of a namespace until it is dropped.
pub(crate) struct Progress {
    ready: watch::Receiver<usize>,
    watching: JoinHandle<()>,
}

impl Progress {
    pub(crate) fn of(namespace: &Namespace) -> Self {
        let (count, ready_now) = watch::channel(0);
        let catalogs = namespace.api::<ImageCatalog>();
        let watching = tokio::spawn(async move {
            let mut ready_names = BTreeSet::new();
            let objects = watcher(catalogs, watcher::Config::default())
                .default_backoff()
                .applied_objects();
            let mut objects = std::pin::pin!(objects);
            while let Some(catalog) = objects.next().await {
                let Ok(catalog) = catalog else { continue };
                if ready(&catalog).is_ok() {
                    ready_names.insert(catalog.name_any());
                } else {
                    ready_names.remove(&catalog.name_any());
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
