//! Says what a failed look means.

use std::time::Duration;

use super::Verdict;
use crate::api::Reason;
use crate::kinds::{Report, Standing};
use crate::lifecycle::{Failure, Problem, ProblemKind};

/// Why a pass could not go on, and when to try again.
#[derive(Debug)]
pub(super) struct Setback {
    pub report: Report,
    pub verdict: Verdict,
}

impl Setback {
    /// Something that is missing may appear at any time: look for it now and then.
    pub(super) fn missing(reason: Reason, message: impl Into<String>) -> Self {
        Setback {
            report: Report::reconciling(reason, message),
            verdict: Verdict::After(Duration::from_secs(15)),
        }
    }

    /// The answer of a remote read that did not work.
    fn of_problem(problem: &Problem) -> Self {
        let standing = match problem.kind {
            ProblemKind::Unauthorized
            | ProblemKind::Forbidden
            | ProblemKind::NoSuchProject
            | ProblemKind::NotAllowed => Standing::Stalled,
            _ => Standing::Reconciling,
        };
        let report = Report {
            standing,
            reason: reason_of(problem.kind),
            message: problem.to_string(),
        };
        Setback {
            report,
            verdict: Verdict::Failed,
        }
    }
}

impl From<Failure> for Setback {
    fn from(failure: Failure) -> Self {
        let setback = Setback::of_problem(&failure.problem);
        match failure.retry_after {
            Some(after) => Setback {
                verdict: Verdict::FailedUntil(after),
                ..setback
            },
            None => setback,
        }
    }
}

/// The reason that a condition gives for a problem with an account.
pub(super) fn reason_of(kind: ProblemKind) -> Reason {
    match kind {
        ProblemKind::Unauthorized => Reason::InvalidCredentials,
        ProblemKind::Forbidden => Reason::AccessDenied,
        ProblemKind::NoSuchProject => Reason::ProjectNotFound,
        ProblemKind::NotAllowed => Reason::HostNotAllowed,
        ProblemKind::TooManyRequests => Reason::Throttled,
        ProblemKind::BreakerOpen => Reason::CircuitOpen,
        ProblemKind::Unreachable => Reason::Unreachable,
        ProblemKind::Tls => Reason::TlsFailed,
        ProblemKind::Malformed | ProblemKind::TooLarge => Reason::InvalidResponse,
        ProblemKind::NotFound
        | ProblemKind::Conflict
        | ProblemKind::PreconditionFailed
        | ProblemKind::Unprocessable
        | ProblemKind::FailedDependency
        | ProblemKind::Rejected
        | ProblemKind::ServerError
        | ProblemKind::Timeout
        | ProblemKind::NotLeading
        | ProblemKind::NotYet => Reason::Retrying,
    }
}
