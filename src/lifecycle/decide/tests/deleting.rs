//! A resource that is being deleted.

use super::*;

fn leaving() -> Case {
    going().recorded(holding("a"))
}

fn begin_delete(tries: u32) -> Step {
    Step::Begin(intended(Operation::Delete, tries))
}

#[test]
fn without_our_finalizer_there_is_nothing_to_do() {
    let case = leaving().with(|case| case.memory.finalizer = Finalizer::Absent);
    assert_eq!(case.decide(), Step::Rest);
}

#[test]
fn an_object_that_stays_behind_only_loses_its_finalizer() {
    let case = leaving().with(|case| case.desired.presence = Presence::LeftBehind);
    assert_eq!(case.decide(), Step::Release);
}

#[test]
fn our_object_is_deleted_after_a_fresh_look() {
    hold(vec![
        (
            "cached",
            leaving()
                .listed(ours("a"))
                .with(|case| case.looks.freshness = Freshness::Cached),
            Step::Look(Look::Fresh),
        ),
        ("fresh", leaving().listed(ours("a")), begin_delete(1)),
        (
            "adopted, without a mark",
            leaving().listed(marked("a", MarkSeen::Unmarked)),
            begin_delete(1),
        ),
        ("in no list", leaving(), Step::Look(Look::ById(id("a")))),
        (
            "in no list but there",
            leaving().asked("a", ById::Found(ours("a"))),
            begin_delete(1),
        ),
        (
            "going already",
            leaving().listed(in_phase("a", Phase::Deleting)),
            Step::Wait(Waiting::BeingDeleted(id("a"))),
        ),
    ]);
}

#[test]
fn a_delete_that_was_written_down_in_this_pass_is_sent() {
    let case = leaving()
        .recorded(Record {
            intent: Some(intent(Operation::Delete, now())),
            ..holding("a")
        })
        .listed(ours("a"))
        .with(|case| case.begun = Some("earlier"));
    assert_eq!(case.decide(), Step::Send(Operation::Delete));
}

#[test]
fn a_delete_that_was_accepted_has_the_window_to_show() {
    let accepted = |at, outcome| {
        let intent = Intent {
            outcome,
            ..intent(Operation::Delete, at)
        };
        leaving()
            .recorded(Record {
                intent: Some(intent),
                ..holding("a")
            })
            .listed(ours("a"))
    };
    hold(vec![
        (
            "accepted",
            accepted(now(), IntentOutcome::Accepted),
            Step::Wait(Waiting::Accepted {
                operation: Operation::Delete,
            }),
        ),
        (
            "accepted long ago",
            accepted(long_ago(), IntentOutcome::Accepted),
            begin_delete(2),
        ),
        (
            "answer lost: deleting twice is harmless",
            accepted(now(), IntentOutcome::Unknown),
            begin_delete(2),
        ),
    ]);
}

#[test]
fn what_is_in_the_way_of_a_delete_is_named() {
    let blocked = |blocker| {
        leaving()
            .listed(ours("a"))
            .with(|case| case.looks.delete_blocker = Some(blocker))
    };
    let names = || vec!["win11-2".to_owned()];
    hold(vec![
        (
            "resources of ours",
            blocked(Blocker::Dependents(names())),
            Step::Wait(Waiting::Dependents(names())),
        ),
        (
            "things that are not ours",
            blocked(Blocker::Foreign(names())),
            Step::Stall(Stalled::Foreign(names())),
        ),
        (
            "the definition is being removed",
            blocked(Blocker::DefinitionGoing),
            Step::Wait(Waiting::DefinitionGoing),
        ),
        (
            "a suspect account",
            leaving()
                .listed(ours("a"))
                .with(|case| case.looks.inventory = InventoryTrust::Suspect),
            Step::Wait(Waiting::InventorySuspect),
        ),
        (
            "another account",
            leaving()
                .listed(ours("a"))
                .with(|case| case.desired.account = Account("horizonCloud/o-2".into())),
            Step::Stall(Stalled::OtherAccount(id("a"))),
        ),
    ]);
}

#[test]
fn an_object_in_use_is_tried_again_when_its_refusal_has_aged() {
    let refused_at = |at| {
        leaving()
            .recorded(Record {
                refusal: Some(refused(Operation::Delete, "1/1", at)),
                ..holding("a")
            })
            .listed(ours("a"))
    };
    hold(vec![
        (
            "just now",
            refused_at(now()),
            Step::Stall(Stalled::Refused {
                operation: Operation::Delete,
                problem: Problem::new(ProblemKind::Rejected, "no"),
            }),
        ),
        ("long ago", refused_at(now() - WINDOW * 12), begin_delete(1)),
    ]);
}

#[test]
fn somebody_elses_object_is_left_to_them_and_the_resource_let_go() {
    let claimed = Sighting {
        claimed_by: Some("ImageCatalog team/old".into()),
        ..marked("a", MarkSeen::Unmarked)
    };
    for sighting in [claimed, marked("a", MarkSeen::Other)] {
        let known = leaving()
            .listed(sighting.clone())
            .with(|case| case.memory.custody = Custody::Settled);
        assert_eq!(known.decide(), Step::Release);
        let unknown = leaving().listed(sighting.clone());
        assert_eq!(unknown.decide(), presume_create());
        let with_one_of_ours = unknown.listed(ours("b"));
        assert_eq!(with_one_of_ours.decide(), Step::Adopt(id("b")));
        let with_a_claimed_one = leaving().listed(sighting).listed(Sighting {
            claimed_by: Some("ImageCatalog team/old".into()),
            ..ours("b")
        });
        assert_eq!(with_a_claimed_one.decide(), presume_create());
    }
}

#[test]
fn the_finalizer_goes_when_the_object_is_gone_for_certain() {
    let gone = || {
        leaving()
            .asked("a", ById::Absent)
            .with(|case| case.memory.custody = Custody::Own)
    };
    hold(vec![
        ("for certain", gone(), Step::Release),
        (
            "recorded just now",
            gone().recorded(Record {
                held: Some(held("a", now())),
                ..Record::default()
            }),
            settling_create(WINDOW),
        ),
        (
            "another bears our mark",
            gone().listed(ours("b")),
            Step::Adopt(id("b")),
        ),
        (
            "in a suspect account",
            gone().with(|case| case.looks.inventory = InventoryTrust::Suspect),
            Step::Wait(Waiting::InventorySuspect),
        ),
        (
            "by a process that does not know the record",
            gone().with(|case| case.memory.custody = Custody::Unproven),
            presume_create(),
        ),
    ]);
}

#[test]
fn a_resource_that_never_sent_anything_goes_at_once() {
    let untouched = living().with(|case| {
        case.desired.presence = Presence::Deleted;
        case.looks = Looks::nothing();
    });
    assert_eq!(untouched.decide(), Step::Release);
}

#[test]
fn without_a_record_what_may_have_been_made_is_looked_for() {
    hold(vec![
        (
            "not looked yet",
            going().with(|case| case.looks.freshness = Freshness::Cached),
            Step::Look(Look::Fresh),
        ),
        ("found", going().listed(ours("a")), Step::Adopt(id("a"))),
        ("not found", going(), presume_create()),
        (
            "not found for a window",
            going().with(|case| case.memory.custody = Custody::Settled),
            Step::Release,
        ),
        (
            "a note leads to it",
            going()
                .hinted("a", HintOrigin::NamesThisResource)
                .asked("a", ById::Found(marked("a", MarkSeen::Unmarked))),
            Step::Adopt(id("a")),
        ),
        (
            "a copied note leads to somebody else's",
            going()
                .hinted("a", HintOrigin::NamesAnother)
                .asked("a", ById::Found(marked("a", MarkSeen::Unmarked)))
                .with(|case| case.memory.custody = Custody::Settled),
            Step::Release,
        ),
    ]);
}

#[test]
fn an_open_create_keeps_the_finalizer_until_the_window_has_passed() {
    let open = |at| {
        going()
            .recorded(begun(Operation::Create, at))
            .with(|case| case.memory.custody = Custody::Own)
    };
    hold(vec![
        (
            "not looked yet",
            open(long_ago()).with(|case| case.looks.freshness = Freshness::Cached),
            Step::Look(Look::Fresh),
        ),
        ("found", open(now()).listed(ours("a")), Step::Adopt(id("a"))),
        ("within the window", open(now()), settling_create(WINDOW)),
        ("after it", open(long_ago()), Step::Release),
        (
            "found by a process that did not write it",
            open(long_ago()).with(|case| case.memory.custody = Custody::Unproven),
            presume_create(),
        ),
        (
            "in a suspect account",
            open(long_ago()).with(|case| case.looks.inventory = InventoryTrust::Suspect),
            Step::Wait(Waiting::InventorySuspect),
        ),
    ]);
}

#[test]
fn a_person_chooses_among_several_of_ours_while_the_resource_goes_too() {
    let two = |record: Option<Record>| {
        going()
            .listed(ours("a"))
            .listed(ours("b"))
            .with(|case| case.memory.record = record)
    };
    let choose = |chosen: &'static str| {
        move |case: &mut Case| case.desired.resolution = Some(Resolution::Use(id(chosen)))
    };
    let question = Step::Stall(Stalled::Ambiguous(vec![ours("a"), ours("b")]));
    hold(vec![
        ("no record", two(None), question.clone()),
        (
            "no record, answered",
            two(None).with(choose("b")),
            Step::Adopt(id("b")),
        ),
        (
            "an open create, answered",
            two(Some(begun(Operation::Create, now()))).with(choose("b")),
            Step::Adopt(id("b")),
        ),
        (
            "answered with none of them",
            two(None).with(choose("c")),
            question,
        ),
    ]);
}
