//! Resolves what a resource refers to: its connection and its Secrets.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::Api;
use kube::runtime::reflector::ObjectRef;
use secrecy::{SecretSlice, SecretString};

use super::context::Context;
use super::problem::Setback;
use super::write::in_time;
use crate::api::{CloudConnection, Reason, SecretKeyReference};
use crate::connections::{Connection, ConnectionKey, Looked, ResolvedSecrets, SecretReference};
use crate::kinds::conditions;

/// A CloudConnection, as last seen.
pub(super) fn cached_connection(
    context: &Context,
    namespace: &str,
    name: &str,
) -> Option<Arc<CloudConnection>> {
    let reference = ObjectRef::new(name).within(namespace);
    context.tools.caches.connections.get(&reference)
}

/// The live connection of this name, or why there is none.
pub(super) fn live_connection(
    context: &Context,
    namespace: &str,
    name: Option<&str>,
) -> Result<Arc<Connection>, Setback> {
    let Some(name) = name else {
        return Err(Setback::missing(
            Reason::ConnectionNotFound,
            "the CloudConnection is not known yet: it follows from a resource that is not there",
        ));
    };
    let Some(resource) = cached_connection(context, namespace, name) else {
        return Err(Setback::missing(
            Reason::ConnectionNotFound,
            format!(
                "there is no CloudConnection {name:?} in this namespace: create it, or correct spec.connectionRef"
            ),
        ));
    };
    let key = ConnectionKey {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    match context.connections.get(&key) {
        Some(connection) if connection.is_verified() => Ok(connection),
        _ => Err(not_ready(name, &resource)),
    }
}

fn not_ready(name: &str, resource: &CloudConnection) -> Setback {
    let status = resource.status.as_ref();
    let ready = status.and_then(|status| conditions::ready(&status.conditions));
    let gone = ready.is_some_and(|ready| ready.reason == Reason::SecretGoneWithNamespace.as_str());
    let why = ready.filter(|ready| ready.status != "True").map_or_else(
        || "it is being looked at".to_owned(),
        |ready| format!("{}: {}", ready.reason, ready.message),
    );
    let reason = if gone {
        Reason::SecretGoneWithNamespace
    } else {
        Reason::ConnectionNotReady
    };
    Setback::missing(reason, format!("CloudConnection {name:?} is not ready: {why}"))
}

/// Reads one key of one Secret.
pub(super) async fn secret(
    context: &Context,
    namespace: &str,
    reference: &SecretKeyReference,
) -> Result<SecretString, Setback> {
    match look_up(context, namespace, &reference.name, &reference.key).await? {
        Looked::NoSecret => Err(Setback::missing(
            Reason::SecretNotFound,
            format!(
                "there is no Secret {:?} in this namespace: create it with the key {:?}",
                reference.name, reference.key
            ),
        )),
        Looked::NoKey => Err(Setback::missing(
            Reason::SecretKeyMissing,
            format!("the Secret {:?} has no key {:?}", reference.name, reference.key),
        )),
        Looked::Found(bytes) => {
            use secrecy::ExposeSecret;
            match std::str::from_utf8(bytes.expose_secret()) {
                Ok(text) if !text.is_empty() => Ok(SecretString::from(text)),
                _ => Err(Setback::missing(
                    Reason::SecretEmpty,
                    format!(
                        "the key {:?} of the Secret {:?} holds no text",
                        reference.key, reference.name
                    ),
                )),
            }
        }
    }
}

/// Reads all Secrets that a connection needs. They are read by name each time and never cached.
pub(super) async fn secrets(
    context: &Context,
    namespace: &str,
    references: &[SecretReference],
) -> Result<ResolvedSecrets, Setback> {
    let mut resolved = ResolvedSecrets::default();
    for reference in references {
        resolved.insert(
            reference,
            look_up(context, namespace, &reference.name, &reference.key).await?,
        );
    }
    Ok(resolved)
}

async fn look_up(context: &Context, namespace: &str, name: &str, key: &str) -> Result<Looked, Setback> {
    let secrets: Api<Secret> = Api::namespaced(context.tools.client.clone(), namespace);
    let secret = in_time("reading a Secret", secrets.get_opt(name)).await;
    let secret = secret
        .map_err(|error| Setback::missing(Reason::Retrying, format!("reading Secret {name:?}: {error}")))?;
    let Some(secret) = secret else {
        return Ok(Looked::NoSecret);
    };
    let bytes = secret.data.and_then(|mut data| data.remove(key));
    Ok(bytes.map_or(Looked::NoKey, |bytes| Looked::Found(SecretSlice::from(bytes.0))))
}

/// Whether a namespace is being deleted. Where that can't be found out, it counts as living.
pub(super) async fn namespace_is_going(context: &Context, namespace: &str) -> bool {
    let namespaces: Api<Namespace> = Api::all(context.tools.client.clone());
    let found = in_time("reading a Namespace", namespaces.get_opt(namespace)).await;
    matches!(found, Ok(Some(namespace)) if namespace.metadata.deletion_timestamp.is_some())
}
