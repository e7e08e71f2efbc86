//! Log lines: events with fields, on standard error.

use std::io::{self, IsTerminal};

use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use super::traces::Traces;
use crate::controller::serve::{LogLevel, UnknownLogLevel};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Nothing can be logged.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoggingError {
    #[error("--log-level: {0}")]
    Filter(UnknownLogLevel),
    #[error("starting the log")]
    Start(#[source] TryInitError),
}

/// Starts the log, and the traces if there are any: what the level lets through is in both. Gives what changes the
/// level later.
pub(super) fn start(
    format: LogFormat,
    level: &str,
    traces: Option<&Traces>,
) -> Result<LogLevel, LoggingError> {
    let first = filter(level).map_err(LoggingError::Filter)?;
    let (filter_layer, handle) = reload::Layer::new(first);
    let registry = tracing_subscriber::registry().with(filter_layer);
    registry
        .with(lines(format))
        .with(traces.map(|traces| tracing_opentelemetry::layer().with_tracer(traces.tracer())))
        .try_init()
        .map_err(LoggingError::Start)?;
    Ok(LogLevel::new(move |level| {
        let unknown = |problem: String| UnknownLogLevel {
            filter: level.to_owned(),
            problem,
        };
        handle
            .reload(filter(level)?)
            .map_err(|error| unknown(error.to_string()))
    }))
}

type Filtered = tracing_subscriber::layer::Layered<reload::Layer<EnvFilter, Registry>, Registry>;

fn lines(format: LogFormat) -> Box<dyn Layer<Filtered> + Send + Sync> {
    let lines = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
        LogFormat::Text => lines.boxed(),
    }
}

fn filter(level: &str) -> Result<EnvFilter, UnknownLogLevel> {
    let unknown = |problem: String| UnknownLogLevel {
        filter: level.to_owned(),
        problem,
    };
    if level.is_empty() {
        return Err(unknown("it is empty".to_owned()));
    }
    EnvFilter::try_new(level).map_err(|error| unknown(error.to_string()))
}
