//! The options of `image-operator run`, and what they mean.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;

use super::logging::LogFormat;
use crate::api::Interval;
use crate::controller::Settings;
use crate::controller::watch::Namespaces;
use crate::remote::http::{AllowedHosts, HostPattern, PlainHttp, Recorder};

/// The public hosts of the vendors: Horizon Cloud next-gen and its sign-in (the servers that its public OpenAPI
/// document and its public administration guide name), Citrix Cloud by region (public developer documentation of
/// Citrix Cloud).
const VENDORS: &str = "cloud.omnissahorizon.com,cloud.vmwarehorizon.com,*.horizon.omnissa.com,*.horizon.vmware.com,\
connect.omnissa.com,api.cloud.com,api-us.cloud.com,api-eu.cloud.com,api-ap-s.cloud.com,api.citrixcloud.jp";

/// Runs the operator.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address for /healthz, /readyz and /metrics.
    #[arg(
        long,
        env = "IMAGE_OPERATOR_LISTEN",
        default_value = "0.0.0.0:8080",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,

    /// Work in this namespace only; may be repeated, or given with commas between. Default: in all namespaces.
    #[arg(
        long,
        env = "IMAGE_OPERATOR_WATCH_NAMESPACE",
        value_delimiter = ',',
        value_name = "NAMESPACE"
    )]
    watch_namespace: Vec<String>,

    /// What tells this cluster from others in the marks on remote objects. Keep it when a cluster is rebuilt. Default:
    /// the uid of the namespace kube-system.
    #[arg(long, env = "IMAGE_OPERATOR_CLUSTER_ID", value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    cluster_id: Option<String>,

    /// How log lines are written.
    #[arg(long, env = "IMAGE_OPERATOR_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub(super) log_format: LogFormat,

    /// Which log lines are written: error, warn, info, debug or trace, or target=level with commas between. Can be
    /// changed while it runs: PUT /log-level.
    #[arg(
        long,
        env = "IMAGE_OPERATOR_LOG_LEVEL",
        default_value = "info",
        value_name = "FILTER"
    )]
    pub(super) log_level: String,

    /// How long a remote create whose answer was lost may take to show. Nothing is created again before.
    #[arg(long, env = "IMAGE_OPERATOR_SETTLING_WINDOW", default_value = "5m", value_name = "DURATION", value_parser = settling_window)]
    settling_window: Duration,

    /// Speak to these hosts only; may be repeated, or given with commas between: a host, *.domain, or *.
    #[arg(long, env = "IMAGE_OPERATOR_ALLOWED_HOSTS", value_delimiter = ',', default_value = VENDORS, hide_default_value = true, value_name = "HOST")]
    allowed_hosts: Vec<HostPattern>,

    /// Speak to remote hosts without TLS where a connection says http://: for a simulator.
    #[arg(long, env = "IMAGE_OPERATOR_ALLOW_PLAIN_HTTP")]
    allow_plain_http: bool,

    /// How many objects are worked on at a time, over all kinds.
    #[arg(
        long,
        env = "IMAGE_OPERATOR_WORKERS",
        default_value = "16",
        value_name = "NUMBER"
    )]
    workers: NonZeroUsize,
}

/// What the connections to remote APIs are opened with.
#[derive(Clone)]
pub struct Remote {
    /// Which hosts may be spoken to, and whether without TLS.
    pub allowed_hosts: AllowedHosts,
    /// How long a create whose answer was lost may take to show.
    pub settling_window: Duration,
    /// Hears about requests.
    pub recorder: Arc<dyn Recorder>,
}

impl Args {
    pub(super) fn settings(&self) -> Settings {
        let namespaces = if self.watch_namespace.is_empty() {
            Namespaces::All
        } else {
            Namespaces::Only(self.watch_namespace.iter().cloned().collect())
        };
        Settings {
            listen: self.listen,
            namespaces,
            cluster_id: self.cluster_id.clone(),
            workers: self.workers,
        }
    }

    pub(super) fn remote(&self, recorder: Arc<dyn Recorder>) -> Remote {
        let plain_http = if self.allow_plain_http {
            PlainHttp::Allowed
        } else {
            PlainHttp::Refused
        };
        Remote {
            allowed_hosts: AllowedHosts::new(self.allowed_hosts.iter().cloned(), plain_http),
            settling_window: self.settling_window,
            recorder,
        }
    }
}

fn settling_window(text: &str) -> Result<Duration, String> {
    let interval: Interval = text
        .parse()
        .map_err(|error: crate::api::duration::InvalidInterval| error.to_string())?;
    match interval.as_duration() {
        Duration::ZERO => Err("give a time longer than none, such as 5m".to_owned()),
        window => Ok(window),
    }
}
