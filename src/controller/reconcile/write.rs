//! Writes to the API server: status with a precondition, finalizer and annotations in one patch.

use std::fmt::Debug;
use std::time::Duration;

use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::api::names::{FINALIZER, REMOTE_ID, RESOLVE};

/// The name under which the operator writes.
pub(super) const FIELD_MANAGER: &str = "image-operator";

/// How long one call to the API server may take.
const CALL_DEADLINE: Duration = Duration::from_secs(30);

/// A write to the API server that did not happen.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    /// Somebody else wrote first, or the resource is gone: look at it again.
    #[error("{doing}: the resource has changed meanwhile")]
    Outdated {
        /// What was being done.
        doing: &'static str,
    },
    /// The API server did not answer in time.
    #[error("{doing}: no answer within {} s", CALL_DEADLINE.as_secs())]
    Timeout {
        /// What was being done.
        doing: &'static str,
    },
    /// The API server refused, or could not be reached.
    #[error("{doing}: {source}")]
    Api {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: Box<kube::Error>,
    },
}

/// Runs one call to the API server under its deadline.
pub(super) async fn in_time<T>(
    doing: &'static str,
    call: impl Future<Output = Result<T, kube::Error>>,
) -> Result<T, WriteError> {
    match tokio::time::timeout(CALL_DEADLINE, call).await {
        Err(_) => Err(WriteError::Timeout { doing }),
        Ok(Err(kube::Error::Api(status))) if status.code == 409 || status.code == 404 => {
            Err(WriteError::Outdated { doing })
        }
        Ok(Err(source)) => Err(WriteError::Api {
            doing,
            source: Box::new(source),
        }),
        Ok(Ok(answer)) => Ok(answer),
    }
}

/// Replaces the status of the object in hand; refused when the object has changed since it was read.
pub(super) async fn status<K>(api: &Api<K>, object: &K) -> Result<K, WriteError>
where
    K: Resource + Clone + Serialize + DeserializeOwned + Debug,
{
    let params = PostParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PostParams::default()
    };
    in_time(
        "writing the status",
        api.replace_status(&object.name_any(), &params, object),
    )
    .await
}

/// A change of finalizer and annotations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MetadataChange {
    /// The finalizer is to be there.
    pub finalizer: Option<FinalizerChange>,
    /// The annotation that remembers the remote id.
    pub remote_id: Option<RemoteIdChange>,
    /// Whether a person's answer has been acted on and goes.
    pub answered: Option<Answered>,
}

/// What happens to the annotation that remembers the remote id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RemoteIdChange {
    Set(String),
    Forget,
}

/// What happens to the finalizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FinalizerChange {
    Add,
    Remove,
}

/// A person's answer has been acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answered;

/// Changes finalizer and annotations of the object in hand; refused when the object has changed since it was read.
pub(super) async fn metadata<K>(api: &Api<K>, object: &K, change: &MetadataChange) -> Result<K, WriteError>
where
    K: Resource + Clone + DeserializeOwned + Debug,
{
    let mut metadata = json!({ "resourceVersion": object.resource_version() });
    match change.finalizer {
        Some(FinalizerChange::Add) => {
            let mut finalizers = object.finalizers().to_vec();
            finalizers.push(FINALIZER.to_owned());
            set(&mut metadata, "finalizers", json!(finalizers));
        }
        Some(FinalizerChange::Remove) => {
            let rest: Vec<&String> = object
                .finalizers()
                .iter()
                .filter(|name| *name != FINALIZER)
                .collect();
            set(&mut metadata, "finalizers", json!(rest));
        }
        None => {}
    }
    let mut annotations = json!({});
    if let Some(remote_id) = &change.remote_id {
        let value = match remote_id {
            RemoteIdChange::Set(value) => json!(value),
            RemoteIdChange::Forget => serde_json::Value::Null,
        };
        set(&mut annotations, REMOTE_ID, value);
    }
    if change.answered.is_some() {
        set(&mut annotations, RESOLVE, serde_json::Value::Null);
    }
    if annotations != json!({}) {
        set(&mut metadata, "annotations", annotations);
    }
    let patch = Patch::Merge(json!({ "metadata": metadata }));
    let params = PatchParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    in_time(
        "writing finalizer and annotations",
        api.patch(&object.name_any(), &params, &patch),
    )
    .await
}

fn set(json: &mut serde_json::Value, key: &str, value: serde_json::Value) {
    if let Some(map) = json.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

/// Whether the object has our finalizer.
pub(super) fn has_finalizer<K: Resource>(object: &K) -> bool {
    object.finalizers().iter().any(|finalizer| finalizer == FINALIZER)
}
