//! What every test of bad input starts from: an operator in a namespace of its own, a remote that works, and remotes
//! to which bad things happen.

use std::fmt::Debug;
use std::time::Duration;

use image_operator::api::{CloudConnection, ImageCatalog, Reason};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::api::{Patch, PatchParams};
use kube::core::NamespaceResourceScope;
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::{
    Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, cluster, eventually,
};

/// Organisation and API token of an account of the simulator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credentials {
    pub(crate) organisation: &'static str,
    pub(crate) token: &'static str,
}

pub(crate) const DEMO: Credentials = Credentials {
    organisation: "00000000-0000-4000-8000-000000000001",
    token: "demo-api-token",
};
pub(crate) const OTHER: Credentials = Credentials {
    organisation: "00000000-0000-4000-8000-000000000002",
    token: "other-api-token",
};

/// A provider instance of the other organisation.
const OTHER_PROVIDER: &str = "65f0c0ffee0000000000c001";

pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

/// How long the operator looks for the effect of a request whose answer it has lost.
pub(crate) const SETTLING_WINDOW: Duration = Duration::from_secs(3);

/// The key of every Secret.
pub(crate) const KEY: &str = "token";

/// A namespace with an operator, and a good connection to a remote of another organisation that nothing happens to.
pub(crate) struct Scene {
    pub(crate) namespace: Namespace,
    _operator: Operator,
    bystander: Simulator,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let namespace = cluster().namespace().await;
        let options = OperatorOptions::for_namespace(&namespace)
            .with(format!("--settling-window={}s", SETTLING_WINDOW.as_secs()));
        let operator = Operator::start(cluster(), options).await.unwrap();
        let bystander = Self::simulator().await;
        let scene = Self {
            namespace,
            _operator: operator,
            bystander,
        };
        let bystander = &scene.bystander;
        scene.connect("bystander", bystander, OTHER).await;
        scene
    }

    /// A remote, and nothing in the namespace that leads to it.
    pub(crate) async fn simulator() -> Simulator {
        let options = SimulatorOptions {
            // Work that takes minutes is done in a moment.
            speed: 1_000,
            ..SimulatorOptions::default()
        };
        Simulator::start(cluster(), options).await.unwrap()
    }

    /// A remote, with a good connection and Secret of this name that lead to it.
    ///
    /// Simulators number their objects alike, so a scene has one remote of an organisation.
    pub(crate) async fn remote(&self, name: &str) -> Simulator {
        let simulator = Self::simulator().await;
        self.connect(name, &simulator, DEMO).await;
        simulator
    }

    async fn connect(&self, name: &str, simulator: &Simulator, credentials: Credentials) {
        self.namespace.secret(name, &[(KEY, credentials.token)]).await;
        let spec = connection(name, simulator.url(), credentials);
        self.apply::<CloudConnection>(name, spec).await;
    }

    /// Applies a resource; the API server has to accept it.
    pub(crate) async fn apply<K: Kind>(&self, name: &str, spec: Value) {
        let object = json!({
            "apiVersion": K::api_version(&()),
            "kind": K::kind(&()),
            "metadata": { "name": name },
            "spec": spec,
        });
        let person = PatchParams::apply("person").force();
        self.namespace
            .api::<K>()
            .patch(name, &person, &Patch::Apply(object))
            .await
            .unwrap_or_else(|error| panic!("applying {name}: {error}"));
    }

    /// Sets an annotation, or gives it another value.
    pub(crate) async fn annotate<K: Kind>(&self, name: &str, annotation: &str, value: &str) {
        let change = json!({ "metadata": { "annotations": { annotation: value } } });
        self.namespace
            .api::<K>()
            .patch(name, &PatchParams::default(), &Patch::Merge(change))
            .await
            .unwrap_or_else(|error| panic!("annotating {name}: {error}"));
    }

    /// Waits until a resource says what is expected, and returns it.
    pub(crate) async fn shows<K: Kind>(&self, name: &str, expected: Expected<'_>) -> K {
        let api = self.namespace.api::<K>();
        let description = format!("{} {name} shows {expected:?}", K::kind(&()));
        eventually(DEADLINE, &description, async || {
            let object = api.get(name).await.map_err(|error| error.to_string())?;
            expected.met_by(&object).map(|()| object)
        })
        .await
    }

    /// Waits until a catalog is available, and returns it.
    pub(crate) async fn available(&self, name: &str) -> ImageCatalog {
        self.shows(name, ready(Reason::Available, &["streamStatus is AVAILABLE"]))
            .await
    }

    /// While something is wrong elsewhere in the namespace, a catalog over another connection is made, and stays.
    pub(crate) async fn others_go_on(&self) {
        let spec = catalog_with("bystander", json!({ "providerInstanceId": OTHER_PROVIDER }));
        self.apply::<ImageCatalog>("bystander", spec).await;
        self.available("bystander").await;
        self.shows::<CloudConnection>("bystander", connected()).await;
    }
}

/// The kinds under test.
pub(crate) trait Kind:
    Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned
{
    fn conditions(&self) -> &[Condition];
    fn observed_generation(&self) -> Option<i64>;
}

impl Kind for CloudConnection {
    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map_or(&[], |status| &status.conditions)
    }

    fn observed_generation(&self) -> Option<i64> {
        self.status.as_ref().map(|status| status.observed_generation)
    }
}

impl Kind for ImageCatalog {
    fn conditions(&self) -> &[Condition] {
        self.status
            .as_ref()
            .map_or(&[], |status| &status.managed.conditions)
    }

    fn observed_generation(&self) -> Option<i64> {
        self.status
            .as_ref()
            .map(|status| status.managed.observed_generation)
    }
}

/// What a resource is expected to say of its present generation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// Condition types and statuses, in the order in which they are looked for.
    conditions: &'static [(&'static str, &'static str)],
    /// Types of conditions that must not be there.
    absent: &'static [&'static str],
    reason: Reason,
    /// All of these stand in the message.
    message: &'a [&'a str],
}

pub(crate) fn ready<'a>(reason: Reason, message: &'a [&'a str]) -> Expected<'a> {
    Expected {
        conditions: &[("Ready", "True")],
        absent: &["Reconciling", "Stalled"],
        reason,
        message,
    }
}

/// It is expected to become ready by itself.
pub(crate) fn reconciling<'a>(reason: Reason, message: &'a [&'a str]) -> Expected<'a> {
    Expected {
        conditions: &[("Ready", "False"), ("Reconciling", "True")],
        absent: &["Stalled"],
        reason,
        message,
    }
}

/// Somebody has to do something.
pub(crate) fn stalled<'a>(reason: Reason, message: &'a [&'a str]) -> Expected<'a> {
    Expected {
        conditions: &[("Ready", "False"), ("Stalled", "True")],
        absent: &["Reconciling"],
        reason,
        message,
    }
}

/// A connection that keeps to the time which the remote has named.
pub(crate) fn holding_back() -> Expected<'static> {
    Expected {
        conditions: &[("Throttled", "True")],
        absent: &[],
        reason: Reason::Throttled,
        message: &["the remote asked to send nothing for a while"],
    }
}

pub(crate) fn connected() -> Expected<'static> {
    ready(Reason::Connected, &["the account answers"])
}

impl Expected<'_> {
    fn met_by<K: Kind>(&self, object: &K) -> Result<(), String> {
        let conditions = object.conditions();
        let generation = object.meta().generation;
        let met = object.observed_generation() == generation
            && self.conditions.iter().all(|(kind, status)| {
                conditions.iter().any(|condition| {
                    condition.type_ == *kind
                        && condition.status == *status
                        && condition.reason == self.reason.as_str()
                        && condition.observed_generation == generation
                        && self.message.iter().all(|part| condition.message.contains(part))
                })
            })
            && !conditions
                .iter()
                .any(|condition| self.absent.contains(&condition.type_.as_str()));
        if met {
            return Ok(());
        }
        let seen: Vec<String> = conditions
            .iter()
            .map(|c| format!("{}={} {}: {}", c.type_, c.status, c.reason, c.message))
            .collect();
        Err(format!("{} with {seen:?}", object.name_any()))
    }
}

/// The spec of a connection with a Secret of this name.
pub(crate) fn connection(secret: &str, url: &str, credentials: Credentials) -> Value {
    json!({
        "horizonCloud": {
            "orgId": credentials.organisation,
            "baseUrl": url,
            "tokenUrl": url,
            "apiToken": { "secretRef": { "name": secret, "key": KEY } },
        },
        "polling": { "activeInterval": "1s", "idleInterval": "10s" },
        "rateLimit": { "requestsPerSecond": 100, "burst": 100 },
    })
}

/// The spec of a good catalog over a connection.
pub(crate) fn catalog(connection: &str) -> Value {
    json!({
        "connectionRef": { "name": connection },
        "sourceStreamType": "AZURE_SIG",
        "providerLabel": "AZURE",
        "providerInstanceId": "65f0c0ffee0000000000a001",
        "os": "Windows 11 Enterprise, 24H2",
        "osType": "WINDOWS",
        "gpuType": "NONE",
        "assetDetails": {
            "type": "AZURE_IMAGE_IN_SIG",
            "data": {
                "galleryAzureADTenantId": "11111111-2222-4333-8444-555555555555",
                "galleryImageResourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/f/images/w/versions/1.0.0",
            },
        },
    })
}

/// The spec of a good catalog, with fields set.
pub(crate) fn catalog_with(connection: &str, fields: Value) -> Value {
    let mut spec = catalog(connection);
    let Value::Object(fields) = fields else {
        panic!("{fields} is no object")
    };
    spec.as_object_mut().unwrap().extend(fields);
    spec
}

/// The id of the image of a catalog.
pub(crate) fn stream_id(catalog: &ImageCatalog) -> String {
    let status = catalog.status.as_ref();
    status
        .and_then(|status| status.stream_id.clone())
        .expect("the id of an image in status")
}

/// The id of the image in the operator's own record.
pub(crate) fn recorded_id(catalog: &ImageCatalog) -> Option<String> {
    let mut parts = catalog.status.iter().flat_map(|status| &status.managed.parts);
    parts.find_map(|part| part.id.clone())
}

/// The ids of all remote images, those of other organisations included.
pub(crate) async fn image_ids(remote: &Simulator) -> Vec<String> {
    let images = remote.images().await;
    images
        .iter()
        .map(|image| image["id"].as_str().unwrap().to_owned())
        .collect()
}

/// How many requests of this operation the remote has got, and how many of them changed something.
pub(crate) async fn count(remote: &Simulator, operation: &str) -> (usize, usize) {
    let mut requests = remote.requests().await;
    requests.retain(|request| request.operation == operation);
    (
        requests.len(),
        requests.iter().filter(|request| request.changed).count(),
    )
}
