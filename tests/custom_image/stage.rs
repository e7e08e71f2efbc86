//! Where a test plays: a namespace, a simulator and an operator of its own.

use std::time::Duration;

use image_operator::api::names::{REMOTE_ID, RESOLVE};
use image_operator::api::{CloudConnection, CustomImage, CustomImageStatus, Reason};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde_json::{Value, json};

use crate::support::gallery::Limits;
use crate::support::manifest::with;
use crate::support::surfercloud::{self, CONNECTION};
use crate::support::{
    Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, cluster, eventually,
};

/// How long anything may take that a test waits for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

/// How long the effect of a request may still appear.
const SETTLING_WINDOW: &str = "--settling-window=2s";

/// How many simulated seconds pass in a second: an import of 20 minutes takes one.
const SPEED: u32 = 1200;

pub(crate) struct Stage {
    pub(crate) namespace: Namespace,
    pub(crate) simulator: Simulator,
    pub(crate) operator: Operator,
}

impl Stage {
    /// A stage with a connection that is ready.
    pub(crate) async fn set() -> Self {
        let stage = Self::bare().await;
        stage.keys("demo-public", "demo-private").await;
        stage.connect(&json!({})).await;
        stage.connection_is("True", Reason::Connected).await;
        stage
    }

    pub(crate) async fn bare() -> Self {
        Self::with_window(SETTLING_WINDOW).await
    }

    pub(crate) async fn with_window(window: &str) -> Self {
        let namespace = cluster().namespace().await;
        let options = SimulatorOptions {
            speed: SPEED,
            ..SimulatorOptions::default()
        };
        let simulator = Simulator::start(cluster(), options).await.unwrap();
        let options = OperatorOptions::for_namespace(&namespace).with(window);
        let operator = Operator::start(cluster(), options).await.unwrap();
        Stage {
            namespace,
            simulator,
            operator,
        }
    }

    pub(crate) async fn keys(&self, public: &str, private: &str) {
        surfercloud::keys(&self.namespace, (public, private)).await;
    }

    /// Makes the connection, with these fields of `spec.surferCloud` in place of its own.
    pub(crate) async fn connect(&self, more: &Value) {
        self.connect_as(CONNECTION, more).await;
    }

    pub(crate) async fn connect_as(&self, name: &str, more: &Value) {
        let mut connection = surfercloud::connection(self.simulator.url(), Limits::default());
        connection["metadata"]["name"] = json!(name);
        let more = json!({ "surferCloud": more });
        self.apply(&with(connection, &more)).await;
    }

    pub(crate) async fn apply(&self, manifest: &Value) {
        self.namespace.apply(&manifest.to_string()).await.unwrap();
    }

    pub(crate) async fn edit(&self, name: &str, spec: &Value) {
        let patch = json!({ "spec": spec }).to_string();
        let arguments = ["patch", "customimage", name, "--type=merge", "--patch", &patch];
        self.namespace.kubectl(&arguments).await.unwrap();
    }

    pub(crate) async fn delete(&self, name: &str) {
        let arguments = ["delete", "customimage", name, "--wait=false"];
        self.namespace.kubectl(&arguments).await.unwrap();
    }

    pub(crate) async fn resolve(&self, name: &str, answer: &str) {
        self.annotate(name, &format!("{RESOLVE}={answer}")).await;
    }

    pub(crate) async fn annotate(&self, name: &str, annotation: &str) {
        let arguments = ["annotate", "--overwrite", "customimage", name, annotation];
        self.namespace.kubectl(&arguments).await.unwrap();
    }

    /// Loses what the operator remembers in the resource; the finalizer stays.
    pub(crate) async fn lose_memory(&self, name: &str) {
        self.annotate(name, &format!("{REMOTE_ID}-")).await;
        let empty = r#"[{"op": "replace", "path": "/status", "value": {"observedGeneration": -1}}]"#;
        let arguments = [
            "patch",
            "customimage",
            name,
            "--subresource=status",
            "--type=json",
            "--patch",
            empty,
        ];
        self.namespace.kubectl(&arguments).await.unwrap();
    }

    /// Waits until an image is ready for this reason, and nothing of it is under way.
    pub(crate) async fn ready(&self, name: &str, reason: Reason) -> CustomImage {
        self.says(name, "True", reason, None).await
    }

    /// Waits until an image will not become ready by itself, for this reason.
    pub(crate) async fn stalled(&self, name: &str, reason: Reason) -> CustomImage {
        self.says(name, "False", reason, Some("Stalled")).await
    }

    /// Waits until an image is on its way, for this reason.
    pub(crate) async fn reconciling(&self, name: &str, reason: Reason) -> CustomImage {
        self.says(name, "False", reason, Some("Reconciling")).await
    }

    async fn says(&self, name: &str, ready: &str, reason: Reason, with: Option<&str>) -> CustomImage {
        let description = format!("{name}: Ready={ready} for the reason {reason}");
        self.image_is(name, &description, |image| {
            let conditions = &status(image).managed.conditions;
            condition(conditions, "Ready").is_some_and(|condition| {
                condition.status == ready
                    && condition.reason == reason.as_str()
                    && condition.observed_generation == image.metadata.generation
            }) && with.is_none_or(|with| condition(conditions, with).is_some())
        })
        .await
    }

    /// Waits until something holds of an image.
    pub(crate) async fn image_is(
        &self,
        name: &str,
        description: &str,
        holds: impl Fn(&CustomImage) -> bool,
    ) -> CustomImage {
        let images = self.namespace.api::<CustomImage>();
        eventually(DEADLINE, description, async || {
            let image = images.get(name).await.map_err(|error| error.to_string())?;
            if image.status.is_some() && holds(&image) {
                Ok(image)
            } else {
                Err(serde_json::to_string(&image.status).unwrap())
            }
        })
        .await
    }

    pub(crate) async fn gone(&self, name: &str) {
        let images = self.namespace.api::<CustomImage>();
        eventually(DEADLINE, &format!("{name} is gone"), async || {
            match images.get_opt(name).await {
                Ok(None) => Ok(()),
                Ok(Some(left)) => Err(serde_json::to_string(&left.status).unwrap()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    pub(crate) async fn connection_is(&self, ready: &str, reason: Reason) -> String {
        let connections = self.namespace.api::<CloudConnection>();
        let description = format!("connection: Ready={ready} for the reason {reason}");
        eventually(DEADLINE, &description, async || {
            let connection = connections
                .get(CONNECTION)
                .await
                .map_err(|error| error.to_string())?;
            let conditions = connection.status.map(|status| status.conditions);
            let conditions = conditions.unwrap_or_default();
            match condition(&conditions, "Ready") {
                Some(said) if said.status == ready && said.reason == reason.as_str() => {
                    Ok(said.message.clone())
                }
                _ => Err(format!("{conditions:?}")),
            }
        })
        .await
    }

    /// Every custom image at the remote, in the order in which they were made.
    pub(crate) async fn remote_images(&self) -> Vec<Value> {
        self.simulator.custom_images().await
    }

    /// The number of the last request that the remote has received.
    pub(crate) async fn last_request(&self) -> u64 {
        let requests = self.simulator.requests().await;
        requests.last().map_or(0, |request| request.seq)
    }

    /// How many requests of an operation have changed something.
    pub(crate) async fn changes(&self, operation: &str) -> usize {
        let requests = self.simulator.requests().await;
        let changes = requests.iter().filter(|request| request.changed);
        changes.filter(|request| request.operation == operation).count()
    }
}

/// A manifest of an image, with these fields of its spec in place of its own; null takes one away.
pub(crate) fn image(name: &str, changes: &Value) -> Value {
    with(surfercloud::image(name), changes)
}

pub(crate) fn status(image: &CustomImage) -> &CustomImageStatus {
    image.status.as_ref().expect("there is a status")
}

/// The sentence of the condition `Ready`.
pub(crate) fn message(image: &CustomImage) -> String {
    let ready = condition(&status(image).managed.conditions, "Ready");
    ready.map(|ready| ready.message.clone()).unwrap_or_default()
}

fn condition<'a>(conditions: &'a [Condition], name: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.type_ == name)
}
