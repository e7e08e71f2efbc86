//! What the API server refuses, and with which words. The rules run here as they do there, without a server.
// Helpers of tests are tests too: a panic in them is a failed test.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod cloud_connection;
mod custom_image;
mod image_catalog;
mod image_version;

use kube::CustomResourceExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(crate) const NONE: [&str; 0] = [];

/// What the API server would say to a create, or to an update of `old`. Both pass through the types of the operator,
/// which sets the defaults that the API server would set, and shows that the types can read what it accepts.
pub(crate) fn refusals<K: CustomResourceExt + Serialize + DeserializeOwned>(
    new: &Value,
    old: Option<&Value>,
) -> Vec<String> {
    let stored = |object: &Value| {
        let typed: K = serde_json::from_value(object.clone()).expect("the types can read it");
        serde_json::to_value(typed).expect("a resource is JSON")
    };
    let definition = serde_json::to_value(K::crd()).expect("a definition is JSON");
    let schema = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let old = old.map(stored);
    match kube_cel::Validator::new().validate(schema, &stored(new), old.as_ref()) {
        Ok(()) => Vec::new(),
        Err(errors) => errors.into_vec().into_iter().map(|error| error.message).collect(),
    }
}

pub(crate) fn remove(object: &mut Value, parent: &str, field: &str) {
    let parent = object.pointer_mut(parent).and_then(Value::as_object_mut);
    let removed = parent.and_then(|fields| fields.remove(field));
    assert!(removed.is_some(), "there is no {field} to remove");
}

/// The custom resource in a sample.
pub(crate) fn sample(yaml: &str) -> Value {
    let documents: Vec<Value> = serde_saphyr::from_multiple(yaml).expect("a sample is YAML");
    documents
        .into_iter()
        .find(|document| document["apiVersion"] == "image-operator.dev/v1alpha1")
        .expect("a sample holds a custom resource")
}

pub(crate) fn with_status(mut object: Value, status: Value) -> Value {
    object["status"] = status;
    object
}

pub(crate) fn open_intent(operation: &str) -> Value {
    json!({"operation": operation, "attempt": "a-1", "startedAt": "2026-01-01T00:00:00.000000Z", "attempts": 1})
}
