//! What became of one remote request: four classes, and nothing in between.

use std::fmt;
use std::time::Duration;

/// What became of one remote request.
///
/// The class decides what may happen next, so a client picks it with care: `Refused` promises that nothing
/// was done, `Unknown` that nothing is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome<T> {
    /// The remote did it, and this is its answer.
    Done(T),
    /// The remote certainly did not do it.
    Refused(Problem),
    /// Certainly not done; the remote (or our own limiter or circuit breaker) asks to come back after a while.
    Throttled {
        /// Not before this long from now.
        retry_after: Duration,
        /// What was said.
        problem: Problem,
    },
    /// Sent, and the answer was lost or tells nothing: a timeout, a dropped connection, a 5xx, a body that does
    /// not parse. It may have been done, or may still be done.
    Unknown(Problem),
}

impl<T> Outcome<T> {
    /// Nothing was sent, as something else has to happen first; the next pass looks again.
    pub fn not_yet(why: impl Into<String>) -> Self {
        Outcome::Refused(Problem::new(ProblemKind::NotYet, why))
    }

    /// Turns the answer into another, keeping the class.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Outcome::Done(answer) => Outcome::Done(change(answer)),
            Outcome::Refused(problem) => Outcome::Refused(problem),
            Outcome::Throttled { retry_after, problem } => Outcome::Throttled { retry_after, problem },
            Outcome::Unknown(problem) => Outcome::Unknown(problem),
        }
    }

    /// The problem, where there is one.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Outcome::Done(_) => None,
            Outcome::Refused(problem) | Outcome::Throttled { problem, .. } | Outcome::Unknown(problem) => {
                Some(problem)
            }
        }
    }

    /// The answer, or why there is none: for reads, where the classes of failure make no difference.
    pub fn answer(self) -> Result<T, Failure> {
        match self {
            Outcome::Done(answer) => Ok(answer),
            Outcome::Refused(problem) | Outcome::Unknown(problem) => Err(Failure {
                problem,
                retry_after: None,
            }),
            Outcome::Throttled { retry_after, problem } => Err(Failure {
                problem,
                retry_after: Some(retry_after),
            }),
        }
    }

    /// A bounded word for metrics and logs: `done`, `refused`, `throttled` or `unknown`.
    pub fn class(&self) -> &'static str {
        match self {
            Outcome::Done(_) => "done",
            Outcome::Refused(_) => "refused",
            Outcome::Throttled { .. } => "throttled",
            Outcome::Unknown(_) => "unknown",
        }
    }
}

/// A read that gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub problem: Problem,
    /// Not before this long from now, where the remote said so.
    pub retry_after: Option<Duration>,
}

/// What went wrong with a request, in the remote's own words where it had any.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    /// Which sort of problem it is; decisions look at this alone.
    pub kind: ProblemKind,
    /// The HTTP status, when there was an answer.
    pub http_status: Option<u16>,
    /// The remote's own error code, e.g. `IMAGE_ALREADY_EXISTS`.
    pub code: Option<String>,
    /// A sentence for a person: what was being done to what, and what came back. Never holds a secret.
    pub message: String,
    /// The remote's trace id, for a support case with the vendor.
    pub trace_id: Option<String>,
}

impl Problem {
    /// A problem with a message and nothing else known.
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Problem {
            kind,
            http_status: None,
            code: None,
            message: message.into(),
            trace_id: None,
        }
    }
}

impl fmt::Display for Problem {
    /// The message, then status, code and trace id where known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let details: Vec<String> = [
            self.http_status.map(|status| format!("HTTP {status}")),
            self.code.as_ref().map(|code| format!("code {code}")),
            self.trace_id.as_ref().map(|id| format!("trace {id}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if details.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", details.join(", "))
        }
    }
}

impl std::error::Error for Problem {}

/// The sorts of problem that decisions tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// 404: there is no such thing, or not for this account.
    NotFound,
    /// 401, also after a fresh token, or the token endpoint does not accept the credentials.
    Unauthorized,
    /// 403: signed in, but not allowed.
    Forbidden,
    /// The account has no project of the id that the request names.
    NoSuchProject,
    /// 409: it conflicts with something that exists or uses it.
    Conflict,
    /// 412: a precondition does not hold (yet).
    PreconditionFailed,
    /// 422: not allowed in the present status.
    Unprocessable,
    /// 424: something that this depends on failed.
    FailedDependency,
    /// 429, or our own limiter.
    TooManyRequests,
    /// Any other 4xx: the remote judged the request itself and said no.
    Rejected,
    /// 5xx.
    ServerError,
    /// No connection could be made, or it broke.
    Unreachable,
    /// The TLS handshake failed: an unknown issuer, a wrong host name.
    Tls,
    /// No answer within the deadline.
    Timeout,
    /// The answer does not parse, is not of the promised kind, or breaks off.
    Malformed,
    /// The answer is larger than this client reads.
    TooLarge,
    /// This operator's own rules forbid the address: see `--allowed-hosts` and `--allow-plain-http`.
    NotAllowed,
    /// The circuit breaker of the connection is open: the remote failed too often just now.
    BreakerOpen,
    /// Another process works in place of this one, or may by now.
    NotLeading,
    /// Nothing was sent: something else has to happen first.
    NotYet,
}

impl ProblemKind {
    /// The remote judged a change or a deletion and does not allow it as things are there; that may pass.
    pub fn is_about_the_moment(self) -> bool {
        matches!(
            self,
            ProblemKind::NotFound
                | ProblemKind::Conflict
                | ProblemKind::PreconditionFailed
                | ProblemKind::Unprocessable
                | ProblemKind::FailedDependency
        )
    }

    /// A bounded word for metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemKind::NotFound => "not_found",
            ProblemKind::Unauthorized => "unauthorized",
            ProblemKind::Forbidden => "forbidden",
            ProblemKind::NoSuchProject => "no_such_project",
            ProblemKind::Conflict => "conflict",
            ProblemKind::PreconditionFailed => "precondition_failed",
            ProblemKind::Unprocessable => "unprocessable",
            ProblemKind::FailedDependency => "failed_dependency",
            ProblemKind::TooManyRequests => "too_many_requests",
            ProblemKind::Rejected => "rejected",
            ProblemKind::ServerError => "server_error",
            ProblemKind::Unreachable => "unreachable",
            ProblemKind::Tls => "tls",
            ProblemKind::Timeout => "timeout",
            ProblemKind::Malformed => "malformed",
            ProblemKind::TooLarge => "too_large",
            ProblemKind::NotAllowed => "not_allowed",
            ProblemKind::BreakerOpen => "breaker_open",
            ProblemKind::NotLeading => "not_leading",
            ProblemKind::NotYet => "not_yet",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_one_sentence_with_its_details_behind() {
        let problem = Problem {
            http_status: Some(409),
            code: Some("IMAGE_ALREADY_EXISTS".into()),
            trace_id: Some("t-1".into()),
            ..Problem::new(ProblemKind::Conflict, "creating image win11: the name is taken")
        };
        assert_eq!(
            problem.to_string(),
            "creating image win11: the name is taken (HTTP 409, code IMAGE_ALREADY_EXISTS, trace t-1)"
        );
    }
}
