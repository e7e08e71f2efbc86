//! Two replicas that work on one namespace, and what their logs tell.

use std::collections::BTreeMap;
use std::time::Duration;

use image_operator::api::ImageCatalog;
use jiff::Timestamp;
use kube::api::ListParams;
use serde_json::{Value, json};

use super::support::gallery::{CONNECTION, Limits, catalog, connect, create, ready};
use super::support::{Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions};
use super::support::{cluster, eventually};

/// For anything that a test waits for on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

/// How long the lease holds.
pub(crate) const LEASE: Duration = Duration::from_secs(3);

/// As many creates are under way or wait for their turn when the leader gets into trouble.
pub(crate) const CATALOGS: usize = 8;

pub(crate) struct Replicas {
    pub(crate) namespace: Namespace,
    pub(crate) simulator: Simulator,
    pub(crate) first: Operator,
    pub(crate) second: Operator,
}

impl Replicas {
    /// The first leads, the second stands by and is ready.
    pub(crate) async fn start(environment_of_first: Vec<(String, String)>) -> Self {
        let namespace = cluster().namespace().await;
        let simulator = Simulator::start(cluster(), SimulatorOptions::default())
            .await
            .unwrap();
        // A second create for the same catalog has to be possible, to be noticed.
        simulator
            .settings(json!({ "uniqueNames": false, "copySeconds": 30 }))
            .await;
        let options = OperatorOptions::for_namespace(&namespace)
            .with("--leader-elect")
            .with(format!("--lease-duration={}s", LEASE.as_secs()))
            .with("--settling-window=3s")
            .with("--log-format=json");
        let with_environment = OperatorOptions {
            environment: environment_of_first,
            ..options.clone()
        };
        let first = Operator::start(cluster(), with_environment).await.unwrap();
        leads(&first).await;
        let second = Operator::start(cluster(), options).await.unwrap();
        assert_eq!(
            is_leader(&second).await,
            Ok(false),
            "the second replica stands by"
        );
        Self {
            namespace,
            simulator,
            first,
            second,
        }
    }

    /// Applies the catalogs, and waits until a create has arrived while others wait for their turn.
    pub(crate) async fn begin_creates(&self) {
        let limits = Limits {
            requests_per_second: Some(2),
            ..Limits::default()
        };
        connect(&self.namespace, self.simulator.url(), limits).await;
        for number in 0..CATALOGS {
            create(&self.namespace, &catalog(&format!("image-{number}"))).await;
        }
        eventually(DEADLINE, "the first create arrives", async || {
            match self.creates().await {
                0 => Err("none".to_owned()),
                _ => Ok(()),
            }
        })
        .await;
    }

    /// From here on nothing waits for its turn.
    pub(crate) async fn hurry(&self) {
        let faster =
            json!({ "spec": { "rateLimit": { "requestsPerSecond": 1_000, "burst": 1_000 } } }).to_string();
        let patch = [
            "patch",
            "cloudconnection",
            CONNECTION,
            "--type=merge",
            "--patch",
            &faster,
        ];
        self.namespace.kubectl(&patch).await.unwrap();
    }

    pub(crate) async fn creates(&self) -> usize {
        let requests = self.simulator.requests().await;
        let creates = requests
            .iter()
            .filter(|request| request.operation == "createImage");
        creates.count()
    }

    /// Waits until every catalog is ready, and gives how many images each has.
    pub(crate) async fn all_ready(&self) -> BTreeMap<String, usize> {
        eventually(DEADLINE, "every catalog is ready", async || {
            let catalogs = self
                .namespace
                .api::<ImageCatalog>()
                .list(&ListParams::default())
                .await;
            let catalogs = catalogs.map_err(|error| error.to_string())?;
            catalogs.iter().try_for_each(ready)
        })
        .await;
        let mut images = BTreeMap::new();
        for image in self.simulator.images().await {
            let name = image["name"].as_str().unwrap().to_owned();
            // The simulator comes with images of its own.
            if name.starts_with("image-") {
                *images.entry(name).or_default() += 1;
            }
        }
        images
    }
}

async fn is_leader(operator: &Operator) -> Result<bool, String> {
    let page = operator.get("/metrics").await?;
    Ok(page.lines().any(|line| line == "image_operator_leader 1"))
}

/// Waits until a replica works.
pub(crate) async fn leads(operator: &Operator) {
    eventually(DEADLINE, "the replica leads", async || {
        if is_leader(operator).await? {
            Ok(())
        } else {
            Err("it does not".to_owned())
        }
    })
    .await;
}

/// Waits until a replica stands by.
pub(crate) async fn stands_by(operator: &Operator) {
    eventually(DEADLINE, "the replica stands by", async || {
        if is_leader(operator).await? {
            Err("it leads".to_owned())
        } else {
            Ok(())
        }
    })
    .await;
}

/// When a replica last came to hold the lease, by its log.
pub(crate) fn holding_since(operator: &Operator) -> Timestamp {
    let lines = lines(operator, "holding the lease");
    time_of(lines.last().expect("it says that it holds the lease"))
}

/// When each remote write of a replica was sent, by its log.
pub(crate) fn writes(operator: &Operator) -> Vec<Timestamp> {
    let sent = |line: Value| {
        let took = line["milliseconds"].as_u64().expect("how long it took");
        time_of(&line) - Duration::from_millis(took)
    };
    lines(operator, "remote write").into_iter().map(sent).collect()
}

fn lines(operator: &Operator, message: &str) -> Vec<Value> {
    let log = operator.log();
    let parsed = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    parsed.filter(|line| line["message"] == message).collect()
}

fn time_of(line: &Value) -> Timestamp {
    line["timestamp"].as_str().unwrap().parse().unwrap()
}
