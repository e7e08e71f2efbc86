//! What is done with each object while this process leads.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::task::JoinHandle;

use super::gate::WhileLeading;
use super::options::Remote;
use crate::connections::{self, Connections};
use crate::controller::Tools;
use crate::controller::key::Key;
use crate::controller::queue::{Pass, Verdict};
use crate::controller::reconcile::{Context, ContextSettings, Passes, wake_on_changes};
use crate::lifecycle::Install;

/// The passes of one term, and all that they learn and keep: it ends with the term.
pub(super) struct Term {
    passes: Passes,
    /// Wakes what has moved remotely.
    waking: JoinHandle<()>,
}

impl Term {
    /// Knows nothing yet.
    pub(super) fn begin(tools: Tools, remote: &Remote) -> Self {
        let connections = Arc::new(Connections::new(connections::Settings {
            allowed_hosts: remote.allowed_hosts.clone(),
            settling_window: remote.settling_window,
            write_gate: Arc::new(WhileLeading(tools.leadership.clone())),
            recorder: Arc::clone(&remote.recorder),
            inventory_recorder: Arc::clone(&remote.inventory_recorder),
        }));
        tools.metrics.follow(&connections);
        let install = Install::of_cluster(&tools.cluster_id);
        let waking = tokio::spawn(wake_on_changes(
            Arc::clone(&connections),
            tools.caches.clone(),
            tools.queue.clone(),
            install,
        ));
        let settings = ContextSettings {
            install,
            settling_window: remote.settling_window,
            proving_window: remote.settling_window,
        };
        Term {
            passes: Passes::new(Context::new(tools, connections, settings)),
            waking,
        }
    }
}

impl Pass for Term {
    fn run(&self, key: Key) -> BoxFuture<'_, Verdict> {
        self.passes.run(key)
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        self.waking.abort();
    }
}
