//! Why something could not be started or asked.

use std::path::PathBuf;
use std::time::Duration;

/// A problem of the harness itself, told so that a person knows what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A pinned tool is not there.
    #[error("{} is not there: run `make tools` first (Go builds it, about 5 minutes the first time)", .0.display())]
    MissingTool(PathBuf),
    /// The operator's own program is not there.
    #[error("{} is not there: run `cargo build` first", .0.display())]
    MissingProgram(PathBuf),
    /// Something of the repository that the harness applies or reads is not there.
    #[error("{} is not there: it is part of the repository and needed here", .0.display())]
    MissingFile(PathBuf),
    /// Another program uses the folder, and would lose its data.
    #[error("{} is in use by another running program: stop that one first", .0.display())]
    InUse(PathBuf),
    /// A file, folder, port or pipe could not be used.
    #[error("{doing}")]
    Io {
        /// What was being done, with the path or address.
        doing: String,
        #[source]
        source: std::io::Error,
    },
    /// A started process ended before it was ready.
    #[error("{name} ended with {status} before it was ready; the end of its log {}:\n{tail}", log.display())]
    Ended {
        name: String,
        status: std::process::ExitStatus,
        log: PathBuf,
        tail: String,
    },
    /// A started process did not become ready in time.
    #[error("{name} was not ready after {waited:?} ({last}); the end of its log {}:\n{tail}", log.display())]
    NotReady {
        name: String,
        waited: Duration,
        last: String,
        log: PathBuf,
        tail: String,
    },
    /// kubectl ended with an error.
    #[error("kubectl {arguments} failed: {message}")]
    Kubectl { arguments: String, message: String },
    /// A Kubernetes client could not be made.
    #[error("could not make a Kubernetes client from {}: {message}", kubeconfig.display())]
    Client { kubeconfig: PathBuf, message: String },
}

impl Failure {
    /// For `map_err`: the input or output error that happened while doing something.
    pub fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io {
            doing: format!("could not {doing}: {source}"),
            source,
        }
    }
}
