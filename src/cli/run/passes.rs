//! What is done with each object.

use futures::FutureExt;
use futures::future::BoxFuture;

use super::options::Remote;
use crate::controller::Tools;
use crate::controller::key::{Key, Kind};
use crate::controller::queue::{Pass, Verdict};

/// The passes over all kinds.
pub(super) fn passes(tools: Tools, remote: Remote) -> impl Pass {
    Looks {
        tools,
        _remote: remote,
    }
}

/// Looks whether an object is there, and does nothing.
struct Looks {
    tools: Tools,
    _remote: Remote,
}

impl Looks {
    fn is_there(&self, key: &Key) -> bool {
        let caches = &self.tools.caches;
        match key.kind {
            Kind::CloudConnection => caches.connections.get(&key.object_ref()).is_some(),
            Kind::ImageCatalog => caches.catalogs.get(&key.object_ref()).is_some(),
        }
    }
}

impl Pass for Looks {
    fn run(&self, key: Key) -> BoxFuture<'_, Verdict> {
        let verdict = if self.is_there(&key) {
            Verdict::Settled
        } else {
            Verdict::Gone
        };
        std::future::ready(verdict).boxed()
    }
}
