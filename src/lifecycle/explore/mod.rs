//! Explores the shipped decision exhaustively: every interleaving of passes with crashes, lost replies, stale reads,
//! listing lag, lost or restored memory and deletions, up to a budget of each.

mod hasher;
mod later;
mod scenarios;
mod world;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::rules::tests::without;
use super::*;
use hasher::Quick;
use later::{Asked, First};
use scenarios::{Scenario, missed_in, scenarios};
use world::{Backup, Budget, Request, Wish, World};

/// What happens next in the world.
#[derive(Clone, Debug, PartialEq)]
enum Action {
    Pass,
    StalePass,
    Advance,
    /// The request that the pass is about to send meets this fate.
    Send(Fate),
    Crash,
    Land,
    Evaporate,
    Reveal,
    Tick,
    LoseStatus,
    LoseAnnotation,
    Replace,
    NewUid,
    Backup,
    Restore,
    Vanish,
    DeleteResource,
    /// The spec asks for the part, or does so no longer.
    Ask,
}

impl Action {
    /// Whether somebody else can make a part forgotten by this: a part whose record is lost and that is not asked for
    /// any more, both while it is there, can't be covered.
    fn may_forget(&self) -> bool {
        matches!(
            self,
            Action::LoseStatus | Action::NewUid | Action::Restore | Action::Ask
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Answered,
    DoneAnswerLost,
    DoneLater,
    NeverDone,
    Refused,
    Throttled,
}

struct Explored {
    states: usize,
    transitions: usize,
    schedules: u128,
    violation: Option<String>,
}

fn problem() -> Problem {
    Problem::new(ProblemKind::Rejected, "no")
}

/// Every action that is possible here.
fn actions(world: &World) -> Vec<Action> {
    let mut list = Vec::new();
    let left = &world.left;
    match &world.pass {
        None if world.object.is_some() => {
            list.push(Action::Pass);
            if left.stale_reads > 0 && world.stale.is_some() && world.stale != world.object {
                list.push(Action::StalePass);
            }
        }
        None => {}
        Some(pass) if pass.begun.is_some() && pass.outcome.is_none() => {
            list.push(Action::Send(Fate::Answered));
            if left.lost_replies > 0 {
                list.extend([Fate::DoneAnswerLost, Fate::DoneLater, Fate::NeverDone].map(Action::Send));
            }
            if left.refusals > 0 {
                list.extend([Fate::Refused, Fate::Throttled].map(Action::Send));
            }
        }
        Some(_) => list.push(Action::Advance),
    }
    if left.crashes > 0 && (world.pass.is_some() || world.witness != Witness::default()) {
        list.push(Action::Crash);
    }
    if !world.in_flight.is_empty() {
        list.extend([Action::Land, Action::Evaporate]);
    }
    if world.things.iter().any(|thing| !thing.listed) {
        list.push(Action::Reveal);
    }
    if !world.is_unsettled() {
        list.push(Action::Tick);
    }
    let Some(object) = &world.object else { return list };
    // Status, annotation and finalizer all lost at once while something may still turn up can't be covered.
    let survives = |record: bool, annotation: bool, finalizer: bool| {
        record || annotation || finalizer || !world.is_unsettled() && world.ours() == 0
    };
    let (record, annotation, finalizer) = (
        object.record.is_some() || matches!(object.first, First::Another(Some(_))),
        object.annotation.is_some(),
        object.finalizer,
    );
    if left.lost_status > 0 && record && survives(false, annotation, finalizer) {
        list.push(Action::LoseStatus);
    }
    if left.lost_annotation > 0 && annotation && survives(record, false, finalizer) {
        list.push(Action::LoseAnnotation);
    }
    if left.replaced > 0 && finalizer && survives(record, false, false) {
        list.push(Action::Replace);
    }
    if left.new_uid > 0 {
        list.push(Action::NewUid);
    }
    if left.restored > 0 && world.backup.is_none() {
        list.push(Action::Backup);
    }
    if left.restored > 0
        && world
            .backup
            .as_ref()
            .is_some_and(|backup| backup.0 != object.record)
    {
        list.push(Action::Restore);
    }
    // What nobody remembers may be made again: it vanishes only once it is remembered for good.
    if left.vanished > 0 && world.ours() > 0 && object.annotation.is_some() {
        list.push(Action::Vanish);
    }
    if left.deletions > 0 && !object.deleting && object.finalizer {
        list.push(Action::DeleteResource);
    }
    if left.asks > 0 {
        list.push(Action::Ask);
    }
    list
}

fn apply(world: &World, action: &Action, wish: Wish) -> World {
    let mut next = world.clone();
    match action {
        Action::Pass => {
            if let Some(object) = next.object.clone() {
                next.begin_pass(object);
            }
        }
        Action::StalePass => {
            next.left.stale_reads -= 1;
            if let Some(stale) = next.stale.clone() {
                next.begin_pass(stale);
            }
        }
        Action::Advance => {
            next.advance(wish);
        }
        Action::Send(fate) => send(&mut next, *fate, wish),
        Action::Crash => {
            next.left.crashes -= 1;
            next.crash();
        }
        Action::Land => {
            let request = next.in_flight.remove(0);
            next.take_effect(&request.operation, request.target.as_ref());
        }
        Action::Evaporate => {
            next.in_flight.remove(0);
        }
        Action::Reveal => next.things.iter_mut().for_each(|thing| thing.listed = true),
        Action::Tick => next.tick(),
        Action::LoseStatus => {
            next.left.lost_status -= 1;
            next.edit(|object| {
                (object.record, object.answered) = (None, false);
                if let First::Another(recorded) = &mut object.first {
                    *recorded = None;
                }
            });
        }
        Action::LoseAnnotation => {
            next.left.lost_annotation -= 1;
            next.edit(|object| object.annotation = None);
        }
        Action::Replace => {
            next.left.replaced -= 1;
            next.edit(|object| {
                object.finalizer = false;
                object.annotation = None;
            });
        }
        Action::NewUid => {
            next.left.new_uid -= 1;
            next.edit(|object| object.uid += 1);
            if next.later.is_some() {
                next.knows_nothing();
            }
        }
        Action::Backup => next.backup = next.object.as_ref().map(|object| Backup(object.record.clone())),
        Action::Restore => {
            next.left.restored -= 1;
            let backup = next.backup.clone().and_then(|backup| backup.0);
            next.edit(|object| object.record = backup);
        }
        Action::Vanish => {
            next.left.vanished -= 1;
            next.facts.vanished += 1;
            next.things.retain(|thing| thing.mark != MarkSeen::Ours);
        }
        Action::DeleteResource => {
            next.left.deletions -= 1;
            next.edit(|object| object.deleting = true);
        }
        Action::Ask => {
            next.left.asks -= 1;
            next.edit(|object| object.asked = object.asked.is_not());
        }
    }
    next
}

/// The pass has persisted its intent; now the request goes out, if the decision still says so.
fn send(world: &mut World, fate: Fate, wish: Wish) {
    let Some(Step::Send(operation)) = world.advance(wish) else {
        return;
    };
    let target = world.target();
    let unknown = Outcome::Unknown(Problem::new(ProblemKind::Timeout, "lost"));
    let outcome = match fate {
        Fate::Answered => Outcome::Done(world.take_effect(&operation, target.as_ref())),
        Fate::DoneAnswerLost => {
            world.left.lost_replies -= 1;
            world.take_effect(&operation, target.as_ref());
            unknown
        }
        Fate::DoneLater => {
            world.left.lost_replies -= 1;
            world.in_flight.push(Request { operation, target });
            unknown
        }
        Fate::NeverDone => {
            world.left.lost_replies -= 1;
            unknown
        }
        Fate::Refused => {
            world.left.refusals -= 1;
            world.facts.refused += 1;
            Outcome::Refused(problem())
        }
        Fate::Throttled => {
            world.left.refusals -= 1;
            Outcome::Throttled {
                retry_after: std::time::Duration::from_secs(1),
                problem: problem(),
            }
        }
    };
    if let Some(pass) = &mut world.pass {
        pass.outcome = Some(outcome);
    }
}

/// What must hold in every state.
fn broken(world: &World, wish: Wish) -> Option<&'static str> {
    if world.ours() > 1 {
        return Some("two remote objects for one part");
    }
    if world.facts.touched_foreign {
        return Some("somebody else's object was touched");
    }
    if world.facts.changed_twice {
        return Some("a change took effect twice");
    }
    if wish.management == Management::Observe && world.pass.as_ref().is_some_and(|pass| pass.begun.is_some())
    {
        return Some("somebody who only observes sends a request");
    }
    if wish.recreation == Recreation::Never && world.facts.created > 1 + world.facts.deleted {
        return Some("what once existed was created again");
    }
    let creates = |request: &Request| request.operation == Operation::Create;
    if world.object.is_none() && (world.made_by_us() > 0 || world.in_flight.iter().any(creates)) {
        return Some("the resource is gone and its remote object is left");
    }
    if world.is_forgotten() {
        return Some("nobody asks for the remote object, and nobody remembers it");
    }
    None
}

/// What decides how the world runs on without any further misfortune.
fn undisturbed(world: &World) -> World {
    World {
        left: Budget::default(),
        stale: None,
        backup: None,
        ..world.clone()
    }
}

/// Lets an undisturbed world run on; it has to come to rest.
fn comes_to_rest(mut world: World, wish: Wish) -> Result<(), String> {
    let mut last = None;
    let mut before = None;
    for _ in 0..12 {
        let mut steps = 0;
        while let Some(pass) = &world.pass {
            steps += 1;
            if steps > 30 {
                return Err("a pass never ends".into());
            }
            if pass.begun.is_some() && pass.outcome.is_none() {
                send(&mut world, Fate::Answered, wish);
            } else if let Some(step) = world.advance(wish) {
                last = Some(step);
            }
        }
        while !world.in_flight.is_empty() {
            world = apply(&world, &Action::Land, wish);
        }
        world = apply(&world, &Action::Reveal, wish);
        if let Some(what) = broken(&world, wish) {
            return Err(what.into());
        }
        let Some(object) = world.object.clone() else {
            return Ok(());
        };
        if before.as_ref() == Some(&world) {
            break;
        }
        before = Some(world.clone());
        world.tick();
        world.begin_pass(world.object.clone().unwrap_or(object));
    }
    let wanted = usize::from(
        world
            .object
            .as_ref()
            .is_some_and(|object| object.asked == Asked::Yes),
    );
    match last {
        Some(Step::Rest) if world.ours() == wanted => Ok(()),
        Some(Step::Rest) if world.things.is_empty() => Err("it rests with nothing there".into()),
        // Whoever has forgotten that it deleted the object itself asks a person, too.
        Some(Step::Stall(Stalled::Missing(_))) if world.facts.vanished + world.facts.deleted > 0 => Ok(()),
        Some(Step::Stall(Stalled::NothingToObserve)) if world.ours() == 0 => Ok(()),
        Some(Step::Stall(Stalled::OwnedByOther(_) | Stalled::NameTaken(_))) if !world.things.is_empty() => {
            Ok(())
        }
        step => Err(format!("it never comes to rest: {step:?}")),
    }
}

fn explore(scenario: &Scenario) -> Explored {
    let wish = scenario.wish;
    let mut known: HashMap<Rc<World>, usize, Quick> = HashMap::default();
    let mut nodes: Vec<(usize, Option<Action>, usize, u128)> = Vec::new();
    let start = Rc::new(scenario.start.clone());
    let mut frontier = vec![(Rc::clone(&start), 0)];
    known.insert(start, 0);
    nodes.push((0, None, 0, 1));
    let mut comes_to_rest_from: HashSet<World, Quick> = HashSet::default();
    let (mut transitions, mut depth) = (0, 0);
    while !frontier.is_empty() {
        depth += 1;
        let mut next_frontier = Vec::new();
        for (world, index) in &frontier {
            let found = broken(world, wish).map(str::to_owned).or_else(|| {
                let undisturbed = undisturbed(world);
                if comes_to_rest_from.insert(undisturbed.clone()) {
                    comes_to_rest(undisturbed, wish).err()
                } else {
                    None
                }
            });
            if let Some(what) = found {
                let violation = Some(format!("{what}\n{}", schedule(scenario, &nodes, *index)));
                let schedules = nodes.iter().map(|node| node.3).sum();
                return Explored {
                    states: known.len(),
                    transitions,
                    schedules,
                    violation,
                };
            }
            for action in actions(world) {
                let next = apply(world, &action, wish);
                if action.may_forget() && next.is_forgotten() {
                    continue;
                }
                transitions += 1;
                let paths = nodes[*index].3;
                if let Some(&seen) = known.get(&next) {
                    if nodes[seen].2 == depth {
                        nodes[seen].3 = nodes[seen].3.saturating_add(paths);
                    }
                    continue;
                }
                let next = Rc::new(next);
                known.insert(Rc::clone(&next), nodes.len());
                next_frontier.push((next, nodes.len()));
                nodes.push((*index, Some(action), depth, paths));
            }
        }
        frontier = next_frontier;
    }
    let schedules = nodes.iter().fold(0_u128, |sum, node| sum.saturating_add(node.3));
    Explored {
        states: known.len(),
        transitions,
        schedules,
        violation: None,
    }
}

/// A counterexample for people: each action, and what the pass decided.
fn schedule(scenario: &Scenario, nodes: &[(usize, Option<Action>, usize, u128)], mut index: usize) -> String {
    let mut actions = Vec::new();
    while let (parent, Some(action), _, _) = &nodes[index] {
        actions.push(action.clone());
        index = *parent;
    }
    actions.reverse();
    let mut world = scenario.start.clone();
    let mut lines = vec![format!("after {} actions:", actions.len())];
    for action in actions {
        lines.push(format!(
            "  {action:?} {}",
            if action == Action::Advance {
                world.peek(scenario.wish)
            } else {
                String::new()
            }
        ));
        world = apply(&world, &action, scenario.wish);
    }
    lines.join("\n")
}

#[test]
fn no_schedule_makes_two_loses_one_or_touches_what_is_not_ours() {
    let (mut states, mut transitions, mut schedules) = (0, 0, 0_u128);
    for scenario in scenarios() {
        let explored = explore(&scenario);
        println!(
            "{:<50} {:>8} states {:>9} transitions {:>22} schedules",
            scenario.name, explored.states, explored.transitions, explored.schedules
        );
        assert_eq!(explored.violation, None, "{}", scenario.name);
        states += explored.states;
        transitions += explored.transitions;
        schedules = schedules.saturating_add(explored.schedules);
    }
    println!("explored {states} states, {transitions} transitions, {schedules} schedules: 0 violations");
}

#[test]
fn taking_any_one_rule_out_breaks_a_promise() {
    for rule in Rule::ALL {
        let scenario = scenarios()
            .into_iter()
            .find(|scenario| scenario.name == missed_in(rule))
            .unwrap();
        let explored = without(rule, || explore(&scenario));
        println!(
            "without {rule:?}: {}",
            explored.violation.as_deref().unwrap_or("no violation")
        );
        assert!(explored.violation.is_some(), "nothing depends on {rule:?}");
    }
}
