//! Which log lines are written, changed while the operator runs.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;

use super::Pages;

/// The longest filter that is read, in bytes.
const LONGEST_FILTER: usize = 1024;

/// Sets which log lines are written.
#[derive(Clone)]
pub struct LogLevel(Arc<Set>);

type Set = dyn Fn(&str) -> Result<(), UnknownLogLevel> + Send + Sync;

/// The text does not say which log lines are to be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{filter:?} is not a log level: give error, warn, info, debug or trace, or target=level with commas between: {problem}"
)]
pub struct UnknownLogLevel {
    /// The text.
    pub filter: String,
    /// What is wrong with it.
    pub problem: String,
}

impl LogLevel {
    /// Set by this function, which gets the text of a filter such as `info` or `image_operator=debug`.
    pub fn new(set: impl Fn(&str) -> Result<(), UnknownLogLevel> + Send + Sync + 'static) -> Self {
        LogLevel(Arc::new(set))
    }

    fn set(&self, filter: &str) -> Result<(), UnknownLogLevel> {
        (self.0)(filter)
    }
}

impl fmt::Debug for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogLevel").finish_non_exhaustive()
    }
}

pub(super) async fn put(
    State(pages): State<Pages>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    filter: String,
) -> (StatusCode, String) {
    if !is_local(peer) {
        let answer = "only from the pod itself: kubectl port-forward deploy/image-operator 8080\n";
        return (StatusCode::FORBIDDEN, answer.to_owned());
    }
    if filter.len() > LONGEST_FILTER {
        let answer = format!("at most {LONGEST_FILTER} bytes\n");
        return (StatusCode::PAYLOAD_TOO_LARGE, answer);
    }
    let filter = filter.trim();
    match pages.log_level.set(filter) {
        Ok(()) => {
            tracing::info!(filter, "log level changed");
            (StatusCode::OK, format!("{filter}\n"))
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")),
    }
}

fn is_local(peer: SocketAddr) -> bool {
    peer.ip().to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pod_itself_is_local() {
        let local = ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"];
        let remote = ["10.0.0.1:1", "[fe80::1]:1", "[::ffff:10.0.0.1]:1"];
        assert!(local.iter().all(|peer| is_local(peer.parse().unwrap())));
        assert!(!remote.iter().any(|peer| is_local(peer.parse().unwrap())));
    }
}
