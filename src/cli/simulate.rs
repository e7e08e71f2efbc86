//! `image-operator simulate`: a faithful fake of the remote APIs, to rehearse with.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::simulator::{Options, Settings, Speed, serve};

/// Serve a fake of the remote APIs.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The address to listen on; port 0 takes a free one.
    #[arg(
        long,
        env = "IMAGE_OPERATOR_SIMULATE_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,
    /// How many simulated seconds pass in a second: remote work of ten minutes takes ten seconds at 60.
    #[arg(long, env = "IMAGE_OPERATOR_SIMULATE_SPEED", default_value = "1")]
    speed: Speed,
    /// Milliseconds before each request is looked at.
    #[arg(long, env = "IMAGE_OPERATOR_SIMULATE_LATENCY")]
    latency: Option<u64>,
    /// Settings as JSON, as `PATCH /_simulator/settings` takes them.
    #[arg(long, env = "IMAGE_OPERATOR_SIMULATE_SETTINGS", value_parser = settings)]
    settings: Option<Settings>,
    /// Where ids start from: simulators of the same seed give out the same ids in the same order.
    #[arg(long, env = "IMAGE_OPERATOR_SIMULATE_SEED", default_value_t = 0)]
    seed: u32,
}

fn settings(text: &str) -> Result<Settings, serde_json::Error> {
    serde_json::from_str(text)
}

/// What ended the simulator.
#[derive(Debug, thiserror::Error)]
enum SimulateError {
    #[error("starting the runtime")]
    Runtime(#[source] io::Error),
    #[error("listening on {address}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("writing the address to standard output")]
    Announce(#[source] io::Error),
    #[error("waiting for signals")]
    Signals(#[source] io::Error),
    #[error("serving")]
    Serve(#[source] io::Error),
}

/// Serves until SIGTERM or SIGINT.
pub fn run(args: Args) -> ExitCode {
    let outcome = tokio::runtime::Runtime::new()
        .map_err(SimulateError::Runtime)
        .and_then(|runtime| runtime.block_on(simulate(args)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = std::error::Error::source(&error)
                .map(ToString::to_string)
                .unwrap_or_default();
            let _ = writeln!(io::stderr(), "image-operator simulate: {error}: {cause}");
            ExitCode::FAILURE
        }
    }
}

async fn simulate(args: Args) -> Result<(), SimulateError> {
    let address = args.listen;
    let listen = |source| SimulateError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let bound = listener.local_addr().map_err(listen)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(SimulateError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(SimulateError::Signals)?;
    let mut settings = args.settings.unwrap_or_default();
    settings.latency_millis = args.latency.unwrap_or(settings.latency_millis);
    announce(bound).map_err(SimulateError::Announce)?;
    let options = Options {
        speed: args.speed,
        settings,
        seed: args.seed.into(),
    };
    tokio::select! {
        served = serve(listener, options) => served.map_err(SimulateError::Serve),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

/// Says on standard output, in one line of JSON, where it listens.
fn announce(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{}", json!({"url": format!("http://{address}")}))?;
    out.flush()
}
