//! `image-operator run` on a real API server: how it starts, what it serves, how it stops.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use support::{Operator, OperatorOptions, cluster, eventually};

const SOON: Duration = Duration::from_secs(30);

const CONNECTION: &str = "
apiVersion: image-operator.dev/v1alpha1
kind: CloudConnection
metadata: { name: prod }
spec:
  horizonCloud:
    orgId: o-1
    baseUrl: http://127.0.0.1:9
    tokenUrl: http://127.0.0.1:9
    apiToken: { secretRef: { name: absent, key: token } }
";

/// The sum of a metric over the samples that have all of these labels.
async fn sum(operator: &Operator, metric: &str, labels: &[&str]) -> Result<f64, String> {
    let page = operator.get("/metrics").await?;
    let samples = page
        .lines()
        .filter(|line| line.starts_with(metric) && labels.iter().all(|label| line.contains(label)));
    let values = samples.filter_map(|line| line.rsplit(' ').next());
    Ok(values.filter_map(|value| value.parse::<f64>().ok()).sum())
}

/// How many passes over connections there were.
async fn passes(operator: &Operator) -> Result<f64, String> {
    sum(
        operator,
        "image_operator_passes_total",
        &[r#"kind="CloudConnection""#],
    )
    .await
}

#[tokio::test]
async fn what_is_applied_gets_a_pass_and_a_request_to_look_again_gets_another() {
    let namespace = cluster().namespace().await;
    let operator = Operator::start(cluster(), OperatorOptions::for_namespace(&namespace))
        .await
        .unwrap();

    namespace.apply(CONNECTION).await.unwrap();
    let first = eventually(SOON, "the first pass", async || match passes(&operator).await? {
        0.0 => Err("no pass".to_owned()),
        some => Ok(some),
    })
    .await;
    let annotate = [
        "annotate",
        "conn/prod",
        "image-operator.dev/reconcile-requested-at=now",
    ];
    namespace.kubectl(&annotate).await.unwrap();

    eventually(SOON, "another pass", async || match passes(&operator).await? {
        count if count > first => Ok(()),
        count => Err(format!("{count} passes")),
    })
    .await;
}

#[tokio::test]
async fn several_namespaces_are_watched_and_no_others() {
    let (one, other, foreign) = (
        cluster().namespace().await,
        cluster().namespace().await,
        cluster().namespace().await,
    );
    for namespace in [&one, &other, &foreign] {
        namespace.apply(CONNECTION).await.unwrap();
    }
    let options = OperatorOptions {
        watch_namespace: Some(format!("{},{}", one.name, other.name)),
        ..OperatorOptions::default()
    };

    let operator = Operator::start(cluster(), options).await.unwrap();

    let labels = [r#"kind="CloudConnection""#, r#"condition="Ready""#];
    let seen = sum(&operator, "image_operator_objects", &labels).await.unwrap();
    assert!((seen - 2.0).abs() < f64::EPSILON, "{seen} connections");
}

#[tokio::test]
async fn a_termination_is_an_orderly_end() {
    let namespace = cluster().namespace().await;
    let mut operator = Operator::start(cluster(), OperatorOptions::for_namespace(&namespace))
        .await
        .unwrap();

    let status = operator.terminate().await.unwrap();

    assert_eq!(status.code(), Some(0), "{}", operator.log());
    assert!(operator.log().contains("stopped"), "{}", operator.log());
}

#[tokio::test]
async fn the_log_level_changes_while_it_runs() {
    let namespace = cluster().namespace().await;
    let options = OperatorOptions::for_namespace(&namespace).with("--log-format=json");
    let operator = Operator::start(cluster(), options).await.unwrap();

    let request = reqwest::Client::new()
        .put(operator.url("/log-level"))
        .body("debug");
    let answer = request.send().await.unwrap();

    assert_eq!(answer.status(), 200);
    eventually(SOON, "a line of the new level", async || {
        namespace
            .apply(CONNECTION)
            .await
            .map_err(|failure| failure.to_string())?;
        let log = operator.log();
        if log.contains(r#""level":"DEBUG""#) {
            Ok(())
        } else {
            Err(log)
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_in_use_ends_it_with_a_sentence_that_names_the_option() {
    let namespace = cluster().namespace().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("--listen={}", taken.local_addr().unwrap());
    let program = support::workplace::operator_program().unwrap();
    let kubeconfig = cluster().operator_kubeconfig().unwrap();

    let ended = tokio::process::Command::new(program)
        .args(["run", &listen, "--watch-namespace", &namespace.name])
        .env("KUBECONFIG", kubeconfig)
        .kill_on_drop(true)
        .output();
    let ended = tokio::time::timeout(SOON, ended).await.unwrap().unwrap();

    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.lines()
            .any(|line| line.starts_with("error:") && line.contains("--listen")),
        "{said}"
    );
}
