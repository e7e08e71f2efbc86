//! What goes on while there is nothing to do.

use std::time::Duration;

use super::numbers::per;
use super::process::Process;
use super::support::cluster;
use super::workbench::{Logged, Workbench};

/// After the last write, before the account counts as idle.
const CALM: Duration = Duration::from_secs(15);

/// Three idle intervals.
const REST: Duration = Duration::from_secs(30);
const INTERVALS: u32 = 3;

/// What went on in three idle intervals.
pub(crate) struct Rest {
    requests: Vec<Logged>,
    /// To the API server.
    pub(crate) writes: usize,
    cpu: Duration,
}

impl Rest {
    /// Waits until the account is idle, and then for three intervals.
    pub(crate) async fn of(workbench: &Workbench) -> Self {
        tokio::time::sleep(CALM).await;
        let process = Process::of(&workbench.operator);
        let audit = cluster().audit();
        let (position, seq, cpu) = (audit.position(), workbench.latest_request().await, process.cpu());
        tokio::time::sleep(REST).await;
        Self {
            cpu: process.cpu().saturating_sub(cpu),
            requests: workbench.requests_since(seq).await,
            writes: audit.writes_in(&workbench.namespace.name, position).len(),
        }
    }

    /// How many requests of these operations the remote has got.
    pub(crate) fn reads_per_interval(&self, is_wanted: fn(&str) -> bool) -> f64 {
        let wanted = self
            .requests
            .iter()
            .filter(|request| is_wanted(&request.operation));
        per(wanted.count(), f64::from(INTERVALS))
    }

    pub(crate) fn cpu_per_interval(&self) -> Duration {
        self.cpu / INTERVALS
    }
}
