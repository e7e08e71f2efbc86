//! Brings what the remote folders tell about themselves to the metrics.

use std::sync::Arc;
use std::time::Duration;

use crate::controller::metrics::Metrics;
use crate::inventory::{InventoryRecorder, ReadCause};
use crate::remote::http::{BreakerState, Recorder};

struct ToMetrics(Arc<Metrics>);

/// Tells the metrics about requests.
pub(super) fn recorder(metrics: Arc<Metrics>) -> Arc<dyn Recorder> {
    Arc::new(ToMetrics(metrics))
}

/// Tells the metrics about inventories.
pub(super) fn inventory_recorder(metrics: Arc<Metrics>) -> Arc<dyn InventoryRecorder> {
    Arc::new(ToMetrics(metrics))
}

impl InventoryRecorder for ToMetrics {
    fn listed(&self, outcome: &'static str, took: Duration) {
        self.0.listed(outcome, took);
    }

    fn versions_read(&self, cause: ReadCause, outcome: &'static str) {
        self.0.versions_read(cause.as_str(), outcome);
    }
}

impl Recorder for ToMetrics {
    fn request(&self, api: &'static str, operation: &'static str, outcome: &'static str, seconds: f64) {
        self.0.remote_request(api, operation, outcome, seconds);
    }

    fn throttle_wait(&self, seconds: f64) {
        self.0.throttle_wait(seconds);
    }

    fn token_refresh(&self, outcome: &'static str) {
        self.0.token_refresh(outcome);
    }

    fn breaker(&self, state: BreakerState) {
        self.0.breaker(state.as_str());
    }
}
