//! A connection to the simulator, and catalogs of gallery images: the quickest thing to create, Ready as soon as the
//! copy in its provider instance is AVAILABLE.

use image_operator::api::cloud_connection::RateLimit;
use image_operator::api::{CloudConnection, ImageCatalog};
use serde_json::{Value, json};

use super::namespace::Namespace;

/// What the connection and its Secret are called.
pub const CONNECTION: &str = "gallery";

/// A provider instance beside the one that images are made in.
pub const SECOND: &str = "65f0c0ffee0000000000a002";

/// How the connection is used.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'a> {
    /// `polling.activeInterval`, such as `1s`.
    pub active_interval: &'a str,
    /// `polling.idleInterval`.
    pub idle_interval: &'a str,
    /// Both of `rateLimit`; `None` for the defaults.
    pub requests_per_second: Option<i32>,
}

impl Default for Limits<'_> {
    fn default() -> Self {
        Self {
            active_interval: "1s",
            idle_interval: "10s",
            requests_per_second: Some(1_000),
        }
    }
}

/// A connection to the simulator at `url`, with the token of its built-in account.
pub fn connection(url: &str, limits: Limits<'_>) -> CloudConnection {
    let connection = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "CloudConnection",
        "metadata": { "name": CONNECTION },
        "spec": {
            "horizonCloud": {
                "orgId": "00000000-0000-4000-8000-000000000001",
                "baseUrl": url,
                "tokenUrl": url,
                "apiToken": { "secretRef": { "name": CONNECTION, "key": "token" } },
            },
            "polling": { "activeInterval": limits.active_interval, "idleInterval": limits.idle_interval },
        },
    });
    let mut connection: CloudConnection =
        serde_json::from_value(connection).expect("the connection fits its type");
    if let Some(rate) = limits.requests_per_second {
        connection.spec.rate_limit = RateLimit {
            requests_per_second: rate,
            burst: rate,
        };
    }
    connection
}

/// A catalog that copies an image of a gallery; its remote name is its own.
pub fn catalog(name: &str) -> ImageCatalog {
    let image = format!(
        "/subscriptions/99999999-8888-4777-8666-555555555555/resourceGroups/images/providers/\
         Microsoft.Compute/galleries/factory/images/{name}/versions/1.0.0"
    );
    let catalog = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "ImageCatalog",
        "metadata": { "name": name },
        "spec": {
            "connectionRef": { "name": CONNECTION },
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
                    "galleryImageResourceId": image,
                },
            },
        },
    });
    serde_json::from_value(catalog).expect("the catalog fits its type")
}

/// A version that is copied from a gallery, follows the first version of its catalog, and is published nowhere else.
pub fn version(name: &str, catalog: &str) -> Value {
    let sample = include_str!("../../deploy/samples/imageversion-gallery.yaml");
    version_from(sample, name, catalog)
}

/// A version that is cloned from the first one of its catalog, and not published.
pub fn clone(name: &str, catalog: &str) -> Value {
    let sample = include_str!("../../deploy/samples/imageversion-clone.yaml");
    version_from(sample, name, catalog)
}

fn version_from(sample: &str, name: &str, catalog: &str) -> Value {
    let mut version: Value = serde_saphyr::from_str(sample).expect("the sample is YAML");
    version["metadata"]["name"] = json!(name);
    if let Some(spec) = version["spec"].as_object_mut() {
        spec.remove("publish");
        spec.insert("catalogRef".to_owned(), json!({ "name": catalog }));
        let source = json!({ "kind": "ImageCatalog", "name": catalog });
        spec.insert("sourceVersionRef".to_owned(), source);
    }
    version
}

/// What publishes a version to these provider instances beside its first, and to no others.
pub fn published_to(providers: &[&str]) -> Value {
    let replicas: Vec<Value> = providers
        .iter()
        .map(|provider| json!({ "providerInstanceId": provider }))
        .collect();
    json!({ "publish": { "replicas": replicas } })
}

/// Creates the connection and its Secret.
///
/// # Panics
/// When the API server refuses them.
pub async fn connect(namespace: &Namespace, url: &str, limits: Limits<'_>) {
    namespace.secret(CONNECTION, &[("token", "demo-api-token")]).await;
    create(namespace, &connection(url, limits)).await;
}

/// Creates an object in a namespace and returns it as the API server has it.
///
/// # Panics
/// When the API server refuses it.
pub async fn create<K>(namespace: &Namespace, object: &K) -> K
where
    K: kube::Resource<Scope = kube::core::NamespaceResourceScope>
        + Clone
        + std::fmt::Debug
        + serde::Serialize
        + serde::de::DeserializeOwned,
    K::DynamicType: Default,
{
    let objects = namespace.api::<K>();
    objects
        .create(&kube::api::PostParams::default(), object)
        .await
        .unwrap_or_else(|error| panic!("could not create an object in {}: {error}", namespace.name))
}

/// Whether the catalog's Ready is True, and why it is as it is.
pub fn ready(catalog: &ImageCatalog) -> Result<(), String> {
    let conditions = catalog
        .status
        .as_ref()
        .map(|status| status.managed.conditions.as_slice());
    let ready = conditions
        .unwrap_or_default()
        .iter()
        .find(|condition| condition.type_ == "Ready");
    match ready {
        Some(ready) if ready.status == "True" => Ok(()),
        Some(ready) => Err(format!("{}: {}", ready.reason, ready.message)),
        None => Err("no condition Ready".to_owned()),
    }
}
