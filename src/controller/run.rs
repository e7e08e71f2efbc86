//! Everything started, in order, and stopped again.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use kube::Client;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use super::cluster::{Cluster, ClusterError};
use super::events::{Events, events};
use super::lease::{Candidate, Leadership, LeaseSettings};
use super::metrics::Metrics;
use super::queue::{Drained, Driver, Pass, QueueHandle};
use super::readiness::{Pending, Readiness};
use super::serve::{LogLevel, Pages, serve};
use super::watch::{Caches, Hearers, Namespaces, Writers, caches, watch};
use crate::api;

/// How long passes may take to finish once the operator is told to stop. Below the 60 seconds that its pod is given.
const PATIENCE: Duration = Duration::from_secs(45);

/// How long events may take to be published after that.
const LAST_EVENTS: Duration = Duration::from_secs(5);

/// How long giving up the lease may take after that.
const GIVING_UP: Duration = Duration::from_secs(5);

/// How the operator runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where probes and metrics are served.
    pub listen: SocketAddr,
    /// Where the objects are that it works on.
    pub namespaces: Namespaces,
    /// What tells this cluster from others; by default the uid of the namespace kube-system.
    pub cluster_id: Option<String>,
    /// How many passes run at a time, over all kinds.
    pub workers: NonZeroUsize,
    /// The Lease whose holder works; without one, this process does.
    pub lease: Option<LeaseSettings>,
}

/// What passes work with.
#[derive(Clone)]
pub struct Tools {
    /// For calls of the API server.
    pub client: Client,
    /// The objects as they were last seen.
    pub caches: Caches,
    /// For asking for passes.
    pub queue: QueueHandle,
    /// For telling people.
    pub events: Events,
    /// What tells this cluster from others.
    pub cluster_id: String,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
    /// Whether remote writes may leave.
    pub leadership: Leadership,
}

/// The operator could not start, or has to end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The address for probes and metrics cannot be had.
    #[error("listening on {address} for probes and metrics: choose another address with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The own definitions cannot be generated.
    #[error("generating the definitions")]
    Definitions(#[from] api::SchemaError),
    /// The cluster cannot be worked with.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The pages can no longer be served.
    #[error("serving probes and metrics")]
    Serve(#[source] io::Error),
    /// A part that never ends has ended.
    #[error("a part of the operator ended; this is a bug, please report it with the log")]
    PartEnded(#[source] Option<JoinError>),
    /// Passes did not finish in time after the operator was told to stop.
    #[error("{passes} passes did not finish within {} s; they are taken up again at the next start", PATIENCE.as_secs())]
    Unfinished {
        /// How many.
        passes: usize,
    },
}

type Stop = Shared<BoxFuture<'static, ()>>;

/// Runs the operator until `stop` ends, then lets what is under way finish. `make_pass` makes what is done with each
/// object; it is called within the runtime, each time this process begins to lead. What another process has done
/// meanwhile nobody here has seen, so nothing that one pass learns may outlive what this makes.
pub async fn run<P: Pass>(
    settings: Settings,
    cluster: Cluster,
    metrics: Arc<Metrics>,
    log_level: LogLevel,
    stop: impl Future<Output = ()> + Send + 'static,
    make_pass: impl Fn(Tools) -> P,
) -> Result<(), RunError> {
    let readiness = Readiness::default();
    let stopping = readiness.clone();
    let stop = stop.inspect(move |()| stopping.stopping()).boxed().shared();
    let (caches, writers) = caches(readiness.caches());
    let queue = QueueHandle::default();
    queue.close();
    let pages = Pages {
        readiness: readiness.clone(),
        metrics: Arc::clone(&metrics),
        queue: queue.clone(),
        caches: caches.clone(),
        log_level,
    };
    let mut parts = Parts::default();
    parts.serve(settings.listen, pages).await?;

    let hearers = Hearers {
        caches: caches.clone(),
        queue: queue.clone(),
        metrics: Arc::clone(&metrics),
        readiness: readiness.clone(),
    };
    let preparation = prepare(&settings, &cluster, &readiness);
    let Some(cluster_id) = parts.until(&stop, preparation).await?.transpose()? else {
        return Ok(());
    };
    parts.watch(&cluster, &settings.namespaces, writers, &hearers);
    if parts.until(&stop, filled(readiness.caches())).await?.is_none() {
        return Ok(());
    }

    let (leadership, resign) = parts.campaign(&cluster, settings.lease);
    let (events, publisher) = events(cluster.calls.clone(), Arc::clone(&metrics));
    let (worked, working_ends) = oneshot::channel::<()>();
    let publishing = tokio::spawn(publisher.run(working_ends.map(|_| ())));
    let tools = Tools {
        client: cluster.calls.clone(),
        caches,
        queue,
        events,
        cluster_id,
        metrics,
        leadership: leadership.clone(),
    };
    let worked_out = parts.work(&tools, settings.workers, &stop, make_pass).await;
    drop(worked);
    // Everything that writes has ended, so from here on another process may lead.
    drop(resign);
    if timeout(GIVING_UP, leadership.over()).await.is_err() {
        tracing::warn!("the lease was not given up in time; it runs out by itself");
    }
    if timeout(LAST_EVENTS, publishing).await.is_err() {
        tracing::warn!("some events were not published before the end");
    }
    worked_out
}

/// What has to be so before anything is watched. Gives the id of the cluster.
async fn prepare(settings: &Settings, cluster: &Cluster, readiness: &Readiness) -> Result<String, RunError> {
    cluster.wait_for_definitions().await?;
    readiness.done(&Pending::Definitions);
    let cluster_id = match &settings.cluster_id {
        Some(id) => id.clone(),
        None => cluster.id().await?,
    };
    readiness.done(&Pending::ClusterId);
    Ok(cluster_id)
}

async fn filled(mut caches: tokio::sync::watch::Receiver<bool>) {
    // The sender lives in the readiness, which outlives this.
    let _ = caches.wait_for(|ready| *ready).await;
}

/// The parts that run beside the passes and never end. They end with this.
#[derive(Default)]
struct Parts(JoinSet<Result<(), RunError>>);

impl Parts {
    async fn serve(&mut self, address: SocketAddr, pages: Pages) -> Result<(), RunError> {
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|source| RunError::Listen { address, source })?;
        tracing::info!(%address, "serving probes and metrics");
        self.0
            .spawn(async { serve(listener, pages).await.map_err(RunError::Serve) });
        Ok(())
    }

    fn watch(&mut self, cluster: &Cluster, namespaces: &Namespaces, writers: Writers, hearers: &Hearers) {
        let connections = watch(
            cluster.watches(),
            namespaces.clone(),
            writers.connections,
            hearers.clone(),
        );
        let catalogs = watch(
            cluster.watches(),
            namespaces.clone(),
            writers.catalogs,
            hearers.clone(),
        );
        let custom_images = watch(
            cluster.watches(),
            namespaces.clone(),
            writers.custom_images,
            hearers.clone(),
        );
        let versions = watch(
            cluster.watches(),
            namespaces.clone(),
            writers.versions,
            hearers.clone(),
        );
        self.0.spawn(versions.map(Ok));
        self.0.spawn(connections.map(Ok));
        self.0.spawn(custom_images.map(Ok));
        self.0.spawn(catalogs.map(Ok));
    }

    /// Begins to campaign for the lease, until what comes with the leadership is dropped.
    fn campaign(
        &mut self,
        cluster: &Cluster,
        lease: Option<LeaseSettings>,
    ) -> (Leadership, oneshot::Sender<()>) {
        let (resign, resigned) = oneshot::channel::<()>();
        let Some(lease) = lease else {
            return (Leadership::alone(), resign);
        };
        let (candidate, leadership) = Candidate::new(&cluster.calls, lease);
        self.0.spawn(candidate.run(resigned.map(|_| ())).map(Ok));
        (leadership, resign)
    }

    /// Makes passes whenever this process leads, until it is told to stop.
    async fn work<P: Pass>(
        &mut self,
        tools: &Tools,
        workers: NonZeroUsize,
        stop: &Stop,
        make_pass: impl Fn(Tools) -> P,
    ) -> Result<(), RunError> {
        while self.until(stop, tools.leadership.won()).await?.is_some() {
            tracing::info!(workers, "working");
            let pass = make_pass(tools.clone());
            tools.queue.open();
            for (key, urgency) in tools.caches.all() {
                tools.queue.wake(key, urgency);
            }
            let driver = Driver {
                queue: tools.queue.clone(),
                pass: Arc::new(pass),
                workers,
                metrics: Arc::clone(&tools.metrics),
                random: fastrand::f64,
            };
            let term_ends = async {
                tokio::select! {
                    () = stop.clone() => {}
                    () = tools.leadership.lost() => {}
                }
            };
            tools.metrics.term_begins();
            let drained = self.beside(driver.run(term_ends, PATIENCE)).await?;
            tools.metrics.term_ends();
            tools.queue.close();
            if let Drained::GaveUp(passes) = drained {
                return Err(RunError::Unfinished { passes });
            }
        }
        Ok(())
    }

    /// Does this, and fails as soon as one of the parts ends.
    async fn beside<T>(&mut self, work: impl Future<Output = T>) -> Result<T, RunError> {
        tokio::select! {
            done = work => Ok(done),
            Some(ended) = self.0.join_next() => Err(match ended {
                Ok(Ok(())) => RunError::PartEnded(None),
                Ok(Err(error)) => error,
                Err(error) => RunError::PartEnded(Some(error)),
            }),
        }
    }

    /// Does this unless the operator is told to stop before it is done.
    async fn until<T>(&mut self, stop: &Stop, work: impl Future<Output = T>) -> Result<Option<T>, RunError> {
        self.beside(async {
            tokio::select! {
                biased;
                () = stop.clone() => None,
                done = work => Some(done),
            }
        })
        .await
    }
}
