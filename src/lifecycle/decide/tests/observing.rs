//! A resource that only looks.

use super::*;

fn observing() -> Case {
    living().with(|case| {
        case.desired.management = Management::Observe;
        case.memory.finalizer = Finalizer::Absent;
    })
}

#[test]
fn what_is_observed_is_found_by_record_id_note_mark_or_name() {
    let unmarked = || marked("a", MarkSeen::Unmarked);
    let by_name = |case: &mut Case| case.desired.adoption = Adoption::IfNameMatches;
    hold(vec![
        ("mark", observing().listed(ours("a")), Step::Adopt(id("a"))),
        (
            "name",
            observing().listed(unmarked()).with(by_name),
            Step::Adopt(id("a")),
        ),
        (
            "name, not allowed",
            observing().listed(unmarked()),
            Step::Stall(Stalled::NothingToObserve),
        ),
        (
            "name, of another resource",
            observing().listed(marked("a", MarkSeen::Other)).with(by_name),
            Step::Stall(Stalled::NothingToObserve),
        ),
        (
            "note",
            observing()
                .hinted("a", HintOrigin::NamesThisResource)
                .asked("a", ById::Found(unmarked())),
            Step::Adopt(id("a")),
        ),
        (
            "copied note",
            observing().hinted("a", HintOrigin::NamesAnother),
            Step::Stall(Stalled::NothingToObserve),
        ),
        (
            "several",
            observing().listed(ours("a")).listed(ours("b")),
            Step::Stall(Stalled::Ambiguous(vec![ours("a"), ours("b")])),
        ),
        (
            "by an old list",
            observing().with(|case| case.looks.freshness = Freshness::Cached),
            Step::Look(Look::Fresh),
        ),
    ]);
}

#[test]
fn what_belongs_to_somebody_else_or_does_not_fit_can_be_observed() {
    let misfit = Sighting {
        mismatch: Some("os differs".into()),
        ..ours("a")
    };
    for sighting in [marked("a", MarkSeen::Other), misfit] {
        let case = observing()
            .asked("a", ById::Found(sighting))
            .with(|case| case.desired.given_id = Some(id("a")));
        assert_eq!(case.decide(), Step::Adopt(id("a")));
    }
}

#[test]
fn what_is_observed_is_never_changed_and_its_absence_is_only_told() {
    let watching = || observing().recorded(holding("a"));
    hold(vec![
        (
            "there, and not as the spec says",
            watching()
                .listed(ours("a"))
                .with(|case| case.looks.next_change = Some(publish())),
            Step::Rest,
        ),
        (
            "failed, and a person wants it again",
            watching()
                .listed(in_phase("a", Phase::Failed))
                .with(|case| case.desired.resolution = Some(Resolution::Recreate)),
            Step::Rest,
        ),
        ("in no list", watching(), Step::Look(Look::ById(id("a")))),
        (
            "gone",
            watching().asked("a", ById::Absent),
            Step::Stall(Stalled::Missing(id("a"))),
        ),
        (
            "in another account",
            watching().with(|case| case.desired.account = Account("horizonCloud/o-2".into())),
            Step::Stall(Stalled::OtherAccount(id("a"))),
        ),
    ]);
}

#[test]
fn an_observing_resource_goes_without_touching_anything() {
    let leaving = |finalizer| {
        observing().recorded(holding("a")).with(|case| {
            case.desired.presence = Presence::Deleted;
            case.memory.finalizer = finalizer;
        })
    };
    hold(vec![
        ("with the finalizer", leaving(Finalizer::Present), Step::Release),
        ("without it", leaving(Finalizer::Absent), Step::Rest),
    ]);
}
