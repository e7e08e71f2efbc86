//! The passes over all kinds, and what wakes them from the remote side.

use std::collections::HashSet;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::context::Context;
use super::{connection, image_catalog};
use crate::api::ImageCatalog;
use crate::connections::{AccountChange, Changes, ConnectionKey, Connections};
use crate::controller::key::{Key, Kind};
use crate::controller::queue::{Pass, QueueHandle, Urgency, Verdict};
use crate::controller::watch::Caches;
use crate::kinds::image_catalog::{IMAGE, KIND};
use crate::lifecycle::{Install, Mark, ObjectPart, RemoteId};

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

impl Pass for Passes {
    fn run(&self, key: Key) -> BoxFuture<'_, Verdict> {
        async move {
            match key.kind {
                Kind::CloudConnection => match self.context.tools.caches.connections.get(&key.object_ref()) {
                    Some(resource) => connection::reconcile(&self.context, resource).await,
                    None => Verdict::Gone,
                },
                Kind::ImageCatalog => match self.context.tools.caches.catalogs.get(&key.object_ref()) {
                    Some(resource) => image_catalog::reconcile(&self.context, resource).await,
                    None => Verdict::Gone,
                },
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
    let moved = Moved::new(changes);
    for catalog in caches.catalogs.state() {
        let here = catalog.metadata.namespace.as_ref() == Some(&connection.namespace)
            && catalog.spec.connection_ref.name == connection.name;
        if here && moved.concerns(&catalog, install) {
            queue.wake(Key::of(&*catalog), Urgency::Change);
        }
    }
}

/// How an image that moved is recognised as somebody's.
struct Moved<'a> {
    ids: HashSet<&'a str>,
    marks: HashSet<Mark>,
    names: HashSet<&'a str>,
}

impl<'a> Moved<'a> {
    fn new(changes: &'a Changes) -> Self {
        Moved {
            ids: changes.images.keys().map(RemoteId::as_str).collect(),
            marks: changes
                .images
                .values()
                .filter_map(|touched| touched.mark)
                .collect(),
            names: changes
                .images
                .values()
                .map(|touched| touched.name.as_str())
                .collect(),
        }
    }

    /// Whether one of them is this resource's, could be, or stands in its way.
    fn concerns(&self, catalog: &ImageCatalog, install: Install) -> bool {
        let parts = catalog.status.iter().flat_map(|status| &status.parts);
        let mut ids = parts.filter_map(|part| part.id.as_deref());
        if ids.any(|id| self.ids.contains(id)) {
            return true;
        }
        let name = catalog.metadata.name.as_deref().unwrap_or_default();
        let namespace = catalog.metadata.namespace.as_deref().unwrap_or_default();
        let object = ObjectPart::of(KIND, namespace, name, IMAGE);
        let wanted = catalog.spec.stream_name.as_deref().unwrap_or(name);
        self.marks.contains(&Mark { install, object }) || self.names.contains(wanted)
    }
}
