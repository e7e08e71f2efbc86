//! The scenarios that are explored.

use super::later::Later;
use super::world::{Budget, Object, Thing, WINDOW, Wish, World, now};
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
        takeable: false,
    }
}

/// A resource that holds `t0` since long ago, and a person's answer to what has become of that.
fn answered(resolution: Resolution) -> Object {
    let held = Held {
        id: "t0".parse().unwrap(),
        since: now() - WINDOW,
        account: Account("world".into()),
    };
    Object {
        finalizer: true,
        record: Some((
            1,
            Record {
                held: Some(held),
                ..Record::default()
            },
        )),
        annotation: Some(Hint {
            id: "t0".parse().unwrap(),
            origin: HintOrigin::NamesThisResource,
        }),
        answer: Some(resolution),
        ..Object::fresh()
    }
}

/// Scenarios in which a person, or a policy, decides something.
fn decided_by_people() -> Vec<Scenario> {
    let troubles = Budget {
        crashes: 1,
        lost_replies: 2,
        lost_status: 1,
        hidden: 1,
        refusals: 1,
        ..Budget::default()
    };
    let mut failed = World::new(troubles);
    failed.object = Some(answered(Resolution::Recreate));
    failed.things.push(Thing {
        phase: Phase::Failed,
        ..foreign("t0", MarkSeen::Ours, NameSeen::Same)
    });
    let mut missing = World::new(troubles);
    missing.object = Some(answered(Resolution::Create));
    let taking = |mark: MarkSeen| {
        let mut world = World::new(Budget {
            crashes: 1,
            lost_replies: 1,
            lost_status: 1,
            deletions: 1,
            ..Budget::default()
        });
        world.things.push(Thing {
            takeable: true,
            ..foreign("theirs", mark, NameSeen::Same)
        });
        world
    };
    let by_name = Wish {
        adoption: Adoption::IfNameMatches,
        change: true,
        ..wish(Recreation::Never)
    };
    let mut observed = World::new(Budget {
        vanished: 1,
        deletions: 1,
        lost_status: 1,
        lost_annotation: 1,
        new_uid: 1,
        crashes: 1,
        ..Budget::default()
    });
    observed
        .things
        .push(foreign("t0", MarkSeen::Ours, NameSeen::Same));
    vec![
        Scenario {
            name: "failed, recreated by a person",
            wish: wish(Recreation::Never),
            start: failed,
        },
        Scenario {
            name: "missing, created again by a person",
            wish: wish(Recreation::Never),
            start: missing,
        },
        Scenario {
            name: "adopted by name, changed, deleted",
            wish: by_name,
            start: taking(MarkSeen::Unmarked),
        },
        Scenario {
            name: "adopted from another install, changed, deleted",
            wish: by_name,
            start: taking(MarkSeen::OtherInstall),
        },
        Scenario {
            name: "only observed",
            wish: Wish {
                management: Management::Observe,
                change: true,
                ..wish(Recreation::WhenGone)
            },
            start: observed,
        },
    ]
}

/// Scenarios of a copy: a part that is asked for when the resource has long had another one.
fn parts_asked_for_later() -> Vec<Scenario> {
    let later = |left: Budget| World {
        object: Some(Object::without_the_part()),
        later: Some(Later::default()),
        ..World::new(left)
    };
    let faults = Budget {
        asks: 1,
        crashes: 1,
        lost_replies: 1,
        hidden: 1,
        ..Budget::default()
    };
    vec![
        Scenario {
            name: "a copy asked for; lost memory",
            wish: wish(Recreation::Never),
            start: later(Budget {
                lost_status: 1,
                lost_annotation: 1,
                stale_reads: 1,
                ..faults
            }),
        },
        Scenario {
            name: "a copy asked for; status restored from a backup",
            wish: wish(Recreation::Never),
            start: later(Budget {
                restored: 1,
                hidden: 0,
                ..faults
            }),
        },
        Scenario {
            name: "a copy asked for; replaced manifest, new uid",
            wish: wish(Recreation::Never),
            start: later(Budget {
                lost_status: 1,
                replaced: 1,
                new_uid: 1,
                ..faults
            }),
        },
        Scenario {
            name: "a copy asked for, taken away, asked for again",
            wish: wish(Recreation::Never),
            start: later(Budget {
                asks: 3,
                stale_reads: 1,
                ..faults
            }),
        },
        Scenario {
            name: "a copy asked for, deleted with its resource",
            wish: wish(Recreation::Never),
            start: later(Budget {
                asks: 2,
                deletions: 1,
                refusals: 1,
                lost_status: 1,
                ..faults
            }),
        },
    ]
}

fn wish(recreation: Recreation) -> Wish {
    Wish {
        recreation,
        adoption: Adoption::IfOwned,
        management: Management::Manage,
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
    let mut scenarios = vec![
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
    ];
    scenarios.extend(decided_by_people());
    scenarios.extend(parts_asked_for_later());
    scenarios
}
