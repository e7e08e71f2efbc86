//! What is done with each object.

use std::sync::Arc;

use super::options::Remote;
use crate::connections::{self, Connections};
use crate::controller::Tools;
use crate::controller::queue::Pass;
use crate::controller::reconcile::{Context, ContextSettings, Passes, wake_on_changes};
use crate::inventory::NoInventoryRecorder;
use crate::lifecycle::Install;
use crate::remote::http::AlwaysOpen;

/// The passes over all kinds, and a task that wakes what has moved remotely.
pub(super) fn passes(tools: Tools, remote: Remote) -> impl Pass {
    let connections = Arc::new(Connections::new(connections::Settings {
        allowed_hosts: remote.allowed_hosts,
        settling_window: remote.settling_window,
        write_gate: Arc::new(AlwaysOpen),
        recorder: remote.recorder,
        inventory_recorder: Arc::new(NoInventoryRecorder),
    }));
    let install = Install::of_cluster(&tools.cluster_id);
    tokio::spawn(wake_on_changes(
        Arc::clone(&connections),
        tools.caches.clone(),
        tools.queue.clone(),
        install,
    ));
    let settings = ContextSettings {
        install,
        settling_window: remote.settling_window,
    };
    Passes::new(Context::new(tools, connections, settings))
}
