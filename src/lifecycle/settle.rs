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
            | Kind::NoSuchProject
            | Kind::TooManyRequests
            | Kind::ServerError
            | Kind::Unreachable
            | Kind::Tls
            | Kind::Timeout
            | Kind::Malformed
            | Kind::TooLarge
            | Kind::NotAllowed
            | Kind::BreakerOpen
            | Kind::NotLeading
            | Kind::NotYet,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::Intent;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn account() -> Account {
        Account("horizonCloud/o-1".into())
    }

    fn publish() -> Operation {
        Operation::Change {
            name: "publish".into(),
            goal: "v1".into(),
        }
    }

    fn held(id: &str) -> Held {
        Held {
            id: id.parse().unwrap(),
            since: at(50),
            account: account(),
        }
    }

    /// A record of a request that was written down at second 100.
    fn sent(operation: Operation) -> Record {
        Record {
            held: (operation != Operation::Create).then(|| held("a")),
            intent: Some(Intent {
                operation,
                attempt: "1".into(),
                started_at: at(100),
                tries: 2,
                outcome: IntentOutcome::Unknown,
            }),
            refusal: None,
        }
    }

    fn problem(kind: ProblemKind) -> Problem {
        Problem::new(kind, "no")
    }

    /// What the outcome, which came at second 200, makes of the record.
    fn settled(operation: Operation, outcome: &Outcome<Option<RemoteId>>) -> Settled {
        settle(&sent(operation), outcome, &account(), "1/1", at(200))
    }

    fn refused(operation: Operation, kind: ProblemKind) -> Settled {
        settled(operation, &Outcome::Refused(problem(kind)))
    }

    #[test]
    fn a_create_that_tells_its_id_is_on_record_and_closed() {
        let done = settled(Operation::Create, &Outcome::Done("a".parse().ok()));
        let expected = Record {
            held: Some(Held {
                since: at(200),
                ..held("a")
            }),
            intent: None,
            refusal: None,
        };
        assert_eq!(done.record, expected);
        assert_eq!(done.aftermath, Aftermath::Done);
    }

    #[test]
    fn a_create_that_tells_no_id_is_looked_for() {
        let done = settled(Operation::Create, &Outcome::Done(None));
        assert_eq!(done.record.held, None);
        assert_eq!(done.record.intent.unwrap().outcome, IntentOutcome::Unknown);
        assert!(matches!(done.aftermath, Aftermath::LookAgain(_)));
    }

    #[test]
    fn an_accepted_change_stays_open_until_its_effect_is_seen() {
        for operation in [Operation::Delete, publish()] {
            let done = settled(operation, &Outcome::Done(None));
            assert_eq!(done.record.held, Some(held("a")));
            assert_eq!(done.record.intent.unwrap().outcome, IntentOutcome::Accepted);
            assert_eq!(done.aftermath, Aftermath::Done);
        }
    }

    #[test]
    fn the_window_of_a_lost_answer_begins_when_it_was_lost() {
        for operation in [Operation::Create, Operation::Delete, publish()] {
            let lost = settled(operation, &Outcome::Unknown(problem(ProblemKind::Timeout)));
            let intent = lost.record.intent.unwrap();
            assert_eq!(intent.outcome, IntentOutcome::Unknown);
            assert_eq!(intent.started_at, at(200));
            assert_eq!(intent.tries, 2);
            assert_eq!(
                lost.aftermath,
                Aftermath::LookAgain(problem(ProblemKind::Timeout))
            );
        }
    }

    #[test]
    fn a_throttled_request_was_certainly_not_done() {
        for operation in [Operation::Create, Operation::Delete, publish()] {
            let outcome = Outcome::Throttled {
                retry_after: Duration::from_secs(7),
                problem: problem(ProblemKind::TooManyRequests),
            };
            let throttled = settled(operation.clone(), &outcome);
            assert_eq!(
                throttled.record,
                Record {
                    intent: None,
                    ..sent(operation)
                }
            );
            let expected = Aftermath::ComeBack {
                after: Duration::from_secs(7),
                problem: problem(ProblemKind::TooManyRequests),
            };
            assert_eq!(throttled.aftermath, expected);
        }
    }

    #[test]
    fn a_refusal_that_would_come_again_is_kept_with_its_basis() {
        use ProblemKind::{
            Conflict, FailedDependency, NotFound, PreconditionFailed, Rejected, Unprocessable,
        };
        let rows = [
            (Operation::Create, Rejected),
            (Operation::Create, NotFound),
            (Operation::Create, PreconditionFailed),
            (Operation::Create, Unprocessable),
            (Operation::Create, FailedDependency),
            (Operation::Delete, Conflict),
            (Operation::Delete, Rejected),
            (publish(), Rejected),
            (publish(), Unprocessable),
        ];
        for (operation, kind) in rows {
            let settled = refused(operation.clone(), kind);
            let refusal = settled.record.refusal.unwrap();
            assert_eq!(settled.record.intent, None, "{operation:?} {kind:?}");
            assert_eq!(
                settled.aftermath,
                Aftermath::Refused(problem(kind)),
                "{operation:?}"
            );
            assert_eq!(
                (refusal.operation, refusal.basis.as_str(), refusal.at),
                (operation, "1/1", at(200))
            );
        }
    }

    #[test]
    fn a_refusal_that_may_pass_is_tried_again_and_not_kept() {
        use ProblemKind::{
            BreakerOpen, Conflict, FailedDependency, Forbidden, NotFound, NotYet, PreconditionFailed,
            Unauthorized, Unprocessable, Unreachable,
        };
        let mut rows = vec![
            (Operation::Delete, Unprocessable),
            (Operation::Delete, PreconditionFailed),
            (publish(), PreconditionFailed),
            (publish(), Conflict),
            (publish(), FailedDependency),
            (publish(), NotFound),
        ];
        for kind in [Unauthorized, Forbidden, Unreachable, BreakerOpen, NotYet] {
            rows.extend([Operation::Create, Operation::Delete, publish()].map(|operation| (operation, kind)));
        }
        for (operation, kind) in rows {
            let settled = refused(operation.clone(), kind);
            assert_eq!(
                settled.aftermath,
                Aftermath::TryAgain(problem(kind)),
                "{operation:?}"
            );
            let expected = Record {
                intent: None,
                ..sent(operation)
            };
            assert_eq!(settled.record, expected, "{kind:?}");
        }
    }

    #[test]
    fn a_create_in_conflict_is_looked_for() {
        let settled = refused(Operation::Create, ProblemKind::Conflict);
        assert_eq!(settled.record.intent.unwrap().outcome, IntentOutcome::Conflict);
        assert!(matches!(settled.aftermath, Aftermath::LookAgain(_)));
    }

    #[test]
    fn deleting_what_is_gone_has_succeeded() {
        let settled = refused(Operation::Delete, ProblemKind::NotFound);
        assert_eq!(settled.record.intent.unwrap().outcome, IntentOutcome::Accepted);
        assert_eq!(settled.aftermath, Aftermath::Done);
    }

    #[test]
    fn an_outcome_without_an_intent_changes_nothing() {
        let record = Record {
            held: Some(held("a")),
            ..Record::default()
        };
        let settled = settle(
            &record,
            &Outcome::Done("b".parse().ok()),
            &account(),
            "1/1",
            at(200),
        );
        assert_eq!(settled.record, record);
    }
}
