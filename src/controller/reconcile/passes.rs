//! The passes over all kinds, and what wakes them from the remote side.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::connection;
use super::context::Context;
use super::managed::{self, Reconciled};
use crate::api::{CustomImage, ImageCatalog, ImageVersion};
use crate::connections::{AccountChange, Changes, ConnectionKey, Connections};
use crate::controller::key::{Key, Kind};
use crate::controller::queue::{Pass, QueueHandle, Urgency, Verdict};
use crate::controller::watch::Caches;
use crate::kinds::Moved;
use crate::lifecycle::Install;

/// The passes over all kinds.
pub struct Passes {
    context: Context,
}

impl Passes {
    /// Passes that share this.
    pub fn new(context: Context) -> Self {
        Passes { context }
    }
}

impl Passes {
    async fn managed<K: Reconciled>(&self, key: &Key) -> Verdict {
        match K::store(&self.context.tools.caches).get(&key.object_ref()) {
            Some(resource) => managed::reconcile(&self.context, resource).await,
            None => Verdict::Gone,
        }
    }
}

impl Pass for Passes {
    fn run(&self, key: Key) -> BoxFuture<'_, Verdict> {
        async move {
            match key.kind {
                Kind::CloudConnection => match self.context.tools.caches.connections.get(&key.object_ref()) {
                    Some(resource) => connection::reconcile(&self.context, resource).await,
                    None => Verdict::Gone,
                },
                Kind::CustomImage => self.managed::<CustomImage>(&key).await,
                Kind::ImageCatalog => self.managed::<ImageCatalog>(&key).await,
                Kind::ImageVersion => self.managed::<ImageVersion>(&key).await,
            }
        }
        .boxed()
    }
}

/// Wakes the resources whose remote objects have moved, for ever.
pub async fn wake_on_changes(
    connections: Arc<Connections>,
    caches: Caches,
    queue: QueueHandle,
    install: Install,
) {
    loop {
        for (connection, changes) in connections.changes().await {
            wake(&connection, &changes, &caches, &queue, install);
        }
    }
}

fn wake(
    connection: &ConnectionKey,
    changes: &Changes,
    caches: &Caches,
    queue: &QueueHandle,
    install: Install,
) {
    if changes.account == AccountChange::Moved {
        let key = Key::new(Kind::CloudConnection, &connection.namespace, &connection.name);
        queue.wake(key, Urgency::Change);
    }
    let moved = Moved::new(changes, install);
    wake_concerned::<CustomImage>(connection, &moved, caches, queue);
    wake_concerned::<ImageCatalog>(connection, &moved, caches, queue);
    wake_concerned::<ImageVersion>(connection, &moved, caches, queue);
}

fn wake_concerned<K: Reconciled>(
    connection: &ConnectionKey,
    moved: &Moved<'_>,
    caches: &Caches,
    queue: &QueueHandle,
) {
    for resource in K::store(caches).state() {
        let here = resource.meta().namespace.as_ref() == Some(&connection.namespace)
            && resource.connection_name(&resource.surroundings(caches)).as_ref() == Some(&connection.name);
        if here && resource.is_concerned(moved) {
            queue.wake(Key::of(&*resource), Urgency::Change);
        }
    }
}
