//! The metrics themselves: names, labels, buckets.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::objects::{ObjectCounts, ObjectState};
use crate::connections::Overview;
use crate::controller::key::Kind;
use crate::controller::queue::Depth;

/// A label and its value.
type Label = (&'static str, &'static str);

type Counters<const LABELS: usize> = Family<[Label; LABELS], Counter>;
type Histograms<const LABELS: usize> = Family<[Label; LABELS], Histogram, fn() -> Histogram>;

/// Which request to a remote API.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub(super) api: &'static str,
    pub(super) operation: &'static str,
    pub(super) outcome: &'static str,
}

#[derive(Debug)]
pub(super) struct Families {
    pub(super) passes: Counters<2>,
    pub(super) pass_duration: Histograms<1>,
    pub(super) queue_wait: Histograms<1>,
    pub(super) remote_requests: Family<RequestLabels, Counter>,
    pub(super) remote_request_duration: Histograms<2>,
    pub(super) remote_throttle_wait: Histogram,
    pub(super) token_refreshes: Counters<1>,
    pub(super) breaker_changes: Counters<1>,
    pub(super) time_to_ready: Histograms<1>,
    pub(super) drift: Counters<2>,
    pub(super) leader: Gauge,
    pub(super) listings: Counters<1>,
    pub(super) listing_duration: Histogram,
    pub(super) version_reads: Counters<2>,
    pub(super) watch_failures: Counters<1>,
    pub(super) unreadable_objects: Counters<1>,
    pub(super) events: Counters<1>,
    queue_depth: Family<[Label; 1], Gauge>,
    objects: Family<ObjectState, Gauge>,
    connections: Family<[Label; 1], Gauge>,
    inventory_age: Gauge<f64, AtomicU64>,
    inventory_objects: Family<[Label; 1], Gauge>,
}

impl Families {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let families = Families {
            passes: Family::default(),
            pass_duration: Family::new_with_constructor(short),
            queue_wait: Family::new_with_constructor(short),
            remote_requests: Family::default(),
            remote_request_duration: Family::new_with_constructor(short),
            remote_throttle_wait: short(),
            token_refreshes: Family::default(),
            breaker_changes: Family::default(),
            time_to_ready: Family::new_with_constructor(long),
            drift: Family::default(),
            leader: Gauge::default(),
            listings: Family::default(),
            listing_duration: short(),
            version_reads: Family::default(),
            watch_failures: Family::default(),
            unreadable_objects: Family::default(),
            events: Family::default(),
            queue_depth: Family::default(),
            objects: Family::default(),
            connections: Family::default(),
            inventory_age: Gauge::default(),
            inventory_objects: Family::default(),
        };
        families.begin_at_zero();
        families.register_controller(registry);
        families.register_remote(registry);
        families.register_inventory(registry);
        registry.register(
            "build",
            "Which operator this is",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        families
    }

    /// What should never happen is there from the start, so that its first time is an increase.
    fn begin_at_zero(&self) {
        for kind in Kind::ALL {
            let kind = ("kind", kind.as_str());
            drop(self.passes.get_or_create(&[kind, ("result", "panicked")]));
            drop(self.unreadable_objects.get_or_create(&[kind]));
            drop(self.watch_failures.get_or_create(&[kind]));
        }
    }

    fn register_controller(&self, registry: &mut Registry) {
        registry.register(
            "leader",
            "Whether this replica works (1) or stands by (0)",
            self.leader.clone(),
        );
        registry.register("passes", "Passes over objects that ended", self.passes.clone());
        registry.register_with_unit(
            "pass_duration",
            "How long a pass takes",
            Unit::Seconds,
            self.pass_duration.clone(),
        );
        registry.register(
            "queue_depth",
            "Objects that could be worked on now (ready), that have a time (scheduled), and that are worked on (running)",
            self.queue_depth.clone(),
        );
        registry.register_with_unit(
            "queue_wait",
            "How long an object that could be worked on waits for a worker",
            Unit::Seconds,
            self.queue_wait.clone(),
        );
        registry.register(
            "objects",
            "Objects by the state of one of their conditions",
            self.objects.clone(),
        );
        registry.register_with_unit(
            "time_to_ready",
            "How long it takes from when a resource is first seen not ready until it is",
            Unit::Seconds,
            self.time_to_ready.clone(),
        );
        registry.register(
            "drift",
            "Resources that were ready and are no longer, though nobody changed or deleted them; by the reason that they give now",
            self.drift.clone(),
        );
        registry.register(
            "watch_failures",
            "Watches that failed and were tried again",
            self.watch_failures.clone(),
        );
        registry.register(
            "unreadable_objects",
            "Objects from the API server that do not fit their type and were passed over",
            self.unreadable_objects.clone(),
        );
        registry.register(
            "events",
            "Kubernetes events, and what became of them",
            self.events.clone(),
        );
    }

    fn register_remote(&self, registry: &mut Registry) {
        registry.register(
            "remote_requests",
            "Requests to remote APIs that ended",
            self.remote_requests.clone(),
        );
        registry.register_with_unit(
            "remote_request_duration",
            "How long a request to a remote API takes",
            Unit::Seconds,
            self.remote_request_duration.clone(),
        );
        registry.register_with_unit(
            "remote_throttle_wait",
            "How long requests to remote APIs wait for their turn under the rate limit",
            Unit::Seconds,
            self.remote_throttle_wait.clone(),
        );
        registry.register(
            "remote_token_refreshes",
            "Tokens asked for",
            self.token_refreshes.clone(),
        );
        registry.register(
            "remote_breaker_changes",
            "Changes of a connection's circuit breaker to this state",
            self.breaker_changes.clone(),
        );
    }

    fn register_inventory(&self, registry: &mut Registry) {
        registry.register(
            "connections",
            "Live connections by the state of their circuit breaker; a replica that stands by has none",
            self.connections.clone(),
        );
        registry.register(
            "inventory_listings",
            "Listings of an account that ended",
            self.listings.clone(),
        );
        registry.register_with_unit(
            "inventory_listing_duration",
            "How long a listing of an account takes",
            Unit::Seconds,
            self.listing_duration.clone(),
        );
        registry.register(
            "inventory_version_reads",
            "Reads of the versions of one image, and why they were read",
            self.version_reads.clone(),
        );
        registry.register_with_unit(
            "inventory_age",
            "How long ago the oldest listing was begun that is still the latest of its account; 0 without a listing",
            Unit::Seconds,
            self.inventory_age.clone(),
        );
        registry.register(
            "inventory_objects",
            "Remote objects in the latest listings of all accounts",
            self.inventory_objects.clone(),
        );
    }

    /// Sets the gauges to what is now.
    pub(super) fn fill(&self, depth: Depth, objects: &ObjectCounts, accounts: &Overview) {
        fill(
            &self.connections,
            "breaker",
            [
                ("closed", accounts.closed),
                ("open", accounts.open),
                ("half_open", accounts.half_open),
            ],
        );
        fill(
            &self.inventory_objects,
            "object",
            [("image", accounts.images), ("copy", accounts.copies)],
        );
        let age = accounts.oldest_listing.unwrap_or_default();
        self.inventory_age.set(age.as_secs_f64());
        fill(
            &self.queue_depth,
            "state",
            [
                ("ready", depth.ready),
                ("scheduled", depth.scheduled),
                ("running", depth.running),
            ],
        );
        self.objects.clear();
        for (state, count) in objects.iter() {
            self.objects.get_or_create(state).set(whole(count));
        }
    }
}

fn fill<const COUNT: usize>(
    family: &Family<[Label; 1], Gauge>,
    label: &'static str,
    counts: [(&'static str, usize); COUNT],
) {
    for (value, count) in counts {
        family.get_or_create(&[(label, value)]).set(whole(count));
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Milliseconds to minutes.
fn short() -> Histogram {
    Histogram::new([
        0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0,
    ])
}

/// Seconds to hours.
fn long() -> Histogram {
    Histogram::new([
        1.0, 5.0, 15.0, 60.0, 180.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 21_600.0,
    ])
}
