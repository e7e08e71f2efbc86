//! What a request's outcome does to the record.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Account, Held, IntentOutcome, Operation, Outcome, Problem, ProblemKind, Record, Refusal, RemoteId,
};

/// The record after a request, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The record to be written.
    pub record: Record,
    /// What follows from the outcome.
    pub aftermath: Aftermath,
}

/// What follows from an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aftermath {
    /// It was done or accepted.
    Done,
    /// The effect is not known: look again soon.
    LookAgain(Problem),
    /// Certainly not done, and not because of the request itself: try again with growing pauses.
    TryAgain(Problem),
    /// Certainly not done: come back after this long.
    ComeBack {
        /// Not before this long from now.
        after: Duration,
        /// What was said.
        problem: Problem,
    },
    /// The remote judged the request and refused it.
    Refused(Problem),
}

/// How a refusal is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// The request itself is wrong, or in conflict: it would be refused again.
    Final,
    /// Something like it exists: look.
    Exists,
    /// It is gone already, which is what was wanted.
    AlreadyGone,
    /// Not at this moment, or not over this connection.
    NotNow,
}

/// Writes the outcome of the request that the record's intent announced into the record.
///
/// `Done(Some(id))` is a create that told the id of what it made.
pub fn settle(
    record: &Record,
    outcome: &Outcome<Option<RemoteId>>,
    account: &Account,
    basis: &str,
    now: Timestamp,
) -> Settled {
    let Some(intent) = &record.intent else {
        return Settled {
            record: record.clone(),
            aftermath: Aftermath::Done,
        };
    };
    // The request may have waited for its turn after its intent was written: its window begins now.
    let with_outcome = |outcome: IntentOutcome| {
        let mut record = record.clone();
        record.intent = Some(super::Intent {
            outcome,
            started_at: now,
            ..intent.clone()
        });
        record
    };
    let without_intent = || Record {
        intent: None,
        ..record.clone()
    };
    match outcome {
        Outcome::Done(Some(id)) if intent.operation == Operation::Create => {
            let held = Held {
                id: id.clone(),
                since: now,
                account: account.clone(),
            };
            Settled {
                record: Record {
                    held: Some(held),
                    intent: None,
                    refusal: None,
                },
                aftermath: Aftermath::Done,
            }
        }
        Outcome::Done(_) if intent.operation == Operation::Create => {
            let problem = Problem::new(
                ProblemKind::Malformed,
                "the remote accepted the create without telling an id",
            );
            Settled {
                record: with_outcome(IntentOutcome::Unknown),
                aftermath: Aftermath::LookAgain(problem),
            }
        }
        Outcome::Done(_) => Settled {
            record: with_outcome(IntentOutcome::Accepted),
            aftermath: Aftermath::Done,
        },
        Outcome::Unknown(problem) => Settled {
            record: with_outcome(IntentOutcome::Unknown),
            aftermath: Aftermath::LookAgain(problem.clone()),
        },
        Outcome::Throttled { retry_after, problem } => Settled {
            record: without_intent(),
            aftermath: Aftermath::ComeBack {
                after: *retry_after,
                problem: problem.clone(),
            },
        },
        Outcome::Refused(problem) => match read(&intent.operation, problem.kind) {
            Reading::Exists => Settled {
                record: with_outcome(IntentOutcome::Conflict),
                aftermath: Aftermath::LookAgain(problem.clone()),
            },
            Reading::AlreadyGone => Settled {
                record: with_outcome(IntentOutcome::Accepted),
                aftermath: Aftermath::Done,
            },
            Reading::NotNow => Settled {
                record: without_intent(),
                aftermath: Aftermath::TryAgain(problem.clone()),
            },
            Reading::Final => {
                let refusal = Refusal {
                    operation: intent.operation.clone(),
                    basis: basis.to_owned(),
                    at: now,
                    problem: problem.clone(),
                };
                let record = Record {
                    refusal: Some(refusal),
                    ..without_intent()
                };
                Settled {
                    record,
                    aftermath: Aftermath::Refused(problem.clone()),
                }
            }
        },
    }
}

fn read(operation: &Operation, kind: ProblemKind) -> Reading {
    use ProblemKind as Kind;
    match (operation, kind) {
        (Operation::Create, Kind::Conflict) => Reading::Exists,
        (Operation::Delete, Kind::NotFound) => Reading::AlreadyGone,
        // A version that is being imported can't be deleted yet, what was just imported can't be published for a
        // moment, and a change can meet another one. Everything further on is about the account or the way there.
        (Operation::Delete, Kind::Unprocessable | Kind::PreconditionFailed)
        | (
            Operation::Change { .. },
            Kind::PreconditionFailed | Kind::Conflict | Kind::FailedDependency | Kind::NotFound,
        )
        | (
            _,
            Kind::Unauthorized
            | Kind::Forbidden
            | Kind::TooManyRequests
            | Kind::ServerError
            | Kind::Unreachable
            | Kind::Tls
            | Kind::Timeout
            | Kind::Malformed
            | Kind::TooLarge
            | Kind::NotAllowed
            | Kind::BreakerOpen,
        ) => Reading::NotNow,
        (
            _,
            Kind::Rejected
            | Kind::NotFound
            | Kind::PreconditionFailed
            | Kind::Unprocessable
            | Kind::FailedDependency
            | Kind::Conflict,
        ) => Reading::Final,
    }
}
