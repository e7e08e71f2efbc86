//! A living resource with an object on record and no open request.

use super::*;

fn keeping() -> Case {
    living().recorded(holding("a"))
}

/// The object is in no list and a request by id says that it is gone.
fn gone() -> Case {
    keeping().asked("a", ById::Absent)
}

#[test]
fn an_object_that_is_as_wanted_is_left_alone() {
    assert_eq!(keeping().listed(ours("a")).decide(), Step::Rest);
}

#[test]
fn the_shared_inventory_is_enough_to_rest_on() {
    let cached = |case: &mut Case| case.looks.freshness = Freshness::Cached;
    hold(vec![
        (
            "nothing seen",
            keeping().with(|case| case.looks.freshness = Freshness::Never),
            Step::Look(Look::Cached),
        ),
        ("seen", keeping().listed(ours("a")).with(cached), Step::Rest),
    ]);
}

#[test]
fn an_object_with_somebody_elses_mark_or_claim_is_left_alone() {
    let claimed = Sighting {
        claimed_by: Some("ImageCatalog team/old".into()),
        ..ours("a")
    };
    let wants = |case: &mut Case| case.looks.next_change = Some(publish());
    for sighting in [claimed, marked("a", MarkSeen::Other)] {
        let case = keeping().listed(sighting.clone()).with(wants);
        assert_eq!(case.decide(), Step::Stall(Stalled::OwnedByOther(sighting)));
    }
    for mark in [MarkSeen::Unmarked, MarkSeen::OtherInstall] {
        assert_eq!(
            keeping().listed(marked("a", mark)).decide(),
            Step::Rest,
            "{mark:?}"
        );
    }
}

#[test]
fn an_object_of_another_account_is_not_looked_for_in_this_one() {
    let moved = keeping()
        .listed(ours("a"))
        .with(|case| case.desired.account = Account("horizonCloud/o-2".into()));
    assert_eq!(moved.decide(), Step::Stall(Stalled::OtherAccount(id("a"))));
}

#[test]
fn an_object_that_somebody_deletes_is_waited_for() {
    let case = keeping().listed(in_phase("a", Phase::Deleting));
    assert_eq!(case.decide(), Step::Wait(Waiting::BeingDeleted(id("a"))));
}

#[test]
fn absence_is_believed_only_after_every_check() {
    let again = |case: &mut Case| case.desired.recreation = Recreation::WhenGone;
    hold(vec![
        ("in no list", keeping(), Step::Look(Look::ById(id("a")))),
        (
            "but there",
            keeping().asked("a", ById::Found(ours("a"))),
            Step::Rest,
        ),
        (
            "recorded just now",
            gone().recorded(Record {
                held: Some(held("a", now())),
                ..Record::default()
            }),
            settling_create(WINDOW),
        ),
        (
            "by an old list",
            gone().with(|case| case.looks.freshness = Freshness::Cached),
            Step::Look(Look::Fresh),
        ),
        (
            "another bears our mark",
            gone().listed(ours("b")),
            Step::Adopt(id("b")),
        ),
        (
            "with many others",
            gone().with(|case| case.looks.inventory = InventoryTrust::Suspect),
            Step::Wait(Waiting::InventorySuspect),
        ),
        (
            "by a process that does not know the record",
            gone().with(|case| case.memory.custody = Custody::Unproven),
            presume_create(),
        ),
        ("for certain", gone(), Step::Stall(Stalled::Missing(id("a")))),
        (
            "for certain, to be made again",
            gone().with(again),
            Step::ForgetId,
        ),
    ]);
}

#[test]
fn a_person_can_have_what_is_gone_made_again() {
    for resolution in [Resolution::Create, Resolution::Recreate] {
        let case = gone().with(|case| case.desired.resolution = Some(resolution.clone()));
        assert_eq!(case.decide(), Step::ForgetId, "{resolution:?}");
    }
}

#[test]
fn a_person_can_put_another_object_in_its_place() {
    let use_b = |case: Case| case.with(|case| case.desired.resolution = Some(Resolution::Use(id("b"))));
    hold(vec![
        (
            "not asked for yet",
            use_b(keeping().listed(ours("a"))),
            Step::Look(Look::ById(id("b"))),
        ),
        (
            "there",
            use_b(keeping().listed(ours("a"))).asked("b", ById::Found(ours("b"))),
            Step::Adopt(id("b")),
        ),
        (
            "it already is",
            use_b(living().recorded(holding("b"))).listed(ours("b")),
            Step::Rest,
        ),
    ]);
}

#[test]
fn what_was_told_to_go_and_is_asked_for_again_is_made_again_once_it_is_gone() {
    let told = |at| {
        keeping().recorded(Record {
            intent: Some(intent(Operation::Delete, at)),
            ..holding("a")
        })
    };
    hold(vec![
        ("gone", told(now()).asked("a", ById::Absent), Step::ForgetId),
        (
            "there, and may still go",
            told(now()).listed(ours("a")),
            Step::Wait(Waiting::Settling {
                operation: Operation::Delete,
                remaining: WINDOW.unsigned_abs(),
            }),
        ),
        (
            "there to stay",
            told(long_ago()).listed(ours("a")),
            Step::ClearIntent,
        ),
    ]);
}

#[test]
fn a_person_can_have_only_a_failed_object_deleted_and_made_again() {
    let recreate = |phase| {
        keeping()
            .listed(in_phase("a", phase))
            .with(|case| case.desired.resolution = Some(Resolution::Recreate))
    };
    let delete = Step::Begin(intended(Operation::Delete, 1));
    hold(vec![
        ("failed", recreate(Phase::Failed), delete),
        ("usable", recreate(Phase::Settled), Step::Rest),
        ("at work", recreate(Phase::InTransition), Step::Rest),
        (
            "by an old list",
            recreate(Phase::Failed).with(|case| case.looks.freshness = Freshness::Cached),
            Step::Look(Look::Fresh),
        ),
        (
            "with others' things inside",
            recreate(Phase::Failed)
                .with(|case| case.looks.delete_blocker = Some(Blocker::Foreign(vec!["2.0.0".into()]))),
            Step::Stall(Stalled::Foreign(vec!["2.0.0".into()])),
        ),
        (
            "in a suspect account",
            recreate(Phase::Failed).with(|case| case.looks.inventory = InventoryTrust::Suspect),
            Step::Wait(Waiting::InventorySuspect),
        ),
    ]);
}

#[test]
fn a_failed_object_is_told_to_go_again_only_while_that_is_wanted() {
    let deleting = |phase, resolution| {
        let record = Record {
            intent: Some(intent(Operation::Delete, long_ago())),
            ..holding("a")
        };
        living()
            .recorded(record)
            .listed(in_phase("a", phase))
            .with(|case| case.desired.resolution = resolution)
    };
    hold(vec![
        (
            "still wanted",
            deleting(Phase::Failed, Some(Resolution::Recreate)),
            Step::Begin(intended(Operation::Delete, 2)),
        ),
        (
            "not asked for any more",
            deleting(Phase::Failed, None),
            Step::ClearIntent,
        ),
        (
            "usable by now",
            deleting(Phase::Settled, Some(Resolution::Recreate)),
            Step::ClearIntent,
        ),
        (
            "going",
            deleting(Phase::Deleting, Some(Resolution::Recreate)),
            Step::Wait(Waiting::BeingDeleted(id("a"))),
        ),
    ]);
    let gone = deleting(Phase::Failed, Some(Resolution::Recreate))
        .with(|case| case.looks.listed.clear())
        .asked("a", ById::Absent);
    assert_eq!(gone.decide(), Step::ForgetId);
}
