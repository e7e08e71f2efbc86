//! Where a test plays: a namespace, a simulator and an operator of its own.

use std::time::Duration;

use image_operator::api::names::{RECONCILE_REQUESTED_AT, REMOTE_ID, RESOLVE};
use image_operator::api::{CloudConnection, ImageCatalog, ImageCatalogStatus, Reason};
use k8s_openapi::api::core::v1::Namespace as KubernetesNamespace;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{Api, ResourceExt};
use serde_json::{Value, json};

use crate::console::Console;
use crate::manifests;
use crate::support::simulator::Request;
use crate::support::{
    Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, cluster, eventually,
};

/// How long anything may take that a test waits for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

/// How long the effect of a request may still appear; everything that waits for it waits so long.
const SETTLING_WINDOW: &str = "--settling-window=2s";

/// How many simulated seconds pass in a second: a copy of ten minutes takes half a second.
const SPEED: u32 = 1200;

/// A namespace, a simulator and an operator.
pub(crate) struct Stage {
    pub(crate) namespace: Namespace,
    pub(crate) simulator: Simulator,
    pub(crate) operator: Operator,
}

impl Stage {
    /// A stage with a connection that is ready.
    pub(crate) async fn set() -> Self {
        let stage = Self::bare().await;
        stage.connect().await;
        stage
    }

    /// A stage without a connection.
    pub(crate) async fn bare() -> Self {
        Self::with_arguments(&[]).await
    }

    /// A stage without a connection, whose operator gets more arguments.
    pub(crate) async fn with_arguments(arguments: &[&str]) -> Self {
        let namespace = cluster().namespace().await;
        let options = SimulatorOptions {
            speed: SPEED,
            ..SimulatorOptions::default()
        };
        let simulator = Simulator::start(cluster(), options).await.unwrap();
        let operator = start_operator(&namespace, arguments).await;
        Stage {
            namespace,
            simulator,
            operator,
        }
    }

    /// Another operator takes the place of the present one.
    pub(crate) async fn replace_operator(&mut self, arguments: &[&str]) {
        self.operator.terminate().await.unwrap();
        self.operator = start_operator(&self.namespace, arguments).await;
    }

    /// Makes the connection and the Secrets that the samples need, and waits until it is ready.
    pub(crate) async fn connect(&self) {
        self.secrets().await;
        self.apply(&manifests::connection(self.simulator.url())).await;
        self.connection_is(manifests::CONNECTION, "True", Reason::Connected)
            .await;
    }

    pub(crate) async fn secrets(&self) {
        let token = [("token", manifests::API_TOKEN)];
        self.namespace.secret(manifests::TOKEN_SECRET, &token).await;
        let password = [("password", "change-Me-1234")];
        self.namespace.secret(manifests::ADMIN_SECRET, &password).await;
    }

    /// A person who works in the vendor's console.
    pub(crate) async fn console(&self) -> Console {
        Console::sign_in(self.simulator.url()).await
    }

    pub(crate) async fn apply(&self, manifest: &Value) {
        self.namespace.apply(&manifest.to_string()).await.unwrap();
    }

    /// Applies what the API server refuses, and returns its words.
    pub(crate) async fn refused(&self, manifest: &Value) -> String {
        let refused = self.namespace.apply(&manifest.to_string()).await;
        refused.unwrap_err().to_string()
    }

    /// Changes fields of the spec of a catalog.
    pub(crate) async fn edit(&self, name: &str, spec: &Value) {
        self.try_edit(name, spec).await.unwrap();
    }

    /// Changes fields of the spec of a catalog, or returns why the API server refuses.
    pub(crate) async fn try_edit(&self, name: &str, spec: &Value) -> Result<(), String> {
        let patch = json!({ "spec": spec }).to_string();
        let arguments = ["patch", "imagecatalog", name, "--type=merge", "--patch", &patch];
        let patched = self.namespace.kubectl(&arguments).await;
        patched.map(drop).map_err(|failure| failure.to_string())
    }

    /// Deletes, and does not wait until it is gone.
    pub(crate) async fn delete(&self, kind: &str, name: &str) {
        let arguments = ["delete", kind, name, "--wait=false"];
        self.namespace.kubectl(&arguments).await.unwrap();
    }

    /// Answers a question of the operator.
    pub(crate) async fn resolve(&self, name: &str, answer: &str) {
        self.annotate("imagecatalog", name, &format!("{RESOLVE}={answer}"))
            .await;
    }

    /// Asks for a pass now. `when` has to be new.
    pub(crate) async fn request_reconcile(&self, kind: &str, name: &str, when: &str) {
        self.annotate(kind, name, &format!("{RECONCILE_REQUESTED_AT}={when}"))
            .await;
    }

    pub(crate) async fn annotate(&self, kind: &str, name: &str, annotation: &str) {
        let arguments = ["annotate", "--overwrite", kind, name, annotation];
        self.namespace.kubectl(&arguments).await.unwrap();
    }

    /// Loses what the operator remembers in the resource, as a careless restore does; the finalizer stays.
    pub(crate) async fn lose_memory(&self, name: &str) {
        self.annotate("imagecatalog", name, &format!("{REMOTE_ID}-"))
            .await;
        let empty = r#"[{"op": "replace", "path": "/status", "value": {"observedGeneration": -1}}]"#;
        let arguments = [
            "patch",
            "imagecatalog",
            name,
            "--subresource=status",
            "--type=json",
            "--patch",
            empty,
        ];
        self.namespace.kubectl(&arguments).await.unwrap();
    }

    /// Waits until something holds of a catalog.
    pub(crate) async fn catalog_is(
        &self,
        name: &str,
        description: &str,
        holds: impl Fn(&ImageCatalog) -> bool,
    ) -> ImageCatalog {
        let catalogs = self.namespace.api::<ImageCatalog>();
        let description = format!("{name}: {description}");
        eventually(DEADLINE, &description, async || {
            let catalog = catalogs.get(name).await.map_err(|error| error.to_string())?;
            if holds(&catalog) {
                Ok(catalog)
            } else {
                Err(serde_json::to_string(&catalog.status).unwrap())
            }
        })
        .await
    }

    /// Waits until a catalog is ready for this reason, and nothing of it is under way.
    pub(crate) async fn ready(&self, name: &str, reason: Reason) -> ImageCatalog {
        let description = format!("Ready for the reason {reason}");
        let is_ready =
            |catalog: &ImageCatalog| says(status(catalog), catalog.metadata.generation, "True", reason);
        let catalog = self.catalog_is(name, &description, is_ready).await;
        assert_eq!(types(status(&catalog)), ["Ready"], "{:?}", catalog.status);
        catalog
    }

    /// Waits until a catalog will not become ready by itself, for this reason.
    pub(crate) async fn stalled(&self, name: &str, reason: Reason) -> ImageCatalog {
        let description = format!("Stalled for the reason {reason}");
        let is_stalled = |catalog: &ImageCatalog| {
            says(status(catalog), catalog.metadata.generation, "False", reason)
                && types(status(catalog)).contains(&"Stalled")
        };
        let catalog = self.catalog_is(name, &description, is_stalled).await;
        assert_eq!(
            types(status(&catalog)),
            ["Ready", "Stalled"],
            "{:?}",
            catalog.status
        );
        catalog
    }

    /// Waits until a catalog is on its way, for this reason.
    pub(crate) async fn reconciling(&self, name: &str, reason: Reason) -> ImageCatalog {
        let description = format!("Reconciling for the reason {reason}");
        let is_reconciling = |catalog: &ImageCatalog| {
            says(status(catalog), catalog.metadata.generation, "False", reason)
                && types(status(catalog)).contains(&"Reconciling")
        };
        self.catalog_is(name, &description, is_reconciling).await
    }

    /// Waits until a catalog is stopped on purpose.
    pub(crate) async fn suspended(&self, name: &str) -> ImageCatalog {
        let catalog = self
            .catalog_is(name, "Suspended", |catalog| {
                says(
                    status(catalog),
                    catalog.metadata.generation,
                    "False",
                    Reason::Suspended,
                )
            })
            .await;
        assert_eq!(types(status(&catalog)), ["Ready"], "{:?}", catalog.status);
        catalog
    }

    /// Waits until a catalog is gone.
    pub(crate) async fn gone(&self, name: &str) {
        let catalogs = self.namespace.api::<ImageCatalog>();
        eventually(DEADLINE, &format!("{name} is gone"), async || {
            match catalogs.get_opt(name).await {
                Ok(None) => Ok(()),
                Ok(Some(left)) => Err(serde_json::to_string(&left.status).unwrap()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    /// Waits until a connection says this.
    pub(crate) async fn connection_is(&self, name: &str, ready: &str, reason: Reason) -> CloudConnection {
        let connections = self.namespace.api::<CloudConnection>();
        let description = format!("connection {name}: Ready={ready} for the reason {reason}");
        eventually(DEADLINE, &description, async || {
            let connection = connections.get(name).await.map_err(|error| error.to_string())?;
            let conditions = connection
                .status
                .iter()
                .flat_map(|status| &status.conditions)
                .cloned()
                .collect::<Vec<Condition>>();
            let said = condition(&conditions, "Ready").is_some_and(|condition| {
                condition.status == ready
                    && condition.reason == reason.as_str()
                    && condition.observed_generation == connection.metadata.generation
            });
            if said {
                Ok(connection)
            } else {
                Err(serde_json::to_string(&connection.status).unwrap())
            }
        })
        .await
    }

    /// Waits until a connection is gone.
    pub(crate) async fn connection_gone(&self, name: &str) {
        let connections = self.namespace.api::<CloudConnection>();
        eventually(
            DEADLINE,
            &format!("connection {name} is gone"),
            async || match connections.get_opt(name).await {
                Ok(None) => Ok(()),
                Ok(Some(left)) => Err(serde_json::to_string(&left.status).unwrap()),
                Err(error) => Err(error.to_string()),
            },
        )
        .await;
    }

    /// Deletes the namespace, and does not wait until it is gone.
    pub(crate) async fn delete_namespace(&self) {
        self.delete("namespace", &self.namespace.name).await;
    }

    /// Waits until the namespace is gone.
    pub(crate) async fn namespace_gone(&self) {
        let namespaces = Api::<KubernetesNamespace>::all(self.namespace.client.clone());
        let name = &self.namespace.name;
        eventually(DEADLINE, "the namespace is gone", async || {
            match namespaces.get_opt(name).await {
                Ok(None) => Ok(()),
                Ok(Some(left)) => Err(format!("{:?}", left.status)),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    /// Waits until the remote holds no image.
    pub(crate) async fn no_image_is_left(&self) {
        eventually(DEADLINE, "no image is left", async || {
            let images = self.simulator.images().await;
            if images.is_empty() {
                Ok(())
            } else {
                Err(format!("{images:?}"))
            }
        })
        .await;
    }

    /// Waits until the remote has deleted an image.
    pub(crate) async fn no_image_of_this_id_is_left(&self, id: &str) {
        eventually(DEADLINE, "the image is gone", async || {
            let left = self.image_ids().await;
            if left.iter().any(|left| left == id) {
                Err(format!("{left:?}"))
            } else {
                Ok(())
            }
        })
        .await;
    }

    /// The ids of all remote images, in the order in which they were made.
    pub(crate) async fn image_ids(&self) -> Vec<String> {
        let images = self.simulator.images().await;
        images.iter().map(|image| text(&image["id"])).collect()
    }

    /// The number of the last request that the remote has received.
    pub(crate) async fn last_request(&self) -> u64 {
        let requests = self.simulator.requests().await;
        requests.last().map_or(0, |request| request.seq)
    }

    /// The requests since that one which changed something remotely.
    pub(crate) async fn changes_since(&self, seq: u64) -> Vec<Request> {
        let mut requests = self.simulator.requests_since(seq).await;
        requests.retain(|request| request.changed);
        requests
    }

    /// How many images were ever made.
    pub(crate) async fn creates(&self) -> usize {
        let changes = self.changes_since(0).await;
        let creates = changes
            .iter()
            .filter(|request| request.operation == "createImage");
        creates.count()
    }
}

async fn start_operator(namespace: &Namespace, arguments: &[&str]) -> Operator {
    let options = OperatorOptions::for_namespace(namespace).with(SETTLING_WINDOW);
    let options = arguments
        .iter()
        .fold(options, |options, argument| options.with(*argument));
    Operator::start(cluster(), options).await.unwrap()
}

pub(crate) fn status(catalog: &ImageCatalog) -> &ImageCatalogStatus {
    catalog.status.as_ref().expect("the schema sets a status")
}

/// The id of the image that a catalog stands for.
pub(crate) fn stream_id(catalog: &ImageCatalog) -> String {
    status(catalog).stream_id.clone().unwrap_or_default()
}

/// The sentence of the condition `Ready`.
pub(crate) fn message(catalog: &ImageCatalog) -> String {
    let ready = condition(&status(catalog).managed.conditions, "Ready");
    ready.map(|ready| ready.message.clone()).unwrap_or_default()
}

pub(crate) fn condition<'a>(conditions: &'a [Condition], name: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.type_ == name)
}

/// What a string field of a remote object holds.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(crate) fn remote_id(catalog: &ImageCatalog) -> Option<&String> {
    catalog.annotations().get(REMOTE_ID)
}

/// Whether a status speaks of this generation, as a whole and in every condition, and says this.
fn says(status: &ImageCatalogStatus, generation: Option<i64>, ready: &str, reason: Reason) -> bool {
    let current = |condition: &Condition| condition.observed_generation == generation;
    Some(status.managed.observed_generation) == generation
        && status.managed.conditions.iter().all(current)
        && condition(&status.managed.conditions, "Ready")
            .is_some_and(|condition| condition.status == ready && condition.reason == reason.as_str())
}

/// The types of the conditions that tell where it stands, in order.
fn types(status: &ImageCatalogStatus) -> Vec<&str> {
    status
        .managed
        .conditions
        .iter()
        .map(|condition| condition.type_.as_str())
        .filter(|kind| *kind != "MarkersCurrent")
        .collect()
}
