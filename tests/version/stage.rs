//! Where a test plays: a namespace, a simulator and an operator of its own.

use std::time::Duration;

use image_operator::api::{CloudConnection, ImageCatalog, ImageVersion, ImageVersionStatus, Reason};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde_json::{Value, json};

use crate::manifests;
use crate::support::simulator::Request;
use crate::support::{
    Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, cluster, eventually,
};

/// How long anything may take that a test waits for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

/// How many simulated seconds pass in a second: a copy of ten minutes takes half a second.
const SPEED: u32 = 1200;

/// The catalog that the versions of a test belong to.
pub(crate) const CATALOG: &str = "win11";

pub(crate) struct Stage {
    pub(crate) namespace: Namespace,
    pub(crate) simulator: Simulator,
    _operator: Operator,
}

impl Stage {
    /// A stage with a connection, and an image that is available.
    pub(crate) async fn set() -> Self {
        let stage = Self::connected().await;
        stage.apply(&manifests::gallery(CATALOG)).await;
        stage.catalog_has_an_image().await;
        stage
    }

    /// A stage with a connection that is ready.
    pub(crate) async fn connected() -> Self {
        let namespace = cluster().namespace().await;
        let options = SimulatorOptions {
            speed: SPEED,
            ..SimulatorOptions::default()
        };
        let simulator = Simulator::start(cluster(), options).await.unwrap();
        let options = OperatorOptions::for_namespace(&namespace).with("--settling-window=2s");
        let operator = Operator::start(cluster(), options).await.unwrap();
        let token = [("token", manifests::API_TOKEN)];
        namespace.secret(manifests::TOKEN_SECRET, &token).await;
        let stage = Stage {
            namespace,
            simulator,
            _operator: operator,
        };
        stage.apply(&manifests::connection(stage.simulator.url())).await;
        let connections = stage.namespace.api::<CloudConnection>();
        eventually(DEADLINE, "the connection is ready", async || {
            let connection = connections.get(manifests::CONNECTION).await.unwrap();
            let conditions = connection
                .status
                .map(|status| status.conditions)
                .unwrap_or_default();
            is_true(&conditions, "Ready")
                .then_some(())
                .ok_or(format!("{conditions:?}"))
        })
        .await;
        stage
    }

    async fn catalog_has_an_image(&self) {
        let catalogs = self.namespace.api::<ImageCatalog>();
        eventually(DEADLINE, "the image is available", async || {
            let status = catalogs.get(CATALOG).await.unwrap().status.unwrap_or_default();
            let available = status.version_status.as_deref() == Some("AVAILABLE");
            available
                .then_some(())
                .ok_or(serde_json::to_string(&status).unwrap())
        })
        .await;
    }

    pub(crate) async fn apply(&self, manifest: &Value) {
        self.namespace.apply(&manifest.to_string()).await.unwrap();
    }

    /// Applies what the API server refuses, and returns its words.
    pub(crate) async fn refused(&self, manifest: &Value) -> String {
        let refused = self.namespace.apply(&manifest.to_string()).await;
        refused.unwrap_err().to_string()
    }

    /// Changes fields of the spec of a version.
    pub(crate) async fn edit(&self, name: &str, spec: &Value) {
        let patch = json!({ "spec": spec }).to_string();
        let arguments = ["patch", "imageversion", name, "--type=merge", "--patch", &patch];
        self.namespace.kubectl(&arguments).await.unwrap();
    }

    /// Asks for a pass now. `when` has to be new.
    pub(crate) async fn request_reconcile(&self, name: &str, when: &str) {
        let annotation = format!("image-operator.dev/reconcile-requested-at={when}");
        let arguments = ["annotate", "--overwrite", "imageversion", name, &annotation];
        self.namespace.kubectl(&arguments).await.unwrap();
    }

    /// Deletes, and does not wait until it is gone.
    pub(crate) async fn delete(&self, kind: &str, names: &[&str]) {
        let arguments = [&["delete", kind, "--wait=false"], names].concat();
        self.namespace.kubectl(&arguments).await.unwrap();
    }

    /// Waits until something holds of a version.
    pub(crate) async fn version_is(
        &self,
        name: &str,
        description: &str,
        holds: impl Fn(&ImageVersion) -> bool,
    ) -> ImageVersion {
        let versions = self.namespace.api::<ImageVersion>();
        eventually(DEADLINE, &format!("{name}: {description}"), async || {
            let version = versions.get(name).await.map_err(|error| error.to_string())?;
            if holds(&version) {
                Ok(version)
            } else {
                Err(serde_json::to_string(&version.status).unwrap())
            }
        })
        .await
    }

    pub(crate) async fn ready(&self, name: &str, reason: Reason) -> ImageVersion {
        self.says(name, "Ready", reason).await
    }

    pub(crate) async fn stalled(&self, name: &str, reason: Reason) -> ImageVersion {
        self.says(name, "Stalled", reason).await
    }

    pub(crate) async fn reconciling(&self, name: &str, reason: Reason) -> ImageVersion {
        self.says(name, "Reconciling", reason).await
    }

    /// Waits until a condition is true for a reason, for the present generation.
    async fn says(&self, name: &str, condition: &str, reason: Reason) -> ImageVersion {
        self.version_is(name, &format!("{condition}/{reason}"), |version| {
            let status = status(version);
            Some(status.managed.observed_generation) == version.metadata.generation
                && is_true(&status.managed.conditions, condition)
                && ready(version).is_some_and(|ready| ready.reason == reason.as_str())
        })
        .await
    }

    /// Waits until a resource is gone.
    pub(crate) async fn gone<K>(&self, name: &str)
    where
        K: kube::Resource<Scope = kube::core::NamespaceResourceScope>
            + Clone
            + std::fmt::Debug
            + serde::Serialize
            + serde::de::DeserializeOwned,
        K::DynamicType: Default,
    {
        let objects = self.namespace.api::<K>();
        eventually(DEADLINE, &format!("{name} is gone"), async || {
            match objects.get_opt(name).await {
                Ok(None) => Ok(()),
                Ok(Some(left)) => Err(serde_json::to_string(&left).unwrap()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    /// The requests that changed something remotely, by name, the sign-in apart.
    pub(crate) async fn changes_since(&self, seq: u64) -> Vec<String> {
        let requests = self.simulator.requests_since(seq).await;
        let changing = requests.into_iter().filter(|request| request.changed);
        changing.map(|request| request.operation).collect()
    }

    pub(crate) async fn requests(&self, operation: &str) -> Vec<Request> {
        let mut requests = self.simulator.requests().await;
        requests.retain(|request| request.operation == operation);
        requests
    }

    /// The number of the last request that the remote has received.
    pub(crate) async fn last_request(&self) -> u64 {
        let requests = self.simulator.requests().await;
        requests.last().map_or(0, |request| request.seq)
    }

    /// The names of all remote versions, in order.
    pub(crate) async fn version_names(&self) -> Vec<String> {
        let versions = self.simulator.versions().await;
        let mut names: Vec<String> = versions.iter().map(|version| text(&version["name"])).collect();
        names.sort();
        names
    }
}

/// A version that is copied from a gallery, and follows the first version of the image.
pub(crate) fn gallery_version(name: &str) -> Value {
    let mut version = sample(
        include_str!("../../deploy/samples/imageversion-gallery.yaml"),
        name,
    );
    version["spec"].as_object_mut().unwrap().remove("publish");
    version
}

/// A version that is cloned from the first one of the image, and not published.
pub(crate) fn clone(name: &str) -> Value {
    let mut version = sample(include_str!("../../deploy/samples/imageversion-clone.yaml"), name);
    version["spec"].as_object_mut().unwrap().remove("publish");
    version
}

/// What makes a version follow another one.
pub(crate) fn following(source: &str) -> Value {
    json!({ "sourceVersionRef": { "kind": "ImageVersion", "name": source } })
}

fn sample(yaml: &str, name: &str) -> Value {
    let mut version: Value = serde_saphyr::from_str(yaml).unwrap();
    version["metadata"]["name"] = json!(name);
    version
}

pub(crate) fn status(version: &ImageVersion) -> &ImageVersionStatus {
    version.status.as_ref().expect("the schema sets a status")
}

/// The sentence of the condition `Ready`.
pub(crate) fn message(version: &ImageVersion) -> &str {
    ready(version)
        .map(|ready| ready.message.as_str())
        .unwrap_or_default()
}

fn ready(version: &ImageVersion) -> Option<&Condition> {
    let conditions = &status(version).managed.conditions;
    conditions.iter().find(|condition| condition.type_ == "Ready")
}

fn is_true(conditions: &[Condition], name: &str) -> bool {
    let mut conditions = conditions.iter();
    conditions.any(|condition| condition.type_ == name && condition.status == "True")
}

/// Where a version has copies, in order.
pub(crate) fn providers(version: &ImageVersion) -> Vec<&str> {
    let copies = status(version).copies.iter();
    let mut providers: Vec<&str> = copies
        .filter_map(|copy| copy.provider_instance_id.as_deref())
        .collect();
    providers.sort_unstable();
    providers
}

/// What a string field of a remote object holds.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
