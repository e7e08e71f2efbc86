//! The cluster that the operator runs in.

use std::time::Duration;

use axum::http::header::{HeaderValue, USER_AGENT};
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::{Api, Client, Config, ResourceExt};
use tokio::time::sleep;

use crate::api;

/// Who writes, in `metadata.managedFields`.
pub const FIELD_MANAGER: &str = "image-operator";

/// The longest wait for an answer to a single call, from the last byte sent.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// The pause before the API server is asked again.
const PAUSE: Duration = Duration::from_secs(2);

/// The namespace whose uid stands for the cluster.
const KUBE_SYSTEM: &str = "kube-system";

/// The ways to the API server.
#[derive(Clone)]
pub struct Cluster {
    /// For single calls: each gets its answer in time or fails, and none is repeated behind the caller's back.
    pub calls: Client,
    /// For watches, which are silent for minutes.
    watches: Client,
}

/// The operator cannot work with the cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No way to an API server is configured.
    #[error("finding the cluster: set KUBECONFIG, or run in a pod that has a service account")]
    Config(#[source] kube::config::InferConfigError),
    /// The configuration does not make a client.
    #[error("preparing a client of the API server")]
    Client(#[source] kube::Error),
    /// The cluster has no id.
    #[error(
        "reading the uid of namespace {KUBE_SYSTEM}, which stands for the cluster: give --cluster-id, or the right to get that namespace"
    )]
    ClusterId(#[source] kube::Error),
    /// The namespace came without its uid.
    #[error("namespace {KUBE_SYSTEM} has no uid: give --cluster-id")]
    NoUid,
}

impl Cluster {
    /// Finds the way to the API server; nothing is sent.
    pub async fn find() -> Result<Self, ClusterError> {
        let mut config = Config::infer().await.map_err(ClusterError::Config)?;
        let user_agent = HeaderValue::from_static(concat!("image-operator/", env!("CARGO_PKG_VERSION")));
        config.headers.push((USER_AGENT, user_agent));
        // The client would repeat creates as well; the queue repeats whole passes.
        config.default_retry = false;
        let watches = client(config.clone())?;
        config.read_timeout = Some(READ_TIMEOUT);
        config.reset_reader_on_write = true;
        Ok(Cluster {
            calls: client(config)?,
            watches,
        })
    }

    pub(super) fn watches(&self) -> Client {
        self.watches.clone()
    }

    /// Waits until all definitions are installed and served.
    pub(super) async fn wait_for_definitions(&self) -> Result<(), api::SchemaError> {
        let definitions: Api<CustomResourceDefinition> = Api::all(self.calls.clone());
        for name in api::definitions()?.iter().map(ResourceExt::name_any) {
            let mut told = Told::default();
            loop {
                match definitions.get_opt(&name).await {
                    Ok(Some(definition)) if is_established(&definition) => break,
                    Ok(Some(_)) => told.once(|| tell_not_established(&name)),
                    Ok(None) => told.once(|| tell_not_installed(&name)),
                    // The watches will tell whether it is there.
                    Err(error) if is_forbidden(&error) => {
                        tracing::warn!(definition = name, %error, "a definition may not be read");
                        break;
                    }
                    Err(error) => told.once(|| tell_no_answer(&error)),
                }
                sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    /// What tells this cluster from others: the uid of a namespace that every cluster has and keeps.
    pub async fn id(&self) -> Result<String, ClusterError> {
        let namespaces: Api<Namespace> = Api::all(self.calls.clone());
        let mut told = Told::default();
        loop {
            match namespaces.get(KUBE_SYSTEM).await {
                Ok(namespace) => return namespace.uid().ok_or(ClusterError::NoUid),
                Err(error @ kube::Error::Api(_)) if !is_passing(&error) => {
                    return Err(ClusterError::ClusterId(error));
                }
                Err(error) => told.once(|| tell_no_answer(&error)),
            }
            sleep(PAUSE).await;
        }
    }
}

fn client(config: Config) -> Result<Client, ClusterError> {
    Client::try_from(config).map_err(ClusterError::Client)
}

fn is_established(definition: &CustomResourceDefinition) -> bool {
    let conditions = definition
        .status
        .iter()
        .flat_map(|status| status.conditions.iter().flatten());
    let mut conditions = conditions.filter(|condition| condition.type_ == "Established");
    conditions.any(|condition| condition.status == "True")
}

fn is_forbidden(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 403)
}

/// May the same call succeed later, though nobody changes anything?
fn is_passing(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 429 || status.code >= 500)
}

/// Says a thing once, however often it is so.
#[derive(Debug, Default)]
struct Told(bool);

impl Told {
    fn once(&mut self, tell: impl FnOnce()) {
        if !std::mem::replace(&mut self.0, true) {
            tell();
        }
    }
}

fn tell_not_installed(definition: &str) {
    tracing::warn!(
        definition,
        "a definition is not installed; waiting: kubectl apply -f crds/"
    );
}

fn tell_not_established(definition: &str) {
    tracing::info!(definition, "waiting until a definition is established");
}

fn tell_no_answer(error: &kube::Error) {
    tracing::warn!(%error, "the API server does not answer; trying again");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::scripted::{ScriptedApi, refusal};
    use serde_json::{Value, json};

    fn cluster(client: Client) -> Cluster {
        Cluster {
            calls: client.clone(),
            watches: client,
        }
    }

    fn definition(established: &str) -> Value {
        let mut definition = serde_json::to_value(api::definitions().unwrap().remove(0)).unwrap();
        definition["status"] = json!({
            "conditions": [{ "type": "Established", "status": established }],
        });
        definition
    }

    #[tokio::test]
    async fn missing_definitions_are_waited_for() {
        let (api, client) = ScriptedApi::start(|before, _| match before {
            0 => refusal(404, "NotFound"),
            1 => (200, definition("False")),
            _ => (200, definition("True")),
        })
        .await;
        cluster(client).wait_for_definitions().await.unwrap();
        let definitions = api::definitions().unwrap().len();
        assert_eq!(api.asked().len(), definitions + 2);
    }

    #[tokio::test]
    async fn definitions_that_may_not_be_read_hold_nothing_up() {
        let (_, client) = ScriptedApi::start(|_, _| refusal(403, "Forbidden")).await;
        cluster(client).wait_for_definitions().await.unwrap();
    }

    #[tokio::test]
    async fn the_cluster_is_known_by_the_uid_of_kube_system_once_the_api_server_answers() {
        let (api, client) = ScriptedApi::start(|before, _| match before {
            0 => refusal(503, "ServiceUnavailable"),
            _ => (
                200,
                json!({ "metadata": { "name": "kube-system", "uid": "u-1" } }),
            ),
        })
        .await;
        assert_eq!(cluster(client).id().await.unwrap(), "u-1");
        assert_eq!(api.asked()[1].path, "/api/v1/namespaces/kube-system");
    }

    #[tokio::test]
    async fn a_forbidden_kube_system_says_what_to_do() {
        let (_, client) = ScriptedApi::start(|_, _| refusal(403, "Forbidden")).await;
        let error = cluster(client).id().await.unwrap_err();
        assert!(error.to_string().contains("--cluster-id"), "{error}");
    }
}
