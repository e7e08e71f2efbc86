//! Brings what the remote folders tell about themselves to the metrics.

use std::sync::Arc;

use crate::controller::metrics::Metrics;
use crate::remote::http::{BreakerState, Recorder};

struct ToMetrics(Arc<Metrics>);

/// A recorder that tells the metrics.
pub(super) fn recorder(metrics: Arc<Metrics>) -> Arc<dyn Recorder> {
    Arc::new(ToMetrics(metrics))
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
