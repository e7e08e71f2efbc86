//! What an answer means: from status and body to a class of outcome.

use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::body::{Answer, BodyEnd, excerpt};
use super::request::{RemoteError, Repeat};
use super::retry_after::retry_after;
use crate::lifecycle::{Problem, ProblemKind};

/// The class of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::remote) enum Class {
    /// The remote did it.
    Success,
    /// Certainly not done.
    Refused(ProblemKind),
    /// Certainly not done; slow down.
    Throttled(ProblemKind),
    /// Done or not done.
    Unknown(ProblemKind),
}

/// Whether the remote named a time to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// It did.
    Asked(Duration),
    /// It did not.
    NotAsked,
}

/// The class of a status. A 503 that names a time says of a read that it was not done; of a write it says
/// nothing, since a gateway may have passed the write on before it gave up.
pub(super) fn class_of(status: u16, repeat: Repeat, wait: Wait) -> Class {
    use ProblemKind::{
        Conflict, FailedDependency, Forbidden, Malformed, NotFound, PreconditionFailed, Rejected,
        ServerError, Timeout, TooManyRequests, Unauthorized, Unprocessable,
    };
    match (status, repeat, wait) {
        (200..=299, _, _) => Class::Success,
        // "See other": it was done, and the answer is elsewhere.
        (303, Repeat::Never, _) => Class::Unknown(Malformed),
        (401, _, _) => Class::Refused(Unauthorized),
        (403, _, _) => Class::Refused(Forbidden),
        (404 | 410, _, _) => Class::Refused(NotFound),
        (408, _, _) => Class::Unknown(Timeout),
        (409 | 423, _, _) => Class::Refused(Conflict),
        (412, _, _) => Class::Refused(PreconditionFailed),
        (422, _, _) => Class::Refused(Unprocessable),
        (424, _, _) => Class::Refused(FailedDependency),
        (425 | 429, _, _) => Class::Throttled(TooManyRequests),
        (503, Repeat::Safe, Wait::Asked(_)) => Class::Throttled(ServerError),
        (500.., _, _) => Class::Unknown(ServerError),
        _ => Class::Refused(Rejected),
    }
}

/// How long an answer asks to wait, in its header or its body, whichever is longer.
pub(super) fn wait_asked(answer: &Answer, error: Option<&RemoteError>, now: Timestamp) -> Wait {
    let header = retry_after(&answer.headers, now);
    let body = error.and_then(|error| error.retry_after);
    header.max(body).map_or(Wait::NotAsked, Wait::Asked)
}

/// The problem that an answer without success tells of.
pub(super) fn problem(kind: ProblemKind, answer: &Answer, error: Option<RemoteError>) -> Problem {
    let error = error.unwrap_or_default();
    let message = error.message.unwrap_or_else(|| match excerpt(&answer.body) {
        text if text.is_empty() => "the remote gave no reason".to_owned(),
        text => format!("the remote answered: {text}"),
    });
    Problem {
        kind,
        http_status: Some(answer.status),
        code: error.code,
        message: match advice(kind) {
            Some(advice) => format!("{message}; {advice}"),
            None => message,
        },
        trace_id: error.trace_id,
    }
}

fn advice(kind: ProblemKind) -> Option<&'static str> {
    match kind {
        ProblemKind::Unauthorized => Some("check the credentials of the connection"),
        ProblemKind::Forbidden => Some("check the role and the organisation of the connection's credentials"),
        _ => None,
    }
}

/// The body of a successful answer as JSON.
pub(super) fn json<T: DeserializeOwned>(answer: &Answer) -> Result<T, Problem> {
    complete(answer)?;
    serde_json::from_slice(&answer.body).map_err(|error| {
        let sentence = match excerpt(&answer.body) {
            text if text.is_empty() => "the answer has no body".to_owned(),
            text => format!("the answer is not what was promised ({error}): {text}"),
        };
        spoiled(ProblemKind::Malformed, answer, sentence)
    })
}

/// The body of a successful answer as JSON, or nothing where there is none.
pub(super) fn json_or_nothing<T: DeserializeOwned>(answer: &Answer) -> Result<Option<T>, Problem> {
    complete(answer)?;
    if answer.status == 204 || answer.body.trim_ascii().is_empty() {
        return Ok(None);
    }
    json(answer).map(Some)
}

/// Whether the whole body was read.
pub(super) fn complete(answer: &Answer) -> Result<(), Problem> {
    let start = excerpt(&answer.body);
    match answer.end {
        BodyEnd::Complete => Ok(()),
        BodyEnd::Broken => Err(spoiled(
            ProblemKind::Malformed,
            answer,
            format!("the answer breaks off: {start}"),
        )),
        BodyEnd::TooLarge => Err(spoiled(
            ProblemKind::TooLarge,
            answer,
            format!("the answer is larger than is read: {start}"),
        )),
        BodyEnd::TimedOut => Err(spoiled(
            ProblemKind::Timeout,
            answer,
            format!("the answer did not end in time: {start}"),
        )),
    }
}

fn spoiled(kind: ProblemKind, answer: &Answer, sentence: String) -> Problem {
    Problem {
        http_status: Some(answer.status),
        ..Problem::new(kind, sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_class() {
        use Class::{Refused, Success, Throttled, Unknown};
        use ProblemKind as P;
        let table = [
            (200, Success),
            (201, Success),
            (202, Success),
            (204, Success),
            (304, Refused(P::Rejected)),
            (400, Refused(P::Rejected)),
            (401, Refused(P::Unauthorized)),
            (403, Refused(P::Forbidden)),
            (404, Refused(P::NotFound)),
            (405, Refused(P::Rejected)),
            (408, Unknown(P::Timeout)),
            (409, Refused(P::Conflict)),
            (410, Refused(P::NotFound)),
            (412, Refused(P::PreconditionFailed)),
            (422, Refused(P::Unprocessable)),
            (424, Refused(P::FailedDependency)),
            (425, Throttled(P::TooManyRequests)),
            (429, Throttled(P::TooManyRequests)),
            (500, Unknown(P::ServerError)),
            (502, Unknown(P::ServerError)),
            (503, Unknown(P::ServerError)),
            (504, Unknown(P::ServerError)),
            (520, Unknown(P::ServerError)),
        ];
        for (status, class) in table {
            for repeat in [Repeat::Safe, Repeat::Never] {
                assert_eq!(
                    class_of(status, repeat, Wait::NotAsked),
                    class,
                    "{status} {repeat:?}"
                );
            }
        }
    }

    #[test]
    fn a_503_with_a_time_throttles_a_read_and_leaves_a_write_unknown() {
        let wait = Wait::Asked(Duration::from_secs(3));
        let throttled = Class::Throttled(ProblemKind::ServerError);
        let unknown = Class::Unknown(ProblemKind::ServerError);
        assert_eq!(class_of(503, Repeat::Safe, wait), throttled);
        assert_eq!(class_of(503, Repeat::Never, wait), unknown);
        assert_eq!(class_of(500, Repeat::Safe, wait), unknown);
    }

    #[test]
    fn a_write_that_is_sent_elsewhere_for_its_answer_may_be_done() {
        let unknown = Class::Unknown(ProblemKind::Malformed);
        assert_eq!(class_of(303, Repeat::Never, Wait::NotAsked), unknown);
        let refused = Class::Refused(ProblemKind::Rejected);
        assert_eq!(class_of(303, Repeat::Safe, Wait::NotAsked), refused);
    }
}
