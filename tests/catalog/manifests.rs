//! The manifests that the tests apply: the samples that are shipped, changed where a test needs it.

use serde_json::{Value, json};

pub(crate) const CONNECTION: &str = "demo";
pub(crate) const TOKEN_SECRET: &str = "demo-token";
pub(crate) const API_TOKEN: &str = "demo-api-token";
pub(crate) const ADMIN_SECRET: &str = "win11-multisession-admin";

/// The connection to an account of a simulator, looked at as often as the API allows.
pub(crate) fn connection(url: &str) -> Value {
    let mut connection = sample(include_str!("../../deploy/samples/cloudconnection.yaml"));
    connection["spec"]["horizonCloud"]["baseUrl"] = json!(url);
    connection["spec"]["horizonCloud"]["tokenUrl"] = json!(url);
    connection["spec"]["polling"] = json!({"activeInterval": "1s", "idleInterval": "10s"});
    connection["spec"]["rateLimit"] = json!({"requestsPerSecond": 1000, "burst": 1000});
    connection
}

/// An image of a gallery, which becomes AVAILABLE without being published.
pub(crate) fn gallery(name: &str) -> Value {
    named(
        sample(include_str!("../../deploy/samples/imagecatalog-gallery.yaml")),
        name,
    )
}

/// An image of the market place, which is imported and not published.
pub(crate) fn market_place(name: &str) -> Value {
    let mut catalog = published(name);
    remove(&mut catalog, "publish");
    catalog
}

/// An image of the market place, which is imported and published to two provider instances.
pub(crate) fn published(name: &str) -> Value {
    named(
        sample(include_str!("../../deploy/samples/imagecatalog-marketplace.yaml")),
        name,
    )
}

/// What publishes the image of the market place.
pub(crate) fn publish() -> Value {
    published("any")["spec"]["publish"].clone()
}

/// The manifest with fields of its spec set.
pub(crate) fn with(mut manifest: Value, fields: &Value) -> Value {
    for (field, value) in fields.as_object().unwrap() {
        manifest["spec"][field] = value.clone();
    }
    manifest
}

fn named(mut manifest: Value, name: &str) -> Value {
    manifest["metadata"]["name"] = json!(name);
    manifest
}

fn remove(manifest: &mut Value, field: &str) {
    let spec = manifest["spec"].as_object_mut().unwrap();
    assert!(
        spec.remove(field).is_some(),
        "the sample has no {field} to remove"
    );
}

/// The custom resource in a sample.
fn sample(yaml: &str) -> Value {
    let documents: Vec<Value> = serde_saphyr::from_multiple(yaml).unwrap();
    documents
        .into_iter()
        .find(|document| document["apiVersion"] == "image-operator.dev/v1alpha1")
        .unwrap()
}
