//! `image-operator run`: the operator itself.

mod gate;
mod logging;
mod options;
mod passes;
mod recorder;
mod traces;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use crate::cli::causes::with_causes;
use crate::controller::cluster::{Cluster, ClusterError};
use crate::controller::metrics::Metrics;
use crate::controller::{self, RunError};

pub(super) use options::settling_window;
pub use options::{Args, Remote};

/// The operator could not start, or had to end.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("installing the TLS provider: another one is installed already")]
    Tls,
    #[error("--otlp-endpoint: preparing to send traces")]
    Traces(#[from] opentelemetry_otlp::ExporterBuildError),
    #[error(transparent)]
    Logging(#[from] logging::LoggingError),
    #[error("starting the runtime")]
    Runtime(#[source] std::io::Error),
    #[error("listening for signals")]
    Signals(#[source] std::io::Error),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Runs the operator until it is told to stop. Exits with 0 then, with 1 when it could not go on, and with 2 when the
/// command line is wrong.
pub fn run(args: Args) -> ExitCode {
    match start(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nowhere left to complain to if even this fails.
            let _ = writeln!(std::io::stderr(), "error: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

fn start(args: Args) -> Result<(), CliError> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    provider.install_default().map_err(|_| CliError::Tls)?;
    let traces = args.otlp_endpoint.as_ref().map(traces::Traces::to).transpose()?;
    let log_level = logging::start(args.log_format, &args.log_level, traces.as_ref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime
        .map_err(CliError::Runtime)?
        .block_on(operate(args, log_level))
}

async fn operate(args: Args, log_level: controller::serve::LogLevel) -> Result<(), CliError> {
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "starting");
    if args.window_is_short() {
        tracing::warn!(
            "the settling window is shorter than a remote request may take: an image could be made twice; this is for tests"
        );
    }
    let stop = told_to_stop()?;
    let cluster = Cluster::find().await?;
    let metrics = Arc::new(Metrics::default());
    let remote = args.remote(&metrics);
    controller::run(args.settings(), cluster, metrics, log_level, stop, |tools| {
        passes::Term::begin(tools, &remote)
    })
    .await?;
    tracing::info!("stopped");
    Ok(())
}

/// Ends when the process gets SIGTERM or SIGINT.
fn told_to_stop() -> Result<impl Future<Output = ()> + Send + 'static, CliError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Signals)?;
    Ok(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "stopping");
    })
}
