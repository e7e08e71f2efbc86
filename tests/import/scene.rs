//! A namespace with a connection, a simulator, and the subcommands as a person runs them.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use image_operator::kinds::Managed;
use kube::api::ListParams;
use serde_json::{Value, json};

use crate::support::{
    Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, cluster, eventually, workplace,
};

/// How long anything may take that a test waits for.
pub(crate) const DEADLINE: Duration = Duration::from_mins(2);

pub(crate) const CONNECTION: &str = "demo";

/// An account of the simulator.
pub(crate) struct Account {
    pub(crate) organisation: &'static str,
    pub(crate) api_token: &'static str,
    pub(crate) provider_instance: &'static str,
}

/// The built-in account.
pub(crate) const DEMO: Account = Account {
    organisation: "00000000-0000-4000-8000-000000000001",
    api_token: "demo-api-token",
    provider_instance: "65f0c0ffee0000000000a001",
};

pub(crate) struct Scene {
    pub(crate) namespace: Namespace,
    pub(crate) simulator: Simulator,
}

/// What a subcommand printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) results: String,
    pub(crate) remarks: String,
}

impl Scene {
    pub(crate) async fn set(account: &Account) -> Self {
        let namespace = cluster().namespace().await;
        let options = SimulatorOptions {
            speed: 1200,
            ..SimulatorOptions::default()
        };
        let simulator = Simulator::start(cluster(), options).await.unwrap();
        namespace
            .secret("demo-token", &[("token", account.api_token)])
            .await;
        let mut connection = sample(include_str!("../../deploy/samples/cloudconnection.yaml"));
        connection["spec"]["horizonCloud"]["orgId"] = json!(account.organisation);
        connection["spec"]["horizonCloud"]["baseUrl"] = json!(simulator.url());
        connection["spec"]["horizonCloud"]["tokenUrl"] = json!(simulator.url());
        connection["spec"]["polling"] = json!({"activeInterval": "1s", "idleInterval": "10s"});
        connection["spec"]["rateLimit"] = json!({"requestsPerSecond": 1000, "burst": 1000});
        namespace.apply(&connection.to_string()).await.unwrap();
        Scene { namespace, simulator }
    }

    pub(crate) async fn operator(&self) -> Operator {
        let options = OperatorOptions::for_namespace(&self.namespace).with("--settling-window=2s");
        Operator::start(cluster(), options).await.unwrap()
    }

    /// Runs a subcommand with the kubeconfig of a person who may do everything.
    pub(crate) async fn run(&self, subcommand: &str, arguments: &[&str]) -> Said {
        self.run_as(cluster().admin_kubeconfig(), subcommand, arguments)
            .await
    }

    /// Runs a subcommand with this kubeconfig.
    pub(crate) async fn run_as(&self, kubeconfig: &Path, subcommand: &str, arguments: &[&str]) -> Said {
        let program = workplace::operator_program().unwrap();
        let output: Output = tokio::process::Command::new(program)
            .arg(subcommand)
            .args([
                "--allow-plain-http",
                "--allowed-hosts=127.0.0.1",
                "--namespace",
                &self.namespace.name,
            ])
            .args(arguments)
            .env_clear()
            .env("KUBECONFIG", kubeconfig)
            .output()
            .await
            .unwrap();
        Said {
            code: output.status.code(),
            results: String::from_utf8(output.stdout).unwrap(),
            remarks: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A folder or a file that is not there yet.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        cluster().path(&format!("{name}-{}", self.namespace.name))
    }

    /// Waits until so many resources of a kind are there, and all are ready.
    pub(crate) async fn all_ready<K: Managed>(&self, count: usize) {
        let api = self.namespace.api::<K>();
        eventually(DEADLINE, "all of them are ready", async || {
            let all = api
                .list(&ListParams::default())
                .await
                .map_err(|error| error.to_string())?;
            let waiting: Vec<&K> = all.iter().filter(|resource| !is_ready(*resource)).collect();
            match waiting.first() {
                None if all.items.len() == count => Ok(()),
                None => Err(format!("{} of them", all.items.len())),
                Some(first) => Err(format!(
                    "{} of {}, such as {:?}",
                    waiting.len(),
                    all.items.len(),
                    first.status()
                )),
            }
        })
        .await;
    }

    /// How many requests have changed something remotely.
    pub(crate) async fn changes(&self) -> usize {
        let requests = self.simulator.requests().await;
        requests.iter().filter(|request| request.changed).count()
    }
}

fn is_ready<K: Managed>(resource: &K) -> bool {
    let conditions = resource.status().map(|status| &K::managed(status).conditions);
    let mut ready = conditions
        .into_iter()
        .flatten()
        .filter(|condition| condition.type_ == "Ready" && condition.status == "True");
    ready.any(|condition| condition.observed_generation == resource.meta().generation)
}

/// The custom resource in a sample.
pub(crate) fn sample(yaml: &str) -> Value {
    let documents: Vec<Value> = serde_saphyr::from_multiple(yaml).unwrap();
    documents
        .into_iter()
        .find(|document| document["apiVersion"] == "image-operator.dev/v1alpha1")
        .unwrap()
}
