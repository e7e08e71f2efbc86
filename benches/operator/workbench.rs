//! A namespace, a simulator and an operator, and what is asked of them.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::support::gallery::{Limits, catalog, connect};
use super::support::{
    Kind, Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, Subject, cluster,
};

/// How many applies are under way at once in a burst.
const APPLIES_AT_ONCE: usize = 32;

const POLL: Duration = Duration::from_millis(10);

/// The intervals of every part.
pub(crate) const INTERVALS: Limits<'static> = Limits {
    active_interval: "2s",
    idle_interval: "10s",
    requests_per_second: Some(1_000),
};

pub(crate) struct Workbench {
    pub(crate) namespace: Namespace,
    pub(crate) simulator: Simulator,
    pub(crate) operator: Operator,
}

/// One request, as the simulator's log has it.
#[derive(Debug, Deserialize)]
pub(crate) struct Logged {
    pub(crate) seq: u64,
    pub(crate) time: Timestamp,
    pub(crate) operation: String,
    pub(crate) changed: bool,
}

impl Workbench {
    /// Everything started, the connection Ready, no catalog yet.
    pub(crate) async fn open(limits: Limits<'_>, settling_window: &str) -> Self {
        let workbench = Self::bare(settling_window).await;
        connect(&workbench.namespace, workbench.simulator.url(), limits).await;
        workbench.connected().await;
        workbench
    }

    /// Everything started, and no connection yet.
    pub(crate) async fn bare(settling_window: &str) -> Self {
        let namespace = cluster().namespace().await;
        let options = SimulatorOptions {
            speed: 1,
            ..SimulatorOptions::default()
        };
        let simulator = Simulator::start(cluster(), options).await.unwrap();
        simulator
            .settings(json!({
                "latencyMillis": 5, "copySeconds": 2, "uniqueNames": false,
                "surferCloud": { "importSeconds": 2 },
            }))
            .await;
        let options =
            OperatorOptions::for_namespace(&namespace).with(format!("--settling-window={settling_window}"));
        let operator = Operator::start(cluster(), options).await.unwrap();
        Self {
            namespace,
            simulator,
            operator,
        }
    }

    /// Waits until every connection is Ready.
    pub(crate) async fn connected(&self) {
        self.namespace
            .kubectl(&[
                "wait",
                "--for=condition=Ready",
                "--timeout=60s",
                "cloudconnection",
                "--all",
            ])
            .await
            .unwrap();
    }

    /// Applies resources, as many at once as the client can.
    pub(crate) async fn apply_at_once(&self, kind: Kind, manifests: impl IntoIterator<Item = Value>) {
        futures::stream::iter(manifests)
            .for_each_concurrent(APPLIES_AT_ONCE, async |manifest| self.apply(kind, manifest).await)
            .await;
    }

    pub(crate) async fn apply(&self, kind: Kind, manifest: Value) {
        let name = manifest["metadata"]["name"].as_str().unwrap();
        Subject::of(&self.namespace, kind, name).create(&manifest).await;
    }

    /// The requests after one with a sequence number.
    pub(crate) async fn requests_since(&self, seq: u64) -> Vec<Logged> {
        let url = format!("{}/_simulator/requests?since={seq}", self.simulator.url());
        reqwest::get(&url).await.unwrap().json().await.unwrap()
    }

    /// The number of the latest request.
    pub(crate) async fn latest_request(&self) -> u64 {
        self.requests_since(0)
            .await
            .last()
            .map_or(0, |request| request.seq)
    }

    /// The creates after a request.
    pub(crate) async fn creates_since(&self, seq: u64) -> Vec<Logged> {
        let mut requests = self.requests_since(seq).await;
        requests.retain(|request| request.operation == "createImage" && request.changed);
        requests
    }

    /// The first create after a request.
    pub(crate) async fn first_create_since(&self, seq: u64, deadline: Duration) -> Option<Logged> {
        let started = Instant::now();
        while started.elapsed() < deadline {
            if let Some(create) = self.creates_since(seq).await.into_iter().next() {
                return Some(create);
            }
            tokio::time::sleep(POLL).await;
        }
        None
    }

    /// The sum of a metric over those of its samples that have a label.
    pub(crate) async fn metric(&self, name: &str, label: &str) -> f64 {
        let page = self.operator.get("/metrics").await.unwrap_or_default();
        page.lines()
            .filter(|line| line.starts_with(name) && line.contains(label))
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
            .sum()
    }
}

/// How long after one moment another is; nothing when it is before.
pub(crate) fn since(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or_default()
}

/// A catalog of this name.
pub(crate) fn catalog_of(name: &str) -> Value {
    serde_json::to_value(catalog(name)).unwrap()
}
