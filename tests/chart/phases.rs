//! Resources in every phase, and what helm and kubectl make of them. What Argo CD and Flux make of them is tested on
//! recordings, which `UPDATE=1 cargo test --test chart phase` takes anew and this test holds to what happens.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::helm::{Helm, small_chart};
use crate::support::gallery::{self, Limits};
use crate::support::workplace::repository;
use crate::support::{
    Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, cluster, eventually,
};

const DEADLINE: Duration = Duration::from_mins(1);
const RECORDINGS: &str = "deploy/argocd/resource_customizations/image-operator.dev/_";
/// Longer than the simulator takes to copy an image, in seconds.
const COPYING: u64 = 15 * 60;
const UNKNOWN_PROVIDER: &str = "65f0c0ffee00000000009999";

/// What a tool that waits should make of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Current,
    InProgress,
    Failed,
}

#[tokio::test]
async fn every_phase_is_read_alike_and_rightly() {
    let mut stage = Stage::new().await;

    // Nobody has looked at it yet.
    stage.operator.freeze();
    stage.declare("catalog-unseen", catalog(&json!({}))).await;
    stage
        .shows("catalog-unseen", None, Verdict::InProgress, "Progressing")
        .await;
    stage.operator.thaw();

    let no_connection = catalog(&json!({"connectionRef": {"name": "absent"}}));
    stage.declare("catalog-without-connection", no_connection).await;
    stage
        .shows(
            "catalog-without-connection",
            Some("ConnectionNotFound"),
            Verdict::InProgress,
            "Progressing",
        )
        .await;

    let refused = catalog(&json!({"providerInstanceId": UNKNOWN_PROVIDER}));
    stage.declare("catalog-refused", refused).await;
    stage
        .shows(
            "catalog-refused",
            Some("RemoteRejected"),
            Verdict::Failed,
            "Degraded",
        )
        .await;

    stage
        .declare("catalog-suspended", catalog(&json!({"suspend": true})))
        .await;
    stage
        .shows(
            "catalog-suspended",
            Some("Suspended"),
            Verdict::InProgress,
            "Suspended",
        )
        .await;

    // The remote takes its time.
    stage.declare("catalog-importing", catalog(&json!({}))).await;
    stage
        .shows(
            "catalog-importing",
            Some("Importing"),
            Verdict::InProgress,
            "Progressing",
        )
        .await;

    stage.declare("catalog-deleting", catalog(&json!({}))).await;
    stage
        .is("catalog-deleting", "being imported", |object| {
            reason(object) == "Importing"
        })
        .await;
    let delete = ["delete", "imagecatalog", "catalog-deleting", "--wait=false"];
    stage.namespace.kubectl(&delete).await.unwrap();
    stage
        .is("catalog-deleting", "being deleted", |object| {
            reason(object) == "WaitingToDelete" || reason(object) == "Deleting"
        })
        .await;
    stage
        .shows("catalog-deleting", None, Verdict::InProgress, "Progressing")
        .await;

    // The remote is done.
    let done = ["catalog-ready", "catalog-ready-and-suspended", "catalog-edited"];
    for name in done {
        stage.declare(name, catalog(&json!({}))).await;
    }
    for name in done {
        stage
            .is(name, "being imported", |object| reason(object) == "Importing")
            .await;
    }
    stage.simulator.advance(COPYING).await;
    for name in done {
        stage
            .is(name, "ready", |object| reason(object) == "Available")
            .await;
    }
    stage
        .shows("catalog-ready", Some("Available"), Verdict::Current, "Healthy")
        .await;
    let suspended = catalog(&json!({"suspend": true}));
    stage.declare("catalog-ready-and-suspended", suspended).await;
    stage
        .shows(
            "catalog-ready-and-suspended",
            Some("Available"),
            Verdict::Current,
            "Healthy",
        )
        .await;

    stage.connections().await;

    // Ready once, changed since, and not looked at again.
    stage.operator.freeze();
    let edited = catalog(&json!({"deletionPolicy": "Retain"}));
    stage.declare("catalog-edited", edited).await;
    stage
        .shows("catalog-edited", None, Verdict::InProgress, "Progressing")
        .await;
    stage.operator.thaw();

    stage.finish();
}

struct Stage {
    namespace: Namespace,
    simulator: Simulator,
    operator: Operator,
    helm: Helm,
    table: String,
    cases: String,
}

impl Stage {
    async fn new() -> Self {
        let namespace = cluster().namespace().await;
        let options = SimulatorOptions {
            speed: 1,
            ..SimulatorOptions::default()
        };
        let simulator = Simulator::start(cluster(), options).await.unwrap();
        let options = OperatorOptions::for_namespace(&namespace).with("--settling-window=2s");
        let operator = Operator::start(cluster(), options).await.unwrap();
        gallery::connect(&namespace, simulator.url(), Limits::default()).await;
        Self {
            namespace,
            simulator,
            operator,
            helm: Helm::new(cluster()),
            table: String::new(),
            cases: "tests:\n".to_owned(),
        }
    }

    async fn connections(&mut self) {
        let url = self.simulator.url().to_owned();
        let connection = |secret: &str, fields: Value| {
            let mut connection = serde_json::to_value(gallery::connection(&url, Limits::default())).unwrap();
            connection["spec"]["horizonCloud"]["apiToken"]["secretRef"]["name"] = secret.into();
            for (field, value) in fields.as_object().unwrap() {
                connection["spec"][field] = value.clone();
            }
            connection
        };
        self.namespace.secret("wrong", &[("token", "of nobody")]).await;
        for (name, manifest, reason, verdict, health) in [
            (
                "connection-ready",
                connection(gallery::CONNECTION, json!({})),
                "Connected",
                Verdict::Current,
                "Healthy",
            ),
            (
                "connection-without-secret",
                connection("absent", json!({})),
                "SecretNotFound",
                Verdict::InProgress,
                "Progressing",
            ),
            (
                "connection-refused",
                connection("wrong", json!({})),
                "InvalidCredentials",
                Verdict::Failed,
                "Degraded",
            ),
            (
                "connection-suspended",
                connection(gallery::CONNECTION, json!({"suspend": true})),
                "Suspended",
                Verdict::InProgress,
                "Suspended",
            ),
        ] {
            self.declare(name, manifest).await;
            self.shows(name, Some(reason), verdict, health).await;
        }
    }

    /// Installs a release of one resource of the same name, and does not wait.
    async fn declare(&self, name: &str, mut manifest: Value) {
        manifest["metadata"]["name"] = name.into();
        small_chart(cluster(), name, &[manifest]);
        self.upgrade(name, &[])
            .await
            .unwrap_or_else(|said| panic!("{said}"));
    }

    async fn upgrade(&self, name: &str, more: &[&str]) -> Result<String, String> {
        let chart = cluster().path(&format!("chart-{name}"));
        let chart = chart.to_string_lossy();
        let fixed = [
            "upgrade",
            "--install",
            name,
            &chart,
            "--namespace",
            &self.namespace.name,
        ];
        self.helm.run(&[&fixed[..], more].concat()).await
    }

    /// Waits until a resource is in a phase; then asks helm and kubectl, and compares it with its recording.
    async fn shows(&mut self, name: &str, expected: Option<&str>, verdict: Verdict, health: &str) {
        let object = match expected {
            None => self.read(name).await,
            Some(expected) => {
                let settled = |object: &Value| {
                    reason(object) == expected
                        && object["status"]["observedGeneration"] == object["metadata"]["generation"]
                };
                self.is(name, expected, settled).await
            }
        };
        let being_deleted = object["metadata"]["deletionTimestamp"].is_string();
        let helm = if being_deleted {
            Verdict::InProgress
        } else {
            self.verdict_of_helm(name).await
        };
        let kubectl = self.kubectl_is_content(&object).await;
        writeln!(
            self.table,
            "| {name} | {} | {helm:?} | {kubectl} | {health} |",
            reason(&object)
        )
        .unwrap();
        assert_eq!(helm, verdict, "helm --wait of {name}: {object}");
        assert_eq!(
            kubectl,
            verdict == Verdict::Current || (being_deleted && ready_is_true(&object)),
            "kubectl wait of {name}: {object}"
        );
        self.record(name, object, health);
    }

    async fn verdict_of_helm(&self, name: &str) -> Verdict {
        match self.upgrade(name, &["--wait", "--timeout=3s"]).await {
            Ok(_) => Verdict::Current,
            Err(said) if said.contains("Failed") => Verdict::Failed,
            Err(said) => {
                assert!(said.contains("InProgress"), "{name}: {said}");
                Verdict::InProgress
            }
        }
    }

    async fn kubectl_is_content(&self, object: &Value) -> bool {
        let resource = format!(
            "{}/{}",
            object["kind"].as_str().unwrap(),
            object["metadata"]["name"].as_str().unwrap()
        );
        let wait = ["wait", "--for=condition=Ready", "--timeout=1s", &resource];
        self.namespace.kubectl(&wait).await.is_ok()
    }

    async fn is(&self, name: &str, description: &str, holds: impl Fn(&Value) -> bool) -> Value {
        eventually(DEADLINE, &format!("{name} is {description}"), async || {
            let object = self.read(name).await;
            if holds(&object) {
                Ok(object)
            } else {
                Err(object["status"].to_string())
            }
        })
        .await
    }

    async fn read(&self, name: &str) -> Value {
        let kind = if name.starts_with("connection") {
            "cloudconnection"
        } else {
            "imagecatalog"
        };
        let get = ["get", kind, name, "--output=json"];
        serde_json::from_str(&self.namespace.kubectl(&get).await.unwrap()).unwrap()
    }

    fn record(&mut self, name: &str, mut object: Value, health: &str) {
        let path = recordings().join(format!("testdata/{name}.yaml"));
        object["metadata"]["namespace"] = "images".into();
        if std::env::var_os("UPDATE").is_some() {
            let text = serde_saphyr::to_string(&object).unwrap();
            std::fs::write(path, text).unwrap();
        } else {
            let recorded = std::fs::read_to_string(&path).unwrap_or_default();
            let recorded: Value = serde_saphyr::from_str(&recorded).unwrap();
            assert_eq!(
                conditions(&object),
                conditions(&recorded),
                "{} is outdated: UPDATE=1 cargo test --test chart phase",
                path.display()
            );
        }
        let message = Value::from(message(&object));
        writeln!(
            self.cases,
            "- healthStatus:\n    status: {health}\n    message: {message}\n  inputPath: testdata/{name}.yaml"
        )
        .unwrap();
    }

    #[allow(clippy::print_stdout, reason = "the table is for people")]
    fn finish(self) {
        println!("| resource | reason | helm --wait | kubectl wait | Argo CD |\n|---|---|---|---|---|");
        println!("{}", self.table);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(recordings().join("health_test.yaml"), self.cases).unwrap();
        }
    }
}

/// What a person should read.
fn message(object: &Value) -> String {
    let waiting = "Waiting for the operator";
    let being_deleted = object["metadata"]["deletionTimestamp"].is_string();
    let seen = object["status"]["observedGeneration"] == object["metadata"]["generation"];
    match ready(object) {
        None => waiting.to_owned(),
        Some(_) if !seen && !being_deleted => format!("{waiting} to see the change"),
        Some(ready) => format!(
            "{}: {}",
            ready["reason"].as_str().unwrap(),
            ready["message"].as_str().unwrap()
        ),
    }
}

fn recordings() -> PathBuf {
    repository().join(RECORDINGS)
}

fn ready(object: &Value) -> Option<&Value> {
    let conditions = object["status"]["conditions"].as_array()?;
    conditions.iter().find(|condition| condition["type"] == "Ready")
}

fn ready_is_true(object: &Value) -> bool {
    ready(object).is_some_and(|ready| ready["status"] == "True")
}

/// The reason of Ready, or nothing.
fn reason(object: &Value) -> &str {
    ready(object)
        .and_then(|ready| ready["reason"].as_str())
        .unwrap_or_default()
}

/// What decides the verdict: types, values and reasons.
fn conditions(object: &Value) -> BTreeSet<[String; 3]> {
    let conditions = object["status"]["conditions"].as_array();
    conditions
        .into_iter()
        .flatten()
        .map(|condition| ["type", "status", "reason"].map(|field| condition[field].to_string()))
        .collect()
}

/// A catalog of a gallery image with fields of its spec set.
fn catalog(fields: &Value) -> Value {
    let mut catalog = serde_json::to_value(gallery::catalog("any")).unwrap();
    for (field, value) in fields.as_object().unwrap() {
        catalog["spec"][field] = value.clone();
    }
    catalog
}
