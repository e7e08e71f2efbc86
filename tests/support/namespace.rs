//! A namespace of a test's own.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Namespace as KubernetesNamespace, Secret};
use kube::Api;
use kube::api::{ObjectMeta, PostParams};

use super::cluster::Cluster;
use super::failure::Failure;
use super::kubectl::Kubectl;

/// A fresh namespace, and what a person who may do everything does in it. It stays when the test ends: the whole
/// cluster goes with the test program.
pub struct Namespace {
    pub name: String,
    /// Belongs to the runtime of the test.
    pub client: kube::Client,
    kubectl: Kubectl,
}

impl Namespace {
    pub(super) async fn create(cluster: &Cluster, name: &str) -> Self {
        let client = cluster.client().await;
        let object = KubernetesNamespace {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                ..ObjectMeta::default()
            },
            ..KubernetesNamespace::default()
        };
        let namespaces = Api::<KubernetesNamespace>::all(client.clone());
        namespaces
            .create(&PostParams::default(), &object)
            .await
            .unwrap_or_else(|error| panic!("could not create namespace {name}: {error}"));
        Self {
            name: name.to_owned(),
            client,
            kubectl: cluster.kubectl().clone(),
        }
    }

    /// The objects of a kind in this namespace.
    pub fn api<K>(&self) -> Api<K>
    where
        K: kube::Resource<Scope = kube::core::NamespaceResourceScope>,
        K::DynamicType: Default,
    {
        Api::namespaced(self.client.clone(), &self.name)
    }

    /// Runs kubectl in this namespace and returns what it printed.
    ///
    /// # Errors
    /// [`Failure::Kubectl`] with what it said, for tests of what a person is told.
    pub async fn kubectl(&self, arguments: &[&str]) -> Result<String, Failure> {
        self.kubectl_with_input(arguments, "").await
    }

    /// Applies YAML, as `kubectl apply -f -` does.
    ///
    /// # Errors
    /// [`Failure::Kubectl`] with what it said, for tests of what the API server refuses.
    pub async fn apply(&self, yaml: &str) -> Result<String, Failure> {
        self.kubectl_with_input(&["apply", "-f", "-"], yaml).await
    }

    /// Creates a Secret, or replaces what is in it.
    ///
    /// # Panics
    /// When the API server refuses it.
    pub async fn secret(&self, name: &str, values: &[(&str, &str)]) {
        let values: BTreeMap<String, String> = values
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let secret = Secret {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                ..ObjectMeta::default()
            },
            string_data: Some(values),
            ..Secret::default()
        };
        let secrets = self.api::<Secret>();
        let written = match secrets.get_opt(name).await {
            Ok(None) => secrets.create(&PostParams::default(), &secret).await,
            Ok(Some(_)) => secrets.replace(name, &PostParams::default(), &secret).await,
            Err(error) => Err(error),
        };
        written.unwrap_or_else(|error| panic!("could not write Secret {}/{name}: {error}", self.name));
    }

    async fn kubectl_with_input(&self, arguments: &[&str], input: &str) -> Result<String, Failure> {
        let mut all = vec!["--namespace".to_owned(), self.name.clone()];
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self.kubectl.run_async(all, input.to_owned()).await
    }
}
