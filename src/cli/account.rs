//! An account as the operator would see it, opened from a person's own machine.

use std::sync::Arc;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use secrecy::SecretSlice;
use tokio::time::Instant;

use super::estate::{Estate, Holding};
use super::hosts::Hosts;
use super::lists;
use super::residents::{Residents, Resources};
use crate::api::{CloudConnection, CloudConnectionSpec};
use crate::connections::{
    self, Blueprint, BlueprintError, Checked, Connection, ConnectionKey, Connections, ImageManagement,
    Looked, ResolvedSecrets, secret_references,
};
use crate::controller::cluster::{Cluster, ClusterError};
use crate::inventory::{Entry, NoInventoryRecorder};
use crate::lifecycle::{Failure, Install, Outcome, Problem, ProblemKind};
use crate::remote::http::{NoRecorder, WireError, WriteGate};
use crate::remote::listing::ListAnswer;

/// The options that name an account.
#[derive(Debug, clap::Args)]
pub(super) struct AccountArgs {
    /// The CloudConnection to the account. It and its Secrets are read with your kubeconfig.
    #[arg(long, value_name = "NAME")]
    pub(super) connection: String,

    /// The namespace of the CloudConnection. Default: that of your kubeconfig.
    #[arg(long, short, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// What tells this cluster from others in the marks on remote objects: the same as for the operator. Default: the
    /// uid of the namespace kube-system.
    #[arg(long, env = "IMAGE_OPERATOR_CLUSTER_ID", value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    cluster_id: Option<String>,

    #[command(flatten)]
    hosts: Hosts,
}

/// The account cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum AccountError {
    /// The account is of a remote system that has no images of the kind that is looked for.
    #[error(
        "the connection leads to {0}, where there are no ImageCatalogs: name one to Horizon Cloud or Citrix Cloud"
    )]
    OtherRemote(String),
    /// The cluster cannot be found, or has no id.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// Something in the cluster cannot be read.
    #[error("reading {what}")]
    Read {
        what: String,
        #[source]
        source: kube::Error,
    },
    /// There is no such connection.
    #[error(
        "there is no CloudConnection {name:?} in namespace {namespace:?}: give --connection and --namespace"
    )]
    NoConnection { name: String, namespace: String },
    /// Nobody is to speak to the account.
    #[error("CloudConnection {0:?} is suspended: set its spec.suspend to false first")]
    Suspended(String),
    /// The connection is not as it should be.
    #[error("opening CloudConnection {name:?}")]
    Blueprint { name: String, source: BlueprintError },
    /// The connection cannot be made.
    #[error("opening CloudConnection {name:?}")]
    Open { name: String, source: WireError },
    /// The credentials belong to somebody else.
    #[error("the credentials belong to the organisation {found}, and the CloudConnection names {expected}")]
    OrganisationMismatch { expected: String, found: String },
    /// The remote did not answer, or not as it should.
    #[error("reading the account: {0}")]
    Remote(Problem),
}

impl From<Failure> for AccountError {
    fn from(failure: Failure) -> Self {
        AccountError::Remote(failure.problem)
    }
}

/// An account that has answered.
pub(super) struct Account {
    /// The namespace that was asked for.
    pub(super) namespace: String,
    /// The install whose marks are ours.
    pub(super) install: Install,
    /// Who it belongs to, as records hold it.
    identity: String,
    cluster: Cluster,
    connection: Arc<Connection>,
    answer: ListAnswer,
    // Held for its end: the connection is polled until then.
    _connections: Connections,
}

impl Account {
    /// Reads the CloudConnection and its Secrets, and signs in.
    pub(super) async fn open(args: &AccountArgs) -> Result<Self, AccountError> {
        let cluster = Cluster::find().await?;
        let client = cluster.calls.clone();
        let namespace = args
            .namespace
            .clone()
            .unwrap_or_else(|| client.default_namespace().to_owned());
        let name = args.connection.clone();
        let spec = connection_spec(&cluster, &namespace, &name).await?;
        let secrets = secrets(&cluster, &namespace, &spec).await?;
        let cluster_id = match &args.cluster_id {
            Some(id) => id.clone(),
            None => cluster.id().await?,
        };

        let settings = connections::Settings {
            allowed_hosts: args.hosts.allowed(),
            settling_window: Duration::ZERO,
            write_gate: Arc::new(NeverOpen),
            recorder: Arc::new(NoRecorder),
            inventory_recorder: Arc::new(NoInventoryRecorder),
        };
        let connections = Connections::new(settings);
        let blueprint = Blueprint::parse(&spec, &secrets, connections.allowed_hosts()).map_err(|source| {
            AccountError::Blueprint {
                name: name.clone(),
                source,
            }
        })?;
        let key = ConnectionKey {
            namespace: namespace.clone(),
            name: name.clone(),
        };
        let connection = connections
            .install(&key, blueprint)
            .map_err(|source| AccountError::Open { name, source })?;
        let answer = match connection.check(None).await.answer()? {
            Checked::Good { answer, .. } => answer,
            Checked::OrganisationMismatch { expected, found } => {
                return Err(AccountError::OrganisationMismatch { expected, found });
            }
        };
        Ok(Account {
            namespace,
            install: Install::of_cluster(&cluster_id),
            identity: spec
                .account()
                .map(|account| account.to_string())
                .unwrap_or_default(),
            cluster,
            connection,
            answer,
            _connections: connections,
        })
    }

    /// Whether the account answered as an empty organisation does, and as one that does not exist.
    pub(super) fn may_be_another(&self) -> bool {
        self.answer == ListAnswer::NotFound
    }

    /// All images of the account, with their versions. Fails rather than leave something out.
    pub(super) async fn estate(&self) -> Result<Estate, AccountError> {
        let listed = self.remote()?.inventory().listed_since(Instant::now()).await;
        let snapshot = listed.answer()?;
        let mut holdings = Vec::new();
        for entry in snapshot.entries().values() {
            holdings.push(self.holding(entry).await?);
        }
        Ok(Estate { holdings })
    }

    fn remote(&self) -> Result<&ImageManagement, AccountError> {
        self.connection
            .image_management()
            .ok_or_else(|| AccountError::OtherRemote(self.identity.clone()))
    }

    async fn holding(&self, entry: &Arc<Entry>) -> Result<Holding, AccountError> {
        let image = &entry.image.id;
        let remote = self.remote()?;
        let versions = match remote.inventory().versions(image, None).await {
            Outcome::Refused(problem) if problem.kind == ProblemKind::NotFound => Arc::from([]),
            other => other.answer()?,
        };
        let mut holding = Holding::new(Arc::clone(entry), &versions);
        // Some accounts list copies only version by version.
        if holding.copies.is_empty()
            && let Some(first) = holding.versions.first()
        {
            let copies = remote.client().list_copies(image, &first.id).await;
            holding.copies = copies.answer()?.items;
        }
        Ok(holding)
    }

    /// The resources of the whole cluster that stand for remote objects of the account.
    pub(super) async fn residents(&self) -> Result<Residents, AccountError> {
        let resources = Resources {
            connections: self.all("CloudConnections").await?,
            catalogs: self.all("ImageCatalogs").await?,
            versions: self.all("ImageVersions").await?,
        };
        Ok(Residents::new(self.install, &self.identity, &resources))
    }

    async fn all<K>(&self, what: &str) -> Result<Vec<K>, AccountError>
    where
        K: kube::Resource<DynamicType = ()> + Clone + serde::de::DeserializeOwned + std::fmt::Debug,
    {
        let api: Api<K> = Api::all(self.cluster.calls.clone());
        lists::all(&api).await.map_err(read(&format!(
            "the {what} of all namespaces, to tell which remote objects belong to one"
        )))
    }
}

async fn connection_spec(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
) -> Result<CloudConnectionSpec, AccountError> {
    let connections: Api<CloudConnection> = Api::namespaced(cluster.calls.clone(), namespace);
    let found = connections
        .get_opt(name)
        .await
        .map_err(read(&format!("CloudConnection {name:?}")))?;
    let connection = found.ok_or_else(|| AccountError::NoConnection {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
    })?;
    if connection.spec.suspend {
        return Err(AccountError::Suspended(name.to_owned()));
    }
    Ok(connection.spec)
}

async fn secrets(
    cluster: &Cluster,
    namespace: &str,
    spec: &CloudConnectionSpec,
) -> Result<ResolvedSecrets, AccountError> {
    let api: Api<Secret> = Api::namespaced(cluster.calls.clone(), namespace);
    let mut resolved = ResolvedSecrets::default();
    for reference in secret_references(spec) {
        let secret = api
            .get_opt(&reference.name)
            .await
            .map_err(read(&format!("Secret {:?}", reference.name)))?;
        let looked = match secret {
            None => Looked::NoSecret,
            Some(secret) => secret
                .data
                .and_then(|mut data| data.remove(&reference.key))
                .map_or(Looked::NoKey, |bytes| Looked::Found(SecretSlice::from(bytes.0))),
        };
        resolved.insert(&reference, looked);
    }
    Ok(resolved)
}

fn read(what: &str) -> impl FnOnce(kube::Error) -> AccountError {
    let what = what.to_owned();
    move |source| AccountError::Read { what, source }
}

/// Lets nothing pass that could change anything.
#[derive(Debug)]
struct NeverOpen;

impl WriteGate for NeverOpen {
    fn check(&self) -> Result<(), Problem> {
        Err(Problem::new(ProblemKind::NotLeading, "this command only reads"))
    }
}
