//! The queries of the dashboard and the alerts, on metrics of two replicas at work.

use std::time::{Duration, Instant};

use image_operator::api::{CloudConnection, ImageCatalog};
use kube::api::ListParams;
use serde_json::json;

use super::prometheus::Prometheus;
use super::support::gallery::{Limits, catalog, connect, connection, create, ready};
use super::support::{Operator, OperatorOptions, Simulator, SimulatorOptions, cluster, eventually};
use super::written::{Query, alerts, queries};

const DEADLINE: Duration = Duration::from_mins(4);

/// What Grafana fills in.
const RATE_INTERVAL: &str = "20s";

#[tokio::test]
#[ignore = "needs a Prometheus: make dashboard-check"]
async fn every_panel_shows_data_and_every_alert_is_evaluated() {
    let namespace = cluster().namespace().await;
    let simulator = Simulator::start(cluster(), SimulatorOptions::default())
        .await
        .unwrap();
    simulator.settings(json!({ "copySeconds": 60 })).await;
    let options = OperatorOptions::for_namespace(&namespace)
        .with("--leader-elect")
        .with("--settling-window=2s");
    let working = Operator::start(cluster(), options.clone()).await.unwrap();
    let standby = Operator::start(cluster(), options).await.unwrap();
    let targets = [working.url(""), standby.url("")].map(|url| url.trim_start_matches("http://").to_owned());
    let prometheus = Prometheus::start(cluster(), &[&targets[0], &targets[1]]).await;

    let limits = Limits {
        requests_per_second: Some(4),
        ..Limits::default()
    };
    connect(&namespace, simulator.url(), limits).await;
    let mut forbidden = connection("https://elsewhere.example", limits);
    forbidden.metadata.name = Some("forbidden".to_owned());
    create::<CloudConnection>(&namespace, &forbidden).await;
    let lost =
        json!({ "match": { "operation": "createImage" }, "times": 1, "effect": { "type": "dropAfter" } });
    simulator.fault(lost).await;
    for number in 0..3 {
        create(&namespace, &catalog(&format!("first-{number}"))).await;
    }
    eventually(DEADLINE, "the first catalogs are ready", async || {
        let catalogs = namespace.api::<ImageCatalog>().list(&ListParams::default()).await;
        catalogs
            .map_err(|error| error.to_string())?
            .iter()
            .try_for_each(ready)
    })
    .await;
    // Somebody deletes every image behind the operator's back.
    simulator.reset().await;

    let mut empty = queries();
    let (total, began) = (empty.len(), Instant::now());
    for number in 0.. {
        empty = without_data(&prometheus, empty).await;
        if empty.is_empty() {
            break;
        }
        let left: Vec<String> = empty
            .iter()
            .map(|query| format!("{}: {}", query.panel, query.expression))
            .collect();
        assert!(
            began.elapsed() < DEADLINE,
            "{} of {total} queries have no data: {left:#?}",
            left.len()
        );
        // There is always something going on.
        create(&namespace, &catalog(&format!("more-{number}"))).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    show_alerts(&prometheus).await;
}

async fn without_data(prometheus: &Prometheus, queries: Vec<Query>) -> Vec<Query> {
    let mut empty = Vec::new();
    for query in queries {
        let filled = query
            .expression
            .replace("$__rate_interval", RATE_INTERVAL)
            .replace("$job", ".*");
        let numbers = prometheus.numbers(&filled).await;
        if numbers
            .unwrap_or_else(|error| panic!("{}: {error}", query.panel))
            .is_empty()
        {
            empty.push(query);
        }
    }
    empty
}

#[allow(clippy::print_stdout, reason = "the table is what people read")]
async fn show_alerts(prometheus: &Prometheus) {
    let evaluated = eventually(
        DEADLINE,
        "every alert is evaluated, and two are due",
        async || {
            let all = prometheus.alerts().await?;
            let unwell: Vec<_> = all.iter().filter(|(_, health, _)| health != "ok").collect();
            let is = |alert: &str, wanted: &str| {
                all.iter()
                    .any(|(name, _, state)| name == alert && state == wanted)
            };
            if unwell.is_empty()
                && is("ImageOperatorStalled", "pending")
                && is("ImageOperatorDrift", "firing")
            {
                Ok(all)
            } else {
                Err(format!("{unwell:?} of {all:?}"))
            }
        },
    )
    .await;
    assert_eq!(evaluated.len(), alerts().len());
    println!("every panel has data; the alerts:");
    for (name, health, state) in evaluated {
        println!("  {name}: {health}, {state}");
    }
}
