//! Resources in every phase, and what helm and kubectl make of them. What Argo CD and Flux make of them is tested on
//! recordings, which `UPDATE=1 cargo test --test chart phase` takes anew and this test holds to what happens.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::helm::{Helm, small_chart};
use crate::support::gallery::{self, Limits};
use crate::support::manifest::with;
use crate::support::workplace::repository;
use crate::support::{
    Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, cluster, eventually, surfercloud,
};

const DEADLINE: Duration = Duration::from_mins(1);
const RECORDINGS: &str = "deploy/argocd/resource_customizations/image-operator.dev/_";
/// Longer than an image waits in the simulator before its copy begins, in seconds.
const QUEUED: u64 = 60;
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

/// A resource in a phase, and how it should be read.
struct Phase {
    name: &'static str,
    /// The reason of Ready that the phase has; `None` where the phase is that nobody looks.
    reason: Option<&'static str>,
    verdict: Verdict,
    /// What Argo CD should say.
    health: &'static str,
}

const fn waits(name: &'static str, reason: &'static str) -> Phase {
    phase(name, Some(reason), Verdict::InProgress, "Progressing")
}

const fn unseen(name: &'static str) -> Phase {
    phase(name, None, Verdict::InProgress, "Progressing")
}

const fn suspended(name: &'static str) -> Phase {
    phase(name, Some("Suspended"), Verdict::InProgress, "Suspended")
}

const fn failed(name: &'static str, reason: &'static str) -> Phase {
    phase(name, Some(reason), Verdict::Failed, "Degraded")
}

const fn done(name: &'static str, reason: &'static str) -> Phase {
    phase(name, Some(reason), Verdict::Current, "Healthy")
}

const fn phase(
    name: &'static str,
    reason: Option<&'static str>,
    verdict: Verdict,
    health: &'static str,
) -> Phase {
    Phase {
        name,
        reason,
        verdict,
        health,
    }
}

#[tokio::test]
async fn every_phase_is_read_alike_and_rightly() {
    let mut stage = Stage::new().await;
    let nothing = json!({});

    // Nobody has looked at it yet.
    stage.operator.freeze();
    stage
        .declare("connection-unseen", stage.connection(&nothing))
        .await;
    stage.declare("catalog-unseen", catalog(&nothing)).await;
    stage
        .declare("version-unseen", version("catalog-unseen", &nothing))
        .await;
    stage.declare("image-unseen", image(&nothing)).await;
    stage
        .show(&[
            unseen("connection-unseen"),
            unseen("catalog-unseen"),
            unseen("version-unseen"),
            unseen("image-unseen"),
        ])
        .await;
    stage.operator.thaw();

    stage.before_anything_is_done().await;
    stage.while_the_remote_works().await;
    stage.while_images_are_imported().await;
    stage.when_the_remote_is_done().await;

    // Ready once, changed since, and not looked at again.
    stage.operator.freeze();
    let kept = json!({"deletionPolicy": "Retain"});
    stage.declare("catalog-edited", catalog(&kept)).await;
    stage
        .declare("version-edited", version("catalog-edited", &kept))
        .await;
    stage.declare("image-edited", image(&kept)).await;
    stage
        .show(&[
            unseen("catalog-edited"),
            unseen("version-edited"),
            unseen("image-edited"),
        ])
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
        surfercloud::connect(&namespace, simulator.url(), Limits::default()).await;
        Self {
            namespace,
            simulator,
            operator,
            helm: Helm::new(cluster()),
            table: String::new(),
            cases: "tests:\n".to_owned(),
        }
    }

    async fn before_anything_is_done(&mut self) {
        self.namespace.secret("wrong", &[("token", "of nobody")]).await;
        let secret = |name: &str| {
            let mut connection = self.connection(&json!({}));
            connection["spec"]["horizonCloud"]["apiToken"]["secretRef"]["name"] = name.into();
            connection
        };
        let suspend = json!({"suspend": true});
        let elsewhere = json!({"connectionRef": {"name": "absent"}});
        let unknown = json!({"providerInstanceId": UNKNOWN_PROVIDER});
        for (name, manifest) in [
            ("connection-ready", self.connection(&json!({}))),
            ("connection-without-secret", secret("absent")),
            ("connection-refused", secret("wrong")),
            ("connection-suspended", self.connection(&suspend)),
            ("catalog-without-connection", catalog(&elsewhere)),
            ("catalog-refused", catalog(&unknown)),
            ("catalog-suspended", catalog(&suspend)),
            ("version-without-catalog", version("absent", &json!({}))),
            (
                "version-waiting-for-catalog",
                version("catalog-refused", &json!({})),
            ),
            ("version-suspended", version("catalog-refused", &suspend)),
            ("image-without-connection", image(&elsewhere)),
            ("image-refused", image(&json!({"projectId": "org-typo"}))),
            ("image-suspended", image(&suspend)),
        ] {
            self.declare(name, manifest).await;
        }
        self.show(&[
            done("connection-ready", "Connected"),
            waits("connection-without-secret", "SecretNotFound"),
            failed("connection-refused", "InvalidCredentials"),
            suspended("connection-suspended"),
            waits("catalog-without-connection", "ConnectionNotFound"),
            failed("catalog-refused", "RemoteRejected"),
            suspended("catalog-suspended"),
            waits("version-without-catalog", "CatalogNotFound"),
            waits("version-waiting-for-catalog", "CatalogNotReady"),
            suspended("version-suspended"),
            waits("image-without-connection", "ConnectionNotFound"),
            failed("image-refused", "ProjectNotFound"),
            suspended("image-suspended"),
        ])
        .await;
    }

    async fn while_the_remote_works(&mut self) {
        let names = [
            "catalog-importing",
            "catalog-ready",
            "catalog-ready-and-suspended",
            "catalog-edited",
        ];
        self.begin(&names, |_| catalog(&json!({}))).await;
        self.begin(&["catalog-deleting"], |_| catalog(&json!({}))).await;
        self.delete("catalog-deleting").await;
        self.show(&[
            waits("catalog-importing", "Importing"),
            unseen("catalog-deleting"),
        ])
        .await;
        self.simulator.advance(COPYING).await;
        self.all_are(&names, "Available").await;

        let wrong = json!({"providerInstanceId": UNKNOWN_PROVIDER});
        self.declare("version-refused", version("catalog-ready", &wrong))
            .await;
        let names = [
            "version-importing",
            "version-ready",
            "version-ready-and-suspended",
            "version-edited",
        ];
        self.begin(&names, |name| {
            let catalog = name.replace("version", "catalog");
            version(&catalog, &json!({}))
        })
        .await;
        let another = |_: &str| version("catalog-ready", &json!({}));
        self.begin(&["version-deleting"], another).await;
        self.delete("version-deleting").await;
        self.show(&[
            failed("version-refused", "RemoteRejected"),
            waits("version-importing", "Importing"),
            unseen("version-deleting"),
        ])
        .await;
        self.simulator.advance(COPYING).await;
        self.all_are(&names, "Available").await;
    }

    async fn while_images_are_imported(&mut self) {
        let names = [
            "image-importing",
            "image-ready",
            "image-ready-and-suspended",
            "image-edited",
            "image-deleting",
        ];
        for name in names {
            self.declare(name, image(&json!({}))).await;
        }
        self.all_are(&names, "Importing").await;
        let slow = json!({"surferCloud": {"terminateSeconds": 1_000_000}});
        self.simulator.settings(slow).await;
        self.delete("image-deleting").await;
        self.show(&[waits("image-importing", "Importing"), unseen("image-deleting")])
            .await;
        self.simulator.advance(COPYING * 2).await;
        self.all_are(&names[..4], "Available").await;
    }

    async fn when_the_remote_is_done(&mut self) {
        let suspend = json!({"suspend": true});
        let name = "catalog-ready-and-suspended";
        self.declare(name, catalog(&suspend)).await;
        self.declare("version-ready-and-suspended", version(name, &suspend))
            .await;
        self.declare("image-ready-and-suspended", image(&suspend)).await;
        self.show(&[
            done("catalog-ready", "Available"),
            done("catalog-ready-and-suspended", "Available"),
            done("version-ready", "Available"),
            done("version-ready-and-suspended", "Available"),
            done("image-ready", "Available"),
            done("image-ready-and-suspended", "Available"),
        ])
        .await;
    }

    /// A connection with fields of its spec set.
    fn connection(&self, fields: &Value) -> Value {
        let connection = gallery::connection(self.simulator.url(), Limits::default());
        with(serde_json::to_value(connection).unwrap(), fields)
    }

    /// Declares resources, and waits until the remote is at work on each.
    async fn begin(&self, names: &[&str], manifest: impl Fn(&str) -> Value) {
        for name in names {
            self.declare(name, manifest(name)).await;
        }
        self.all_are(names, "Creating").await;
        self.simulator.advance(QUEUED).await;
        self.all_are(names, "Importing").await;
    }

    async fn all_are(&self, names: &[&str], expected: &str) {
        for name in names {
            self.is(name, expected, |object| reason(object) == expected).await;
        }
    }

    /// Deletes, and waits until that has been seen.
    async fn delete(&self, name: &str) {
        let delete = ["delete", kind(name), name, "--wait=false"];
        self.namespace.kubectl(&delete).await.unwrap();
        self.is(name, "being deleted", |object| {
            reason(object) == "WaitingToDelete" || reason(object) == "Deleting"
        })
        .await;
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

    /// Waits until resources are in their phases; then asks helm and kubectl, and compares them with their recordings.
    async fn show(&mut self, phases: &[Phase]) {
        let shown = join_all(phases.iter().map(|phase| self.shown(phase))).await;
        for (phase, (row, object)) in phases.iter().zip(shown) {
            self.table += &row;
            self.record(phase, object);
        }
    }

    async fn shown(&self, phase: &Phase) -> (String, Value) {
        let name = phase.name;
        let object = match phase.reason {
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
        assert_eq!(helm, phase.verdict, "helm --wait of {name}: {object}");
        assert_eq!(
            kubectl,
            phase.verdict == Verdict::Current || (being_deleted && ready_is_true(&object)),
            "kubectl wait of {name}: {object}"
        );
        let reason = reason(&object);
        let row = format!(
            "| {name} | {reason} | {helm:?} | {kubectl} | {} |\n",
            phase.health
        );
        (row, object)
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
        let get = ["get", kind(name), name, "--output=json"];
        serde_json::from_str(&self.namespace.kubectl(&get).await.unwrap()).unwrap()
    }

    fn record(&mut self, phase: &Phase, mut object: Value) {
        let Phase { name, health, .. } = phase;
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

/// Every resource here is called by its kind and its phase.
fn kind(name: &str) -> &'static str {
    match name.split('-').next() {
        Some("connection") => "cloudconnection",
        Some("version") => "imageversion",
        Some("image") => "customimage",
        _ => "imagecatalog",
    }
}

/// A catalog of a gallery image with fields of its spec set.
fn catalog(fields: &Value) -> Value {
    with(serde_json::to_value(gallery::catalog("any")).unwrap(), fields)
}

/// A version of a catalog's image, with fields of its spec set.
fn version(catalog: &str, fields: &Value) -> Value {
    let source = json!({"kind": "ImageCatalog", "name": catalog});
    let version = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "ImageVersion",
        "metadata": {},
        "spec": {
            "catalogRef": {"name": catalog},
            "versionType": "MINOR",
            "sourceVersionRef": source,
            "sourceType": "AZURE_SIG",
            "assetDetails": gallery::catalog("next").spec.asset_details,
        },
    });
    with(version, fields)
}

/// An imported image with fields of its spec set.
fn image(fields: &Value) -> Value {
    with(surfercloud::image("any"), fields)
}
