//! The API server that a rehearsal speaks to: it holds the resources in memory, and asks the real one for the rest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

/// The longest body that a pass sends, in bytes.
const LONGEST_BODY: usize = 8 * 1024 * 1024;

const STATUS: &str = "/status";

/// The API server. Clones are the same.
#[derive(Clone)]
pub(super) struct ApiServer {
    real: Client,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Default)]
struct Memory {
    objects: HashMap<String, Value>,
    writes: HashMap<String, Vec<Value>>,
}

impl ApiServer {
    /// Stands before a real one, which is only read from.
    pub(super) fn before(real: Client) -> Self {
        ApiServer {
            real,
            memory: Arc::default(),
        }
    }

    /// A client of it.
    pub(super) fn client(&self) -> Client {
        let router = Router::new().fallback(answer).with_state(self.clone());
        Client::new(router, self.real.default_namespace())
    }

    /// Holds an object from now on.
    pub(super) fn put(&self, path: &str, object: Value) {
        self.memory().objects.insert(path.to_owned(), object);
    }

    /// What an object became, write after write.
    pub(super) fn writes(&self, path: &str) -> Vec<Value> {
        self.memory().writes.get(path).cloned().unwrap_or_default()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self, path: &str) -> Option<Value> {
        self.memory().objects.get(path).cloned()
    }

    /// Asks the real one.
    async fn forward(&self, request: Request) -> Response {
        let (parts, _) = request.into_parts();
        let request = axum::http::Request::from_parts(parts, Body::empty());
        match self.real.send(request).await {
            Ok(answer) => answer.map(axum::body::Body::new),
            Err(error) => refusal(StatusCode::BAD_GATEWAY, &error.to_string()),
        }
    }

    fn write(&self, path: &str, change: impl FnOnce(&mut Value)) -> Response {
        let mut memory = self.memory();
        let Some(object) = memory.objects.get_mut(path) else {
            return refusal(StatusCode::NOT_FOUND, "there is no such resource");
        };
        change(object);
        count_up(object);
        let object = object.clone();
        memory
            .writes
            .entry(path.to_owned())
            .or_default()
            .push(object.clone());
        Json(object).into_response()
    }
}

async fn answer(State(server): State<ApiServer>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if request.method() == Method::GET {
        return match server.held(&path) {
            Some(object) => Json(object).into_response(),
            None => server.forward(request).await,
        };
    }
    let method = request.method().clone();
    let Ok(body) = axum::body::to_bytes(request.into_body(), LONGEST_BODY).await else {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "too long");
    };
    let Ok(mut body) = serde_json::from_slice::<Value>(&body) else {
        return refusal(StatusCode::BAD_REQUEST, "not JSON");
    };
    match (method, path.strip_suffix(STATUS)) {
        (Method::PUT, Some(path)) => server.write(path, |object| replace(object, "status", &mut body)),
        (Method::PATCH, None) => server.write(&path, |object| merge(object, body)),
        _ => refusal(StatusCode::METHOD_NOT_ALLOWED, "a rehearsal writes nothing"),
    }
}

/// Replaces a field by that of another object.
pub(super) fn replace(object: &mut Value, field: &str, by: &mut Value) {
    let value = by.get_mut(field).map(Value::take).unwrap_or_default();
    if let Some(fields) = object.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

/// A merge patch, as RFC 7386 describes it.
pub(super) fn merge(object: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *object = patch;
        return;
    };
    if !object.is_object() {
        *object = json!({});
    }
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            fields.remove(&name);
        } else {
            merge(fields.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// Each write makes another version.
fn count_up(object: &mut Value) {
    let version = object
        .pointer("/metadata/resourceVersion")
        .and_then(Value::as_str);
    let version: u64 = version.and_then(|text| text.parse().ok()).unwrap_or_default();
    let next = version.saturating_add(1).to_string();
    merge(object, json!({ "metadata": { "resourceVersion": next } }));
}

fn refusal(code: StatusCode, message: &str) -> Response {
    let body = json!({
        "apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code.as_u16(),
        "reason": code.canonical_reason().unwrap_or_default(), "message": message,
    });
    (code, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::{ConfigMap, Secret};
    use kube::Api;
    use kube::api::{DeleteParams, Patch, PatchParams, PostParams};

    use super::*;
    use crate::controller::scripted::{ScriptedApi, refusal as refused};

    #[test]
    fn a_merge_patch_sets_replaces_and_removes() {
        let mut object =
            json!({ "metadata": { "annotations": { "a": "1", "b": "2" }, "finalizers": ["x"] } });
        merge(
            &mut object,
            json!({ "metadata": { "annotations": { "a": null, "c": "3" }, "finalizers": ["y"] }, "new": { "d": 4 } }),
        );
        assert_eq!(
            object,
            json!({
                "metadata": { "annotations": { "b": "2", "c": "3" }, "finalizers": ["y"] }, "new": { "d": 4 },
            })
        );
    }

    #[tokio::test]
    async fn what_is_held_is_written_in_memory_and_all_else_is_only_read() {
        let (real, client) = ScriptedApi::start(|_, asked| {
            if asked.path.ends_with("/there") {
                (200, json!({ "metadata": { "name": "there" } }))
            } else {
                refused(404, "NotFound")
            }
        })
        .await;
        let server = ApiServer::before(client);
        let path = "/api/v1/namespaces/n/configmaps/mine";
        server.put(
            path,
            json!({ "metadata": { "name": "mine", "resourceVersion": "7" } }),
        );

        let maps: Api<ConfigMap> = Api::namespaced(server.client(), "n");
        let change = json!({ "data": { "key": "value" } });
        let patched = maps
            .patch("mine", &PatchParams::default(), &Patch::Merge(change))
            .await
            .unwrap();
        assert_eq!(patched.metadata.resource_version.as_deref(), Some("8"));
        assert_eq!(maps.get("mine").await.unwrap().data.unwrap()["key"], "value");
        assert_eq!(server.writes(path).len(), 1);

        let secrets: Api<Secret> = Api::namespaced(server.client(), "n");
        assert!(secrets.get_opt("there").await.unwrap().is_some());
        assert!(secrets.get_opt("gone").await.unwrap().is_none());
        let secret = Secret::default();
        assert!(secrets.create(&PostParams::default(), &secret).await.is_err());
        assert!(secrets.delete("there", &DeleteParams::default()).await.is_err());
        let methods: Vec<String> = real.asked().into_iter().map(|asked| asked.method).collect();
        assert_eq!(methods, ["GET", "GET"]);
    }
}
