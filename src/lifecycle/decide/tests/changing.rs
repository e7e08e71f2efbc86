//! A change of the object on record.

use super::*;

fn wanting() -> Case {
    living()
        .recorded(holding("a"))
        .listed(ours("a"))
        .with(|case| case.looks.next_change = Some(publish()))
}

/// The change was written down before, and may have been sent.
fn sent(outcome: IntentOutcome, at: Timestamp, tries: u32) -> Case {
    wanting().recorded(Record {
        intent: Some(Intent {
            tries,
            outcome,
            ..intent(publish(), at)
        }),
        ..holding("a")
    })
}

#[test]
fn a_change_begins_only_on_a_fresh_look() {
    hold(vec![
        ("fresh", wanting(), Step::Begin(intended(publish(), 1))),
        (
            "cached",
            wanting().with(|case| case.looks.freshness = Freshness::Cached),
            Step::Look(Look::Fresh),
        ),
        (
            "by a process that does not know the record",
            wanting().with(|case| case.memory.custody = Custody::Unproven),
            Step::Presume(intended(publish(), 0)),
        ),
    ]);
}

#[test]
fn a_refused_change_stands_until_its_goal_or_basis_changes() {
    let refused_with = |operation, basis| {
        wanting().recorded(Record {
            refusal: Some(refused(operation, basis, now())),
            ..holding("a")
        })
    };
    let another_goal = Operation::Change {
        name: "publish".into(),
        goal: "v2".into(),
    };
    hold(vec![
        (
            "the same",
            refused_with(publish(), "1/1"),
            Step::Stall(Stalled::Refused {
                operation: publish(),
                problem: Problem::new(ProblemKind::Rejected, "no"),
            }),
        ),
        (
            "another goal",
            refused_with(another_goal, "1/1"),
            Step::Begin(intended(publish(), 1)),
        ),
        (
            "another basis",
            refused_with(publish(), "0/1"),
            Step::Begin(intended(publish(), 1)),
        ),
    ]);
}

#[test]
fn a_change_that_may_have_been_sent_is_looked_for_first() {
    use IntentOutcome::{Accepted, Unknown};
    hold(vec![
        (
            "not looked yet",
            sent(Unknown, long_ago(), 1).with(|case| case.looks.freshness = Freshness::Cached),
            Step::Look(Look::Fresh),
        ),
        (
            "reached",
            sent(Unknown, now(), 1).with(|case| case.looks.next_change = None),
            Step::ClearIntent,
        ),
        (
            "at work",
            sent(Unknown, long_ago(), 1)
                .with(|case| case.looks.listed = vec![in_phase("a", Phase::InTransition)]),
            Step::Wait(Waiting::Accepted { operation: publish() }),
        ),
        (
            "lost, within the window",
            sent(Unknown, now(), 1),
            Step::Wait(Waiting::Settling {
                operation: publish(),
                remaining: WINDOW.unsigned_abs(),
            }),
        ),
        (
            "accepted, within the window",
            sent(Accepted, now(), 1),
            Step::Wait(Waiting::Accepted { operation: publish() }),
        ),
        (
            "after the window",
            sent(Unknown, long_ago(), 1),
            Step::Begin(intended(publish(), 2)),
        ),
        (
            "accepted without effect",
            sent(Accepted, long_ago(), 4),
            Step::Begin(intended(publish(), 5)),
        ),
        (
            "found by a process that did not write it",
            sent(Unknown, long_ago(), 3).with(|case| case.memory.custody = Custody::Unproven),
            Step::Presume(intended(publish(), 0)),
        ),
    ]);
}

#[test]
fn a_change_without_effect_is_given_up_and_a_person_can_ask_again() {
    let given_up = sent(IntentOutcome::Unknown, long_ago(), 5);
    assert_eq!(
        given_up.decide(),
        Step::Stall(Stalled::GivenUp {
            operation: publish(),
            tries: 5
        })
    );
    let afresh = given_up.memory.record.as_ref().unwrap().tried_afresh();
    assert_eq!(
        given_up.recorded(afresh).decide(),
        Step::Begin(intended(publish(), 2))
    );
}

#[test]
fn a_change_of_an_object_that_is_gone_is_over() {
    let case = sent(IntentOutcome::Unknown, now(), 1)
        .with(|case| case.looks.listed.clear())
        .asked("a", ById::Absent);
    assert_eq!(case.decide(), Step::ClearIntent);
}

#[test]
fn a_change_is_not_sent_again_to_what_has_become_somebody_elses() {
    let theirs = marked("a", MarkSeen::Other);
    let case = sent(IntentOutcome::Unknown, long_ago(), 1)
        .with(|case| case.looks.listed = vec![marked("a", MarkSeen::Other)]);
    assert_eq!(case.decide(), Step::Stall(Stalled::OwnedByOther(theirs)));
}

#[test]
fn a_change_of_nothing_is_over() {
    let case = living().recorded(begun(publish(), now()));
    assert_eq!(case.decide(), Step::ClearIntent);
}
