//! What the decision says in each situation that has a name.

mod changing;
mod creating;
mod deleting;
mod holding;
mod observing;
mod properties;

use jiff::{SignedDuration, Timestamp};

use crate::lifecycle::*;

const WINDOW: SignedDuration = SignedDuration::from_mins(5);

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn long_ago() -> Timestamp {
    now() - WINDOW
}

fn a_moment_ago() -> Timestamp {
    now() - SignedDuration::from_secs(10)
}

fn id(text: &str) -> RemoteId {
    text.parse().unwrap()
}

fn account() -> Account {
    Account("horizonCloud/o-1".into())
}

/// One situation, to be changed into the one that a test is about.
struct Case {
    desired: Desired,
    memory: Memory,
    looks: Looks,
    begun: Option<&'static str>,
}

/// A living resource whose finalizer this process has just added.
fn living() -> Case {
    Case {
        desired: Desired {
            presence: Presence::Present,
            management: Management::Manage,
            adoption: Adoption::IfOwned,
            recreation: Recreation::Never,
            given_id: None,
            resolution: None,
            account: account(),
            basis: "1/1".into(),
            settling_window: WINDOW.unsigned_abs(),
            refusal_stands: WINDOW.unsigned_abs() * 12,
        },
        memory: Memory {
            finalizer: Finalizer::Present,
            record: None,
            custody: Custody::Own,
            foreign_record: None,
            hints: Vec::new(),
        },
        looks: Looks {
            freshness: Freshness::SincePassBegan,
            ..Looks::nothing()
        },
        begun: None,
    }
}

/// A resource that is being deleted, read by a process that knows nothing of it.
fn going() -> Case {
    let mut case = living();
    case.desired.presence = Presence::Deleted;
    case.memory.custody = Custody::Unproven;
    case
}

impl Case {
    fn decide(&self) -> Step {
        decide(Situation {
            desired: &self.desired,
            memory: &self.memory,
            looks: &self.looks,
            begun: self.begun,
            next_attempt: "next",
            began: now(),
        })
    }

    fn listed(mut self, sighting: Sighting) -> Self {
        self.looks.listed.push(sighting);
        self
    }

    fn asked(mut self, by_id: &str, found: ById) -> Self {
        self.looks.by_id.insert(id(by_id), found);
        self
    }

    fn recorded(mut self, record: Record) -> Self {
        self.memory.record = Some(record);
        self
    }

    fn hinted(mut self, hint: &str, origin: HintOrigin) -> Self {
        self.memory.hints.push(Hint { id: id(hint), origin });
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Case)) -> Self {
        change(&mut self);
        self
    }
}

/// An object that bears this resource's mark and name.
fn ours(object: &str) -> Sighting {
    Sighting {
        id: id(object),
        name: "win11".into(),
        mark: MarkSeen::Ours,
        named: NameSeen::Same,
        mismatch: None,
        claimed_by: None,
        phase: Phase::Settled,
    }
}

fn marked(object: &str, mark: MarkSeen) -> Sighting {
    Sighting { mark, ..ours(object) }
}

fn in_phase(object: &str, phase: Phase) -> Sighting {
    Sighting {
        phase,
        ..ours(object)
    }
}

fn held(object: &str, since: Timestamp) -> Held {
    Held {
        id: id(object),
        since,
        account: account(),
    }
}

/// A record that holds this object since long ago.
fn holding(object: &str) -> Record {
    Record {
        held: Some(held(object, long_ago())),
        ..Record::default()
    }
}

fn intent(operation: Operation, started_at: Timestamp) -> Intent {
    Intent {
        operation,
        attempt: "earlier".into(),
        started_at,
        tries: 1,
        outcome: IntentOutcome::Unknown,
    }
}

/// A record with an open request and no object.
fn begun(operation: Operation, started_at: Timestamp) -> Record {
    Record {
        intent: Some(intent(operation, started_at)),
        ..Record::default()
    }
}

fn publish() -> Operation {
    Operation::Change {
        name: "publish".into(),
        goal: "v1".into(),
    }
}

fn refused(operation: Operation, basis: &str, at: Timestamp) -> Refusal {
    Refusal {
        operation,
        basis: basis.into(),
        at,
        problem: Problem::new(ProblemKind::Rejected, "no"),
    }
}

/// The intent that the decision would write now.
fn intended(operation: Operation, tries: u32) -> Intent {
    Intent {
        operation,
        attempt: "next".into(),
        started_at: now(),
        tries,
        outcome: IntentOutcome::Unknown,
    }
}

fn begin_create() -> Step {
    Step::Begin(intended(Operation::Create, 1))
}

fn presume_create() -> Step {
    Step::Presume(intended(Operation::Create, 0))
}

fn settling_create(remaining: SignedDuration) -> Step {
    Step::Wait(Waiting::Settling {
        operation: Operation::Create,
        remaining: remaining.unsigned_abs(),
    })
}

/// Holds each row against what the decision says.
fn hold(rows: Vec<(&str, Case, Step)>) {
    for (name, case, expected) in rows {
        assert_eq!(case.decide(), expected, "{name}");
    }
}
