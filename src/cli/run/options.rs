//! The options of `image-operator run`, and what they mean.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;

use super::logging::LogFormat;
use super::recorder::{inventory_recorder, recorder};
use super::traces::Collector;
use crate::api::Interval;
use crate::cli::hosts::Hosts;
use crate::controller::Settings;
use crate::controller::lease::{InvalidLeaseDuration, LeaseSettings, LeaseTimes};
use crate::controller::metrics::Metrics;
use crate::controller::watch::Namespaces;
use crate::inventory::InventoryRecorder;
use crate::remote::http::{AllowedHosts, Recorder};
use crate::remote::surfercloud;

/// Twice the longest deadline of a remote request.
const SHORTEST_SAFE_WINDOW: Duration = surfercloud::DEADLINE.saturating_mul(2);

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
        value_name = "NAMESPACE", value_parser = namespace
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

    #[command(flatten)]
    hosts: Hosts,

    /// How many objects are worked on at a time, over all kinds.
    #[arg(
        long,
        env = "IMAGE_OPERATOR_WORKERS",
        default_value = "64",
        value_name = "NUMBER"
    )]
    workers: NonZeroUsize,

    /// Work only while holding a Lease, so that several replicas can run and one takes over when another is gone.
    #[arg(long, env = "IMAGE_OPERATOR_LEADER_ELECT")]
    leader_elect: bool,

    /// What the Lease is called. All replicas that work on the same namespaces share one.
    #[arg(
        long,
        env = "IMAGE_OPERATOR_LEASE_NAME",
        default_value = "image-operator",
        value_name = "NAME",
        value_parser = namespace
    )]
    lease_name: String,

    /// Where the Lease is. Default: the namespace that the operator runs in.
    #[arg(long, env = "IMAGE_OPERATOR_LEASE_NAMESPACE", value_name = "NAMESPACE", value_parser = namespace)]
    lease_namespace: Option<String>,

    /// How long the Lease holds after its last renewal: a replica that is gone without a word is replaced within this
    /// time. One that cannot renew it stops writing after two thirds of it.
    #[arg(
        long,
        env = "IMAGE_OPERATOR_LEASE_DURATION",
        default_value = "15s",
        value_name = "DURATION",
        value_parser = lease_times
    )]
    lease_duration: LeaseTimes,

    /// Send traces to this OpenTelemetry collector, by OTLP over HTTP: http://collector:4318. The environment variables
    /// OTEL_EXPORTER_OTLP_HEADERS and OTEL_EXPORTER_OTLP_TIMEOUT are heard.
    #[arg(long, env = "IMAGE_OPERATOR_OTLP_ENDPOINT", value_name = "URL")]
    pub(super) otlp_endpoint: Option<Collector>,
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
    /// Hears about inventories.
    pub inventory_recorder: Arc<dyn InventoryRecorder>,
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
            lease: self.leader_elect.then(|| self.lease()),
        }
    }

    fn lease(&self) -> LeaseSettings {
        // In a pod, its name; the number tells it from the process that ran there before.
        let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "image-operator".to_owned());
        LeaseSettings {
            namespace: self.lease_namespace.clone(),
            name: self.lease_name.clone(),
            times: self.lease_duration,
            identity: format!("{host}_{:016x}", fastrand::u64(..)),
        }
    }

    /// Whether a create that was sent could still take effect after the settling window.
    pub(super) fn window_is_short(&self) -> bool {
        self.settling_window < SHORTEST_SAFE_WINDOW
    }

    pub(super) fn remote(&self, metrics: &Arc<Metrics>) -> Remote {
        Remote {
            allowed_hosts: self.hosts.allowed(),
            settling_window: self.settling_window,
            recorder: recorder(Arc::clone(metrics)),
            inventory_recorder: inventory_recorder(Arc::clone(metrics)),
        }
    }
}

fn namespace(text: &str) -> Result<String, String> {
    let letters = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if text.is_empty() || text.len() > 63 || !text.chars().all(letters) {
        return Err("give the name of a namespace; leave the option out to watch all".to_owned());
    }
    Ok(text.to_owned())
}

pub(in crate::cli) fn settling_window(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("give a time longer than none, such as 5m".to_owned()),
        window => Ok(window),
    }
}

fn lease_times(text: &str) -> Result<LeaseTimes, String> {
    LeaseTimes::new(duration(text)?).map_err(|error: InvalidLeaseDuration| error.to_string())
}

fn duration(text: &str) -> Result<Duration, String> {
    let interval: Interval = text
        .parse()
        .map_err(|error: crate::api::duration::InvalidInterval| error.to_string())?;
    Ok(interval.as_duration())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use url::Url;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn parse(options: &[&str]) -> Result<Args, clap::Error> {
        let line = std::iter::once("run").chain(options.iter().copied());
        Line::try_parse_from(line).map(|line| line.args)
    }

    fn allows(options: &[&str], url: &str) -> bool {
        let remote = parse(options).unwrap().remote(&Arc::default());
        remote.allowed_hosts.check(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn without_options_all_namespaces_are_watched_and_the_vendors_hosts_allowed() {
        let settings = parse(&[]).unwrap().settings();
        assert_eq!(settings.namespaces, Namespaces::All);
        assert_eq!((settings.workers.get(), settings.cluster_id), (64, None));
        for host in [
            crate::remote::imagemgmt::HORIZON_CLOUD,
            crate::remote::auth::CSP,
            crate::remote::auth::CITRIX_CLOUD,
            "https://cloud-sg-eu.horizon.omnissa.com",
        ] {
            assert!(allows(&[], host), "{host}");
        }
        assert!(!allows(&[], "https://example.com"));
    }

    #[test]
    fn a_lease_is_held_only_when_asked_for_and_by_each_process_under_another_name() {
        assert_eq!(parse(&[]).unwrap().settings().lease, None);
        let options = ["--leader-elect", "--lease-name=mine", "--lease-duration=30s"];
        let settings = || parse(&options).unwrap().settings().lease.unwrap();
        let lease = settings();
        assert_eq!((lease.name.as_str(), &lease.namespace), ("mine", &None));
        assert_eq!(lease.times, LeaseTimes::new(Duration::from_secs(30)).unwrap());
        assert_ne!(lease.identity, settings().identity);
    }

    #[test]
    fn namespaces_and_hosts_can_be_repeated_or_given_with_commas() {
        let settings = parse(&["--watch-namespace=a,b", "--watch-namespace=c"])
            .unwrap()
            .settings();
        let names = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(settings.namespaces, Namespaces::Only(names.into()));

        let options = ["--allowed-hosts=a.example,b.example", "--allowed-hosts=c.example"];
        assert!(allows(&options, "https://c.example"));
        assert!(!allows(&options, crate::remote::auth::CITRIX_CLOUD));
    }

    #[test]
    fn plain_http_needs_its_option() {
        let host = "--allowed-hosts=127.0.0.1";
        assert!(!allows(&[host], "http://127.0.0.1"));
        assert!(allows(&[host, "--allow-plain-http"], "http://127.0.0.1"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_option_that_it_belongs_to() {
        for option in [
            "--settling-window=soon",
            "--settling-window=0s",
            "--allowed-hosts=https://a.example",
            "--workers=0",
            "--cluster-id=",
            "--listen=8080",
            "--lease-duration=2s",
            "--lease-name=Not_A_Name",
            "--otlp-endpoint=collector",
            "--log-format=xml",
            "--watch-namespace=",
        ] {
            let error = parse(&[option]).unwrap_err().to_string();
            let (name, _) = option.split_once('=').unwrap();
            assert!(error.contains(name), "{option}: {error}");
        }
    }
}
