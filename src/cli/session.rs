//! What the subcommands that look at an account have in common: a runtime, and a word to the person.

use std::io::Write;
use std::process::{ExitCode, Termination};

use super::causes::with_causes;

/// The subcommand could not start.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    /// Another TLS provider is installed.
    #[error("installing the TLS provider: another one is installed already")]
    Tls,
    /// There is no runtime.
    #[error("starting the runtime")]
    Runtime(#[source] std::io::Error),
}

/// Does the work and says what went wrong.
pub(super) fn run<T, E>(work: impl Future<Output = Result<T, E>>) -> ExitCode
where
    T: Termination,
    E: std::error::Error + From<SessionError>,
{
    match start(work) {
        Ok(done) => done.report(),
        Err(error) => {
            remark(&format!("error: {}", with_causes(&error)));
            ExitCode::FAILURE
        }
    }
}

fn start<T, E: From<SessionError>>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    provider.install_default().map_err(|_| SessionError::Tls)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(SessionError::Runtime)?.block_on(work)
}

/// Says something to the person, beside the results.
pub(super) fn remark(text: &str) {
    // There is nowhere left to complain to if even this fails.
    let _ = writeln!(std::io::stderr(), "{text}");
}
