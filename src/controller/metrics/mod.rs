//! What the operator counts and measures. The labels are from bounded sets: never the name of an object.
//!
//! `docs/reference/metrics.md` lists them; a test holds the two together.

mod families;
mod objects;
#[cfg(test)]
mod reference_tests;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use super::key::Kind;
use super::queue::{Depth, Urgency};
use crate::connections::{Connections, Overview};
use families::{Families, RequestLabels};
use objects::known_reason;

pub use objects::{ObjectCounts, ObjectState};

/// All metrics of the process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    families: Families,
    /// One page at a time: gauges are filled just before they are written.
    page: Mutex<()>,
    /// The live connections of the present term, which alone keeps them.
    accounts: Mutex<Weak<Connections>>,
}

/// What became of an event that should be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventOutcome {
    /// It was.
    Published,
    /// The API server did not take it.
    Failed,
    /// It had just been published, or the object has had too many.
    Repeated,
    /// Too many were waiting.
    Dropped,
}

impl EventOutcome {
    fn as_str(self) -> &'static str {
        match self {
            EventOutcome::Published => "published",
            EventOutcome::Failed => "failed",
            EventOutcome::Repeated => "repeated",
            EventOutcome::Dropped => "dropped",
        }
    }
}

/// The page of metrics could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("writing the metrics: {0}")]
pub struct MetricsError(fmt::Error);

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("image_operator");
        let families = Families::register(&mut registry);
        Metrics {
            registry,
            families,
            page: Mutex::default(),
            accounts: Mutex::default(),
        }
    }
}

impl Metrics {
    /// This process begins to work.
    pub fn term_begins(&self) {
        self.families.leader.set(1);
    }

    /// Another process works from now on, or this one ends.
    pub fn term_ends(&self) {
        self.families.leader.set(0);
    }

    /// These are the live connections from now on.
    pub fn follow(&self, connections: &Arc<Connections>) {
        *self.accounts.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(connections);
    }

    /// A listing of an account is over. `outcome` is the class of the outcome.
    pub fn listed(&self, outcome: &'static str, took: Duration) {
        let family = &self.families.listings;
        family.get_or_create(&[("outcome", outcome)]).inc();
        self.families.listing_duration.observe(took.as_secs_f64());
    }

    /// The versions of one image were read. `cause` is a bounded word, `outcome` the class of the outcome.
    pub fn versions_read(&self, cause: &'static str, outcome: &'static str) {
        let family = &self.families.version_reads;
        family
            .get_or_create(&[("cause", cause), ("outcome", outcome)])
            .inc();
    }

    /// A resource was ready and is no longer, though nobody changed or deleted it.
    pub fn drifted(&self, kind: Kind, reason: &str) {
        let labels = [("kind", kind.as_str()), ("reason", known_reason(reason))];
        self.families.drift.get_or_create(&labels).inc();
    }

    /// A pass begins that could have begun so long ago.
    pub fn pass_begins(&self, urgency: Urgency, waited: Duration) {
        let labels = [("urgency", urgency.as_str())];
        let family = &self.families.queue_wait;
        family.get_or_create(&labels).observe(waited.as_secs_f64());
    }

    /// A pass is over. `result` is a bounded word.
    pub fn pass_ended(&self, kind: Kind, result: &'static str, took: Duration) {
        let kind = ("kind", kind.as_str());
        self.families
            .passes
            .get_or_create(&[kind, ("result", result)])
            .inc();
        let family = &self.families.pass_duration;
        family.get_or_create(&[kind]).observe(took.as_secs_f64());
    }

    /// A request to a remote API is over. `outcome` is the class of the outcome.
    pub fn remote_request(
        &self,
        api: &'static str,
        operation: &'static str,
        outcome: &'static str,
        seconds: f64,
    ) {
        let labels = RequestLabels {
            api,
            operation,
            outcome,
        };
        self.families.remote_requests.get_or_create(&labels).inc();
        let family = &self.families.remote_request_duration;
        family
            .get_or_create(&[("api", api), ("operation", operation)])
            .observe(seconds);
    }

    /// A request to a remote API waited for its turn under the rate limit.
    pub fn throttle_wait(&self, seconds: f64) {
        self.families.remote_throttle_wait.observe(seconds);
    }

    /// A token was asked for. `outcome` is the class of the outcome.
    pub fn token_refresh(&self, outcome: &'static str) {
        let family = &self.families.token_refreshes;
        family.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// The circuit breaker of a connection went into this state.
    pub fn breaker(&self, state: &'static str) {
        let family = &self.families.breaker_changes;
        family.get_or_create(&[("state", state)]).inc();
    }

    /// A resource became ready, so long after it was first seen not to be.
    pub fn became_ready(&self, kind: Kind, after: Duration) {
        let family = &self.families.time_to_ready;
        family
            .get_or_create(&[("kind", kind.as_str())])
            .observe(after.as_secs_f64());
    }

    /// A watch failed and is tried again.
    pub fn watch_failed(&self, kind: Kind) {
        let family = &self.families.watch_failures;
        family.get_or_create(&[("kind", kind.as_str())]).inc();
    }

    /// An object came that does not fit its type.
    pub fn unreadable(&self, kind: Kind) {
        let family = &self.families.unreadable_objects;
        family.get_or_create(&[("kind", kind.as_str())]).inc();
    }

    /// An event should be published.
    pub fn event(&self, outcome: EventOutcome) {
        let family = &self.families.events;
        family.get_or_create(&[("outcome", outcome.as_str())]).inc();
    }

    /// Everything as text, in the OpenMetrics format, with the queue and the objects as they are now.
    pub fn page(&self, depth: Depth, objects: &ObjectCounts) -> Result<String, MetricsError> {
        let _one_at_a_time = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        self.families.fill(depth, objects, &self.overview());
        let mut page = String::new();
        encode(&mut page, &self.registry).map_err(MetricsError)?;
        Ok(page)
    }

    fn overview(&self) -> Overview {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts
            .upgrade()
            .map(|accounts| accounts.overview())
            .unwrap_or_default()
    }
}
