//! With nothing to do, nothing is written anywhere, and the remote is read no more than it has to be.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to fail"
)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use image_operator::api::{CloudConnection, ImageCatalog};
use kube::api::{ListParams, PostParams};
use serde_json::json;
use support::cluster::OPERATOR_NAMESPACE;
use support::gallery::{
    CONNECTION, Limits, SECOND, catalog, connection, create, published_to, ready, version,
};
use support::simulator::Request;
use support::{
    Kind, Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, Subject, cluster, eventually,
};

const DEADLINE: Duration = Duration::from_secs(90);

const CATALOGS: usize = 30;

/// Of each catalog, beside the first that comes with it.
const VERSIONS: usize = 3;

/// Two lists, whatever there is; for so many resources they are less than a fiftieth each.
const LISTS_PER_INTERVAL: usize = 2;
const RESOURCES_PER_LIST: usize = 50;

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
async fn what_is_ready_costs_no_write_and_two_lists_per_interval_beside_the_sweep() {
    let namespace = cluster().namespace().await;
    let simulator = Simulator::start(cluster(), SimulatorOptions::default())
        .await
        .unwrap();
    simulator
        .settings(json!({ "copySeconds": 30, "publishSeconds": 30, "replicateSeconds": 30 }))
        .await;
    let limits = Limits {
        idle_interval: "1s",
        ..Limits::default()
    };
    connect_at_any_interval(&namespace, simulator.url(), limits).await;
    let resources = estate(&namespace).await;
    let _operator = Operator::start(cluster(), OperatorOptions::for_namespace(&namespace))
        .await
        .unwrap();
    for (resource, copies) in &resources {
        resource.calm_with_copies(*copies).await;
    }
    assert_eq!(simulator.markers().await.len(), CATALOGS);
    assert!(LISTS_PER_INTERVAL * RESOURCES_PER_LIST <= resources.len());
    // After a write the account counts as active for four intervals.
    polls(&simulator, latest(&simulator).await, 6).await;

    let (writes, requests) = watch_intervals(&namespace, &simulator).await;

    assert_eq!(writes, Vec::<String>::new(), "writes to the API server");
    let changed: Vec<&Request> = requests.iter().filter(|request| request.changed).collect();
    assert!(changed.is_empty(), "remote writes: {changed:?}");
    let mut reads = count(&requests);
    let lists: [Option<usize>; LISTS_PER_INTERVAL] =
        [reads.remove("listImages"), reads.remove("listImageCopies")];
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

/// Catalogs with a marker and versions each, and these with a second copy each; with how many copies each tells of.
async fn estate(namespace: &Namespace) -> Vec<(Subject, usize)> {
    let mut manifests = Vec::new();
    for number in 0..CATALOGS {
        let image = format!("image-{number}");
        let mut manifest = serde_json::to_value(catalog(&image)).unwrap();
        let newest = format!("{image}-{}", VERSIONS - 1);
        manifest["spec"]["markers"] = json!([{ "name": "default", "versionRef": { "name": newest } }]);
        manifests.push((Kind::ImageCatalog, image.clone(), manifest, 1 + 2 * VERSIONS));
        for number in 0..VERSIONS {
            let name = format!("{image}-{number}");
            let mut manifest = version(&name, &image);
            manifest["spec"]["publish"] = published_to(&[SECOND])["publish"].clone();
            manifests.push((Kind::ImageVersion, name, manifest, 2));
        }
    }
    let mut resources = Vec::new();
    for (kind, name, manifest, copies) in manifests {
        let resource = Subject::of(namespace, kind, &name);
        resource.create(&manifest).await;
        resources.push((resource, copies));
    }
    resources
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
