//! With nothing to do, nothing is written anywhere, and the remote is read no more than it has to be.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to fail"
)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use image_operator::api::{CloudConnection, ImageCatalog};
use kube::api::{ListParams, PostParams};
use serde_json::json;
use support::cluster::OPERATOR_NAMESPACE;
use support::gallery::{CONNECTION, Limits, catalog, connection, create, ready};
use support::simulator::Request;
use support::{Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, cluster, eventually};

const DEADLINE: Duration = Duration::from_secs(90);

const CATALOGS: usize = 20;

/// Poll intervals that are watched.
const INTERVALS: usize = 10;

/// Within so many idle intervals the versions of each image are read again, changed or not, and in as few as ten.
const SHORTEST_SWEEP: usize = 10;

/// Lets an account be polled every second also when it is idle: ten intervals would take two minutes otherwise.
const ANY_IDLE_INTERVAL: &str = r#"[{
    "op": "replace",
    "path": "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/polling/properties/idleInterval/x-kubernetes-validations",
    "value": []
}]"#;

#[tokio::test]
async fn ready_catalogs_cost_no_write_and_two_lists_per_interval_beside_the_sweep() {
    let namespace = cluster().namespace().await;
    let simulator = Simulator::start(cluster(), SimulatorOptions::default())
        .await
        .unwrap();
    simulator.settings(json!({ "copySeconds": 30 })).await;
    let limits = Limits {
        idle_interval: "1s",
        ..Limits::default()
    };
    connect_at_any_interval(&namespace, simulator.url(), limits).await;
    for number in 0..CATALOGS {
        create(&namespace, &catalog(&format!("image-{number}"))).await;
    }
    let _operator = Operator::start(cluster(), OperatorOptions::for_namespace(&namespace))
        .await
        .unwrap();
    eventually(DEADLINE, "all catalogs are Ready", async || {
        let catalogs = catalogs(&namespace).await;
        catalogs.iter().try_for_each(ready)
    })
    .await;
    // After a write the account counts as active for four intervals.
    polls(&simulator, latest(&simulator).await, 6).await;

    let (writes, requests) = watch_intervals(&namespace, &simulator).await;

    assert_eq!(writes, Vec::<String>::new(), "writes to the API server");
    let changed: Vec<&Request> = requests.iter().filter(|request| request.changed).collect();
    assert!(changed.is_empty(), "remote writes: {changed:?}");
    let mut reads = count(&requests);
    let lists = [reads.remove("listImages"), reads.remove("listImageCopies")];
    let swept = reads.remove("listVersions").unwrap_or_default();
    assert!(reads.is_empty(), "reads that nobody needs: {reads:?}");
    for listed in lists {
        // One more may be under way when the watch begins and when it ends.
        assert!(
            (INTERVALS..=INTERVALS + 2).contains(&listed.unwrap_or_default()),
            "{lists:?} lists in {INTERVALS} intervals"
        );
    }
    let most = CATALOGS * (INTERVALS + 2).div_ceil(SHORTEST_SWEEP);
    assert!(
        (1..=most).contains(&swept),
        "{swept} reads of versions of {CATALOGS} images in {INTERVALS} intervals"
    );
}

#[tokio::test]
async fn an_import_that_takes_long_is_looked_at_every_interval_and_costs_no_write() {
    let namespace = cluster().namespace().await;
    let simulator = Simulator::start(cluster(), SimulatorOptions::default())
        .await
        .unwrap();
    simulator.settings(json!({ "copySeconds": 1_000_000 })).await;
    connect_at_any_interval(&namespace, simulator.url(), Limits::default()).await;
    create(&namespace, &catalog("slow")).await;
    let _operator = Operator::start(cluster(), OperatorOptions::for_namespace(&namespace))
        .await
        .unwrap();
    eventually(DEADLINE, "the copy is shown in transition", async || {
        let catalog = catalogs(&namespace).await.pop();
        let asset_status = catalog.and_then(|catalog| catalog.status?.asset_status);
        asset_status.ok_or_else(|| "no assetStatus".to_owned())
    })
    .await;
    polls(&simulator, latest(&simulator).await, 2).await;

    let (writes, requests) = watch_intervals(&namespace, &simulator).await;

    assert_eq!(writes, Vec::<String>::new(), "writes to the API server");
    let changed: Vec<&Request> = requests.iter().filter(|request| request.changed).collect();
    assert!(changed.is_empty(), "remote writes: {changed:?}");
    let slow = catalogs(&namespace).await.pop().unwrap();
    assert!(ready(&slow).is_err(), "the import is still going on");
    let read = count(&requests).remove("listVersions").unwrap_or_default();
    assert!(
        (INTERVALS - 2..=INTERVALS + 2).contains(&read),
        "its versions were read {read} times"
    );
}

/// What happens in ten poll intervals: writes of the operator, and requests to the remote.
async fn watch_intervals(namespace: &Namespace, simulator: &Simulator) -> (Vec<String>, Vec<Request>) {
    let audit = cluster().audit();
    let (before, seq) = (audit.position(), latest(simulator).await);
    polls(simulator, seq, INTERVALS).await;
    let requests = simulator.requests_since(seq).await;
    let writes = [&namespace.name, OPERATOR_NAMESPACE]
        .into_iter()
        .flat_map(|name| audit.writes_in(name, before))
        .map(|entry| format!("{entry:?}"))
        .collect();
    (writes, requests)
}

/// Waits until the account has been polled so often since a request.
async fn polls(simulator: &Simulator, seq: u64, wanted: usize) {
    eventually(DEADLINE, &format!("{wanted} polls"), async || {
        let requests = simulator.requests_since(seq).await;
        let polls = count(&requests).remove("listImageCopies").unwrap_or_default();
        if polls >= wanted {
            Ok(())
        } else {
            Err(format!("{polls} so far"))
        }
    })
    .await;
}

fn count(requests: &[Request]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for request in requests {
        *counts.entry(request.operation.as_str()).or_default() += 1;
    }
    counts
}

async fn latest(simulator: &Simulator) -> u64 {
    let requests = simulator.requests().await;
    requests.last().map_or(0, |request| request.seq)
}

async fn catalogs(namespace: &Namespace) -> Vec<ImageCatalog> {
    let catalogs = namespace.api::<ImageCatalog>();
    catalogs.list(&ListParams::default()).await.unwrap().items
}

/// Creates the connection once the API server has heard that it may be idle for less than ten seconds.
async fn connect_at_any_interval(namespace: &Namespace, url: &str, limits: Limits<'_>) {
    let definition = ["patch", "crd", "cloudconnections.image-operator.dev"];
    let patch = ["--type=json", "--patch", ANY_IDLE_INTERVAL];
    namespace
        .kubectl(&[&definition[..], &patch[..]].concat())
        .await
        .unwrap();
    namespace.secret(CONNECTION, &[("token", "demo-api-token")]).await;
    let connections = namespace.api::<CloudConnection>();
    let connection = connection(url, limits);
    eventually(DEADLINE, "the interval is accepted", async || {
        let created = connections.create(&PostParams::default(), &connection).await;
        created.map(drop).map_err(|error| error.to_string())
    })
    .await;
}
