//! A living resource without an object on record.

use super::*;
use crate::lifecycle::Adoption::{IfNameMatches, IfOwned, Never};

#[test]
fn nothing_is_done_before_the_finalizer_is_there() {
    let case = living().with(|case| case.memory.finalizer = Finalizer::Absent);
    assert_eq!(case.decide(), Step::AddFinalizer);
}

#[test]
fn a_create_needs_a_listing_that_began_with_this_pass() {
    for freshness in [Freshness::Never, Freshness::Cached] {
        let case = living().with(|case| case.looks.freshness = freshness);
        assert_eq!(case.decide(), Step::Look(Look::Fresh), "{freshness:?}");
    }
    assert_eq!(living().decide(), begin_create());
}

#[test]
fn only_the_attempt_that_this_pass_has_written_down_is_sent() {
    let open = || living().recorded(begun(Operation::Create, a_moment_ago()));
    hold(vec![
        (
            "its own",
            open().with(|case| case.begun = Some("earlier")),
            Step::Send(Operation::Create),
        ),
        (
            "another one",
            open().with(|case| case.begun = Some("other")),
            settling_create(SignedDuration::from_secs(290)),
        ),
        (
            "found on record",
            open(),
            settling_create(SignedDuration::from_secs(290)),
        ),
    ]);
}

#[test]
fn a_record_that_may_be_outdated_counts_as_a_create_that_was_sent() {
    let unproven = || living().with(|case| case.memory.custody = Custody::Unproven);
    hold(vec![
        ("no record", unproven(), presume_create()),
        (
            "an empty one",
            unproven().recorded(Record::default()),
            presume_create(),
        ),
        (
            "an old intent",
            unproven().recorded(begun(Operation::Create, long_ago())),
            presume_create(),
        ),
        (
            "seen unchanged for a window",
            living().with(|case| case.memory.custody = Custody::Settled),
            begin_create(),
        ),
    ]);
}

#[test]
fn an_open_create_is_looked_for_until_the_window_has_passed() {
    let open = |at| living().recorded(begun(Operation::Create, at));
    hold(vec![
        (
            "not looked yet",
            open(long_ago()).with(|case| case.looks.freshness = Freshness::Cached),
            Step::Look(Look::Fresh),
        ),
        ("found", open(now()).listed(ours("a")), Step::Adopt(id("a"))),
        ("within the window", open(now()), settling_create(WINDOW)),
        ("after it", open(long_ago()), Step::ClearIntent),
        (
            "found on its way out",
            open(long_ago()).listed(in_phase("a", Phase::Deleting)),
            Step::Wait(Waiting::BeingDeleted(id("a"))),
        ),
        (
            "by a clock that was ahead",
            open(now() + WINDOW),
            settling_create(WINDOW),
        ),
    ]);
}

#[test]
fn a_conflict_is_a_name_taken_only_when_somebody_elses_object_shows() {
    let conflict = || {
        let mut record = begun(Operation::Create, a_moment_ago());
        record.intent.as_mut().unwrap().outcome = IntentOutcome::Conflict;
        living().recorded(record)
    };
    hold(vec![
        (
            "nothing shows",
            conflict(),
            settling_create(SignedDuration::from_secs(290)),
        ),
        ("ours shows", conflict().listed(ours("a")), Step::Adopt(id("a"))),
        (
            "theirs shows",
            conflict().listed(marked("a", MarkSeen::Unmarked)),
            Step::ClearIntent,
        ),
    ]);
    let taken = living().listed(marked("a", MarkSeen::Unmarked));
    assert_eq!(
        taken.decide(),
        Step::Stall(Stalled::NameTaken(marked("a", MarkSeen::Unmarked)))
    );
}

#[test]
fn several_objects_of_ours_are_a_persons_question() {
    let two = |case: Case| case.listed(ours("a")).listed(ours("b"));
    let question = Step::Stall(Stalled::Ambiguous(vec![ours("a"), ours("b")]));
    let create = |case: &mut Case| case.desired.resolution = Some(Resolution::Create);
    hold(vec![
        ("no record", two(living()), question.clone()),
        (
            "an open create",
            two(living().recorded(begun(Operation::Create, long_ago()))),
            question,
        ),
        ("answered: create", two(living()).with(create), begin_create()),
        (
            "answered: create, within the window of another",
            two(living().recorded(begun(Operation::Create, now()))).with(create),
            settling_create(WINDOW),
        ),
        (
            "answered: create, after it",
            two(living().recorded(begun(Operation::Create, long_ago()))).with(create),
            Step::ClearIntent,
        ),
        (
            "answered: this one",
            two(living().recorded(begun(Operation::Create, long_ago())))
                .asked("b", ById::Found(ours("b")))
                .with(|case| case.desired.resolution = Some(Resolution::Use(id("b")))),
            Step::Adopt(id("b")),
        ),
    ]);
}

#[test]
fn the_adoption_policy_says_what_may_become_ours() {
    let other_install = || marked("a", MarkSeen::OtherInstall);
    let unmarked = || marked("a", MarkSeen::Unmarked);
    let theirs = || marked("a", MarkSeen::Other);
    let misfit = || Sighting {
        mismatch: Some("os differs".into()),
        ..unmarked()
    };
    let claimed = |sighting: Sighting| Sighting {
        claimed_by: Some("ImageCatalog team/old".into()),
        ..sighting
    };
    let differently_named = || Sighting {
        named: NameSeen::Different,
        ..unmarked()
    };
    let adopted = || Step::Adopt(id("a"));
    let stall = |stalled: fn(Sighting) -> Stalled, sighting| Step::Stall(stalled(sighting));
    let rows: Vec<(Adoption, Sighting, Step)> = vec![
        (IfOwned, ours("a"), adopted()),
        (IfNameMatches, ours("a"), adopted()),
        (Never, ours("a"), stall(Stalled::OwnedByOther, ours("a"))),
        (IfOwned, unmarked(), stall(Stalled::NameTaken, unmarked())),
        (Never, unmarked(), stall(Stalled::NameTaken, unmarked())),
        (IfNameMatches, unmarked(), adopted()),
        (IfNameMatches, misfit(), stall(Stalled::Mismatch, misfit())),
        (
            IfNameMatches,
            claimed(unmarked()),
            stall(Stalled::OwnedByOther, claimed(unmarked())),
        ),
        (IfNameMatches, theirs(), stall(Stalled::NameTaken, theirs())),
        (IfNameMatches, differently_named(), begin_create()),
        (
            IfOwned,
            other_install(),
            stall(Stalled::OwnedByAnotherInstall, other_install()),
        ),
        (
            Never,
            other_install(),
            stall(Stalled::OwnedByAnotherInstall, other_install()),
        ),
        (IfNameMatches, other_install(), adopted()),
        (
            IfNameMatches,
            claimed(other_install()),
            stall(Stalled::OwnedByOther, claimed(other_install())),
        ),
    ];
    for (adoption, sighting, expected) in rows {
        let row = format!("{adoption:?} {sighting:?}");
        let case = living()
            .listed(sighting)
            .with(|case| case.desired.adoption = adoption);
        assert_eq!(case.decide(), expected, "{row}");
    }
}

#[test]
fn several_objects_of_another_install_are_not_adopted_by_name() {
    let theirs = |object: &str| marked(object, MarkSeen::OtherInstall);
    let case = living()
        .listed(theirs("a"))
        .listed(theirs("b"))
        .with(|case| case.desired.adoption = Adoption::IfNameMatches);
    assert_eq!(
        case.decide(),
        Step::Stall(Stalled::Ambiguous(vec![theirs("a"), theirs("b")]))
    );
}

#[test]
fn a_namesake_on_its_way_out_is_waited_for() {
    let leaving = Sighting {
        phase: Phase::Deleting,
        ..marked("a", MarkSeen::Unmarked)
    };
    assert_eq!(
        living().listed(leaving).decide(),
        Step::Wait(Waiting::BeingDeleted(id("a")))
    );
}

#[test]
fn an_object_that_the_spec_names_is_adopted_if_it_fits() {
    let given = |found: ById| {
        living()
            .asked("a", found)
            .with(|case| case.desired.given_id = Some(id("a")))
    };
    let claimed = Sighting {
        claimed_by: Some("ImageCatalog team/old".into()),
        ..ours("a")
    };
    let misfit = Sighting {
        mismatch: Some("os differs".into()),
        ..ours("a")
    };
    let other_install = marked("a", MarkSeen::OtherInstall);
    hold(vec![
        (
            "not asked for yet",
            living().with(|case| case.desired.given_id = Some(id("a"))),
            Step::Look(Look::ById(id("a"))),
        ),
        (
            "there",
            given(ById::Found(marked("a", MarkSeen::Unmarked))),
            Step::Adopt(id("a")),
        ),
        (
            "of another install",
            given(ById::Found(other_install)),
            Step::Adopt(id("a")),
        ),
        (
            "absent",
            given(ById::Absent),
            Step::Stall(Stalled::NoSuchObject(id("a"))),
        ),
        (
            "with another's mark",
            given(ById::Found(marked("a", MarkSeen::Other))),
            Step::Stall(Stalled::OwnedByOther(marked("a", MarkSeen::Other))),
        ),
        (
            "claimed",
            given(ById::Found(claimed.clone())),
            Step::Stall(Stalled::OwnedByOther(claimed)),
        ),
        (
            "different",
            given(ById::Found(misfit.clone())),
            Step::Stall(Stalled::Mismatch(misfit)),
        ),
        (
            "on its way out",
            given(ById::Found(in_phase("a", Phase::Deleting))),
            Step::Wait(Waiting::BeingDeleted(id("a"))),
        ),
    ]);
}

#[test]
fn a_hint_is_followed_only_to_an_object_that_proves_to_be_ours() {
    use HintOrigin::{NamesAnother, NamesThisResource};
    let unmarked = || marked("a", MarkSeen::Unmarked);
    let other_install = || marked("a", MarkSeen::OtherInstall);
    let hinted = |origin, found| living().hinted("a", origin).asked("a", found);
    let by_name = |case: &mut Case| case.desired.adoption = Adoption::IfNameMatches;
    hold(vec![
        (
            "not asked for yet",
            living().hinted("a", NamesThisResource),
            Step::Look(Look::ById(id("a"))),
        ),
        (
            "our mark, copied note",
            hinted(NamesAnother, ById::Found(ours("a"))),
            Step::Adopt(id("a")),
        ),
        (
            "no mark, our note",
            hinted(NamesThisResource, ById::Found(unmarked())),
            Step::Adopt(id("a")),
        ),
        (
            "no mark, copied note",
            hinted(NamesAnother, ById::Found(unmarked())),
            Step::Stall(Stalled::OwnedByOther(unmarked())),
        ),
        (
            "another's mark, our note",
            hinted(NamesThisResource, ById::Found(marked("a", MarkSeen::Other))),
            Step::Stall(Stalled::OwnedByOther(marked("a", MarkSeen::Other))),
        ),
        (
            "another install's mark",
            hinted(NamesAnother, ById::Found(other_install())),
            Step::Stall(Stalled::OwnedByAnotherInstall(other_install())),
        ),
        (
            "another install's mark, adopted by name",
            hinted(NamesAnother, ById::Found(other_install())).with(by_name),
            Step::Adopt(id("a")),
        ),
        (
            "theirs, and a person wants a new one",
            hinted(NamesAnother, ById::Found(unmarked()))
                .with(|case| case.desired.resolution = Some(Resolution::Create)),
            begin_create(),
        ),
        (
            "ours, on its way out",
            hinted(NamesThisResource, ById::Found(in_phase("a", Phase::Deleting))),
            Step::Wait(Waiting::BeingDeleted(id("a"))),
        ),
        (
            "copied note to what is gone",
            hinted(NamesAnother, ById::Absent),
            begin_create(),
        ),
    ]);
}

#[test]
fn a_record_under_another_uid_is_a_hint() {
    let restored = living()
        .with(|case| case.memory.foreign_record = Some(holding("a")))
        .asked("a", ById::Found(marked("a", MarkSeen::Unmarked)));
    assert_eq!(
        restored.decide(),
        Step::Stall(Stalled::OwnedByOther(marked("a", MarkSeen::Unmarked)))
    );
}

#[test]
fn what_our_own_note_remembers_is_made_again_only_when_somebody_allows_it() {
    let vanished = || {
        living()
            .hinted("a", HintOrigin::NamesThisResource)
            .asked("a", ById::Absent)
    };
    hold(vec![
        ("by default", vanished(), Step::Stall(Stalled::Missing(id("a")))),
        (
            "recreatePolicy",
            vanished().with(|case| case.desired.recreation = Recreation::WhenGone),
            Step::ForgetId,
        ),
        (
            "a person's create",
            vanished().with(|case| case.desired.resolution = Some(Resolution::Create)),
            Step::ForgetId,
        ),
        (
            "a person's recreate",
            vanished().with(|case| case.desired.resolution = Some(Resolution::Recreate)),
            Step::ForgetId,
        ),
    ]);
}

#[test]
fn nothing_is_created_while_the_inventory_is_suspect() {
    let case = living().with(|case| case.looks.inventory = InventoryTrust::Suspect);
    assert_eq!(case.decide(), Step::Wait(Waiting::InventorySuspect));
}

#[test]
fn a_refused_create_stands_until_its_basis_or_the_hour_changes() {
    let with_refusal = |refusal| {
        living().recorded(Record {
            refusal: Some(refusal),
            ..Record::default()
        })
    };
    let stands = now() - WINDOW * 11;
    hold(vec![
        (
            "same basis, within the hour",
            with_refusal(refused(Operation::Create, "1/1", stands)),
            Step::Stall(Stalled::Refused {
                operation: Operation::Create,
                problem: Problem::new(ProblemKind::Rejected, "no"),
            }),
        ),
        (
            "after the hour",
            with_refusal(refused(Operation::Create, "1/1", now() - WINDOW * 12)),
            begin_create(),
        ),
        (
            "another basis",
            with_refusal(refused(Operation::Create, "1/2", stands)),
            begin_create(),
        ),
        (
            "of another operation",
            with_refusal(refused(publish(), "1/1", stands)),
            begin_create(),
        ),
    ]);
}
