//! The record in a status and the annotation beside it, in the words of the lifecycle.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

use crate::api::{self, Part};
use crate::lifecycle::{
    Account, Held, Hint, HintOrigin, Intent, IntentOutcome, Mark, Operation, Problem, ProblemKind, Record,
    Refusal, RemoteId,
};

const CREATE: &str = "create";
const DELETE: &str = "delete";

/// Reads one part of a record. What can't be read is not what any process wrote, so the lifecycle looks for what may
/// have been made before it makes anything.
pub fn record_of(part: &Part) -> Record {
    let held = part.id.as_deref().and_then(|id| id.parse().ok()).map(|id| Held {
        id,
        since: part.since.as_ref().map_or(Timestamp::UNIX_EPOCH, |since| since.0),
        account: Account(part.account.clone().unwrap_or_default()),
    });
    Record {
        held,
        intent: part.intent.as_ref().map(intent_of),
        refusal: part.refusal.as_ref().map(refusal_of),
    }
}

/// Writes one part of a record.
pub fn part_of(name: &str, record: &Record) -> Part {
    let held = record.held.as_ref();
    Part {
        name: name.to_owned(),
        id: held.map(|held| held.id.to_string()),
        since: held.map(|held| MicroTime(held.since)),
        account: held.map(|held| held.account.0.clone()),
        intent: record.intent.as_ref().map(written_intent),
        refusal: record.refusal.as_ref().map(written_refusal),
    }
}

/// A moment as a record can hold it: whole microseconds.
pub fn recordable(moment: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(moment.as_microsecond()).unwrap_or(moment)
}

fn intent_of(intent: &api::Intent) -> Intent {
    Intent {
        operation: operation_of(&intent.operation, intent.goal.as_deref()),
        attempt: intent.attempt.clone(),
        started_at: intent.started_at.0,
        tries: u32::try_from(intent.attempts).unwrap_or(0),
        outcome: match intent.outcome {
            api::IntentOutcome::Unknown => IntentOutcome::Unknown,
            api::IntentOutcome::Accepted => IntentOutcome::Accepted,
            api::IntentOutcome::Conflict => IntentOutcome::Conflict,
        },
    }
}

fn written_intent(intent: &Intent) -> api::Intent {
    let (operation, goal) = written_operation(&intent.operation);
    api::Intent {
        operation,
        attempt: intent.attempt.clone(),
        started_at: MicroTime(intent.started_at),
        goal,
        attempts: i32::try_from(intent.tries).unwrap_or(i32::MAX),
        outcome: match intent.outcome {
            IntentOutcome::Unknown => api::IntentOutcome::Unknown,
            IntentOutcome::Accepted => api::IntentOutcome::Accepted,
            IntentOutcome::Conflict => api::IntentOutcome::Conflict,
        },
    }
}

fn operation_of(name: &str, goal: Option<&str>) -> Operation {
    match name {
        CREATE => Operation::Create,
        DELETE => Operation::Delete,
        name => Operation::Change {
            name: name.to_owned(),
            goal: goal.unwrap_or_default().to_owned(),
        },
    }
}

fn written_operation(operation: &Operation) -> (String, Option<String>) {
    match operation {
        Operation::Create => (CREATE.to_owned(), None),
        Operation::Delete => (DELETE.to_owned(), None),
        Operation::Change { name, goal } => (name.clone(), Some(goal.clone())),
    }
}

fn refusal_of(refusal: &api::Refusal) -> Refusal {
    Refusal {
        operation: operation_of(&refusal.operation, refusal.goal.as_deref()),
        basis: refusal.basis.clone(),
        at: refusal.at.0,
        problem: Problem {
            kind: ProblemKind::Rejected,
            http_status: refusal.http_status.and_then(|status| u16::try_from(status).ok()),
            code: refusal.code.clone(),
            message: refusal.message.clone(),
            trace_id: refusal.trace_id.clone(),
        },
    }
}

fn written_refusal(refusal: &Refusal) -> api::Refusal {
    let (operation, goal) = written_operation(&refusal.operation);
    api::Refusal {
        operation,
        goal,
        basis: refusal.basis.clone(),
        code: refusal.problem.code.clone(),
        message: refusal.problem.message.clone(),
        trace_id: refusal.problem.trace_id.clone(),
        http_status: refusal.problem.http_status.map(i32::from),
        at: MicroTime(refusal.at),
    }
}

/// The value of the annotation `image-operator.dev/remote-id`: the id, and whose it is.
pub fn annotation_of(id: &RemoteId, owner: Mark) -> String {
    format!("{id} {owner}")
}

/// Reads the annotation `image-operator.dev/remote-id`. People copy it with the manifest, so it is a hint.
pub fn hint_of(annotation: &str, owner: Mark) -> Option<Hint> {
    let mut words = annotation.split_whitespace();
    let id = words.next()?.parse().ok()?;
    let origin = match words.next().and_then(|word| word.parse::<Mark>().ok()) {
        Some(named) if named == owner => HintOrigin::NamesThisResource,
        _ => HintOrigin::NamesAnother,
    };
    Some(Hint { id, origin })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{Install, ObjectPart};
    use proptest::prelude::*;

    fn owner(name: &str) -> Mark {
        Mark {
            install: Install::of_cluster("a"),
            object: ObjectPart::of("ImageCatalog", "team", name, "image"),
        }
    }

    fn moments() -> impl Strategy<Value = Timestamp> {
        (0_i64..4_000_000_000_000_000).prop_map(|micros| Timestamp::from_microsecond(micros).unwrap())
    }

    fn operations() -> impl Strategy<Value = Operation> {
        prop_oneof![
            Just(Operation::Create),
            Just(Operation::Delete),
            "[a-z]{3,8}"
                .prop_filter("taken", |name| name != CREATE && name != DELETE)
                .prop_map(|name| {
                    Operation::Change {
                        name,
                        goal: "goal".into(),
                    }
                }),
        ]
    }

    proptest! {
        #[test]
        fn a_record_survives_being_written_and_read(
            started_at in moments(), since in moments(), operation in operations(), tries in 0_u32..9,
        ) {
            let record = Record {
                held: Some(Held { id: "65f0".parse().unwrap(), since, account: Account("horizonCloud/x".into()) }),
                intent: Some(Intent {
                    operation: operation.clone(), attempt: "a".into(), started_at, tries,
                    outcome: IntentOutcome::Conflict,
                }),
                refusal: Some(Refusal {
                    operation, basis: "1/1".into(), at: since,
                    problem: Problem { http_status: Some(400), ..Problem::new(ProblemKind::Rejected, "no") },
                }),
            };
            let part = part_of("image", &record);
            let json = serde_json::to_string(&part).unwrap();
            let read: Part = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(record_of(&read), record);
        }
    }

    #[test]
    fn a_refusal_is_read_back_as_judged_whatever_its_kind_was() {
        let refusal = Refusal {
            operation: Operation::Delete,
            basis: "1/1".into(),
            at: Timestamp::UNIX_EPOCH,
            problem: Problem {
                http_status: Some(409),
                code: Some("IN_USE".into()),
                trace_id: Some("t-1".into()),
                ..Problem::new(ProblemKind::Conflict, "in use")
            },
        };
        let record = Record {
            refusal: Some(refusal.clone()),
            ..Record::default()
        };
        let read = record_of(&part_of("image", &record)).refusal.unwrap();
        let expected = Problem {
            kind: ProblemKind::Rejected,
            ..refusal.problem
        };
        assert_eq!(read.problem, expected);
    }

    #[test]
    fn an_id_that_cannot_be_read_is_no_id() {
        let part = Part {
            id: Some("no such/id".into()),
            ..Part::default()
        };
        assert_eq!(record_of(&part), Record::default());
    }

    #[test]
    fn a_moment_is_recorded_in_whole_microseconds() {
        let moment = Timestamp::from_nanosecond(1_500_000_123_456_789_999).unwrap();
        let expected = Timestamp::from_microsecond(1_500_000_123_456_789).unwrap();
        assert_eq!(recordable(moment), expected);
    }

    #[test]
    fn an_annotation_of_another_install_names_another_resource() {
        let other_install = Mark {
            install: Install::of_cluster("b"),
            ..owner("first")
        };
        let annotation = annotation_of(&"65f0".parse().unwrap(), other_install);
        assert_eq!(
            hint_of(&annotation, owner("first")).unwrap().origin,
            HintOrigin::NamesAnother
        );
    }

    #[test]
    fn a_copied_annotation_names_another_resource() {
        let annotation = annotation_of(&"65f0".parse().unwrap(), owner("first"));
        assert_eq!(
            hint_of(&annotation, owner("first")).unwrap().origin,
            HintOrigin::NamesThisResource
        );
        assert_eq!(
            hint_of(&annotation, owner("second")).unwrap().origin,
            HintOrigin::NamesAnother
        );
        assert_eq!(
            hint_of("65f0", owner("first")).unwrap().origin,
            HintOrigin::NamesAnother
        );
        assert_eq!(hint_of("", owner("first")), None);
    }
}
