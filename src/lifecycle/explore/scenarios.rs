//! The scenarios that are explored.

use super::world::{Budget, Object, Thing, Wish, World};
use crate::lifecycle::*;

/// What is explored: a wish, and how much misfortune may befall it.
pub(super) struct Scenario {
    pub name: &'static str,
    pub wish: Wish,
    pub start: World,
}

/// The scenario in which each rule is missed.
pub(super) fn missed_in(rule: Rule) -> &'static str {
    match rule {
        Rule::LookBeforeCreating
        | Rule::WriteAhead
        | Rule::LostRecordIsAnIntent
        | Rule::OwnByMark
        | Rule::SettleUnknownOutcomes => "create; crash, lost reply, lost memory",
        Rule::HintsAreNotOwnership => "copied manifest, delete",
        Rule::OnlyOurs => "somebody else's object has the name",
        Rule::FinalizerStaysUntilSettled => "create, delete; lost memory",
        Rule::AbsenceIsNotProof => "vanishes, made again when gone",
        Rule::GoneIsNotNever => "vanishes, never made again",
        Rule::LookBeforeChangingAgain => "create, change; crash, lost reply, lost memory",
    }
}

fn foreign(id: &str, mark: MarkSeen, named: NameSeen) -> Thing {
    Thing {
        id: id.parse().unwrap(),
        mark,
        named,
        listed: true,
        phase: Phase::Settled,
        changed: 0,
    }
}

fn wish(recreation: Recreation) -> Wish {
    Wish {
        recreation,
        adoption: Adoption::IfOwned,
        change: false,
    }
}

#[expect(clippy::too_many_lines, reason = "a table reads best in one piece")]
pub(super) fn scenarios() -> Vec<Scenario> {
    let faults = Budget {
        crashes: 2,
        lost_replies: 1,
        hidden: 1,
        ..Budget::default()
    };
    let memory = Budget {
        lost_status: 1,
        lost_annotation: 1,
        stale_reads: 1,
        ..faults
    };
    let mut copied = World::new(Budget {
        deletions: 1,
        crashes: 1,
        lost_replies: 1,
        lost_status: 1,
        ..Budget::default()
    });
    // An adopted image of theirs bears no mark at all.
    copied
        .things
        .push(foreign("theirs", MarkSeen::Unmarked, NameSeen::Different));
    copied.object = Some(Object {
        finalizer: true,
        annotation: Some(Hint {
            id: "theirs".parse().unwrap(),
            origin: HintOrigin::NamesAnother,
        }),
        ..Object::fresh()
    });
    let mut namesake = World::new(Budget {
        deletions: 1,
        crashes: 1,
        lost_status: 1,
        ..Budget::default()
    });
    namesake
        .things
        .push(foreign("theirs", MarkSeen::Unmarked, NameSeen::Same));
    let never = wish(Recreation::Never);
    vec![
        Scenario {
            name: "create; crash, lost reply, lost memory",
            wish: never,
            start: World::new(memory),
        },
        Scenario {
            name: "create; replaced manifest, new uid, refusal",
            wish: never,
            start: World::new(Budget {
                replaced: 1,
                new_uid: 1,
                refusals: 1,
                crashes: 1,
                hidden: 1,
                lost_replies: 1,
                ..Budget::default()
            }),
        },
        Scenario {
            name: "create; status restored from a backup",
            wish: never,
            start: World::new(Budget {
                restored: 1,
                crashes: 1,
                lost_replies: 1,
                hidden: 1,
                refusals: 1,
                ..Budget::default()
            }),
        },
        Scenario {
            name: "create, delete; lost memory",
            wish: never,
            start: World::new(Budget {
                deletions: 1,
                lost_replies: 2,
                lost_status: 1,
                hidden: 1,
                crashes: 1,
                stale_reads: 1,
                ..Budget::default()
            }),
        },
        Scenario {
            name: "create, delete; restored status, new uid",
            wish: never,
            start: World::new(Budget {
                deletions: 1,
                restored: 1,
                new_uid: 1,
                hidden: 1,
                crashes: 1,
                lost_replies: 1,
                ..Budget::default()
            }),
        },
        Scenario {
            name: "vanishes, made again when gone",
            wish: wish(Recreation::WhenGone),
            start: World::new(Budget {
                vanished: 1,
                crashes: 1,
                lost_replies: 1,
                hidden: 1,
                lost_status: 1,
                restored: 1,
                ..Budget::default()
            }),
        },
        Scenario {
            name: "vanishes, never made again",
            wish: never,
            start: World::new(Budget {
                vanished: 1,
                crashes: 1,
                lost_status: 1,
                lost_replies: 1,
                deletions: 1,
                ..Budget::default()
            }),
        },
        Scenario {
            name: "create, change; crash, lost reply, lost memory",
            wish: Wish {
                change: true,
                ..never
            },
            start: World::new(Budget {
                crashes: 1,
                lost_replies: 2,
                lost_status: 1,
                restored: 1,
                hidden: 1,
                ..Budget::default()
            }),
        },
        Scenario {
            name: "create, change, delete",
            wish: Wish {
                change: true,
                ..never
            },
            start: World::new(Budget {
                crashes: 1,
                lost_replies: 1,
                lost_status: 1,
                deletions: 1,
                refusals: 1,
                ..Budget::default()
            }),
        },
        Scenario {
            name: "copied manifest, delete",
            wish: never,
            start: copied,
        },
        Scenario {
            name: "somebody else's object has the name",
            wish: never,
            start: namesake,
        },
    ]
}
