//! A small world for the shipped decision to live in: one resource, one process, one remote, and everything that
//! can go wrong between them.

use jiff::{SignedDuration, Timestamp};

use super::later::{Asked, First, Later};
use crate::lifecycle::*;

/// One settling window; the world knows no finer time.
pub(super) const WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// The moment it always is: time passes by moving the past away.
pub(super) fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

pub(super) const NAME: &str = "world";

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct World {
    pub object: Option<Object>,
    /// What a cache that lags behind still shows.
    pub stale: Option<Object>,
    /// A status that somebody saved and may restore.
    pub backup: Option<Backup>,
    pub witness: Witness,
    /// Where the part is asked for later than another one: what this process knows of the resource.
    pub later: Option<Later>,
    pub pass: Option<Pass>,
    pub things: Vec<Thing>,
    pub in_flight: Vec<Request>,
    pub left: Budget,
    pub facts: Facts,
}

/// A request that is under way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Request {
    pub operation: Operation,
    pub target: Option<RemoteId>,
}

/// A saved status: its record, if it had one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Backup(pub Option<(u8, Record)>);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Object {
    pub uid: u8,
    pub finalizer: bool,
    /// The record, and the uid it was written under.
    pub record: Option<(u8, Record)>,
    pub annotation: Option<Hint>,
    pub deleting: bool,
    /// A person's answer, and whether the status says that it was acted on.
    pub answer: Option<Resolution>,
    pub answered: bool,
    /// Whether the spec asks for the part.
    pub asked: Asked,
    /// The first part of the resource.
    pub first: First,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Pass {
    pub view: Object,
    /// Whether a write of what was read would still be accepted.
    pub current: bool,
    pub looks: Looks,
    pub begun: Option<String>,
    /// An outcome that still has to be written down.
    pub outcome: Option<Outcome<Option<RemoteId>>>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Thing {
    pub id: RemoteId,
    pub mark: MarkSeen,
    pub named: NameSeen,
    pub listed: bool,
    pub phase: Phase,
    /// How often the change took effect.
    pub changed: u8,
    /// Whether the resource may take it though it does not bear its mark.
    pub takeable: bool,
}

impl Thing {
    fn is_ours(&self) -> bool {
        self.mark == MarkSeen::Ours || self.takeable
    }
}

/// How often each sort of misfortune may still happen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Budget {
    pub crashes: u8,
    pub lost_replies: u8,
    pub refusals: u8,
    pub lost_status: u8,
    pub lost_annotation: u8,
    pub replaced: u8,
    pub new_uid: u8,
    pub restored: u8,
    pub vanished: u8,
    pub deletions: u8,
    pub hidden: u8,
    pub stale_reads: u8,
    pub asks: u8,
}

/// What has happened so far, for the oracles.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Facts {
    pub created: u8,
    pub vanished: u8,
    pub refused: u8,
    pub deleted: u8,
    pub touched_foreign: bool,
    pub changed_twice: bool,
}

/// What the resource of a scenario asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub recreation: Recreation,
    pub adoption: Adoption,
    pub management: Management,
    pub change: bool,
}

impl Wish {
    pub(super) fn desired(self, object: &Object) -> Desired {
        Desired {
            presence: if object.deleting || object.asked == Asked::No {
                Presence::Deleted
            } else {
                Presence::Present
            },
            management: self.management,
            adoption: self.adoption,
            recreation: self.recreation,
            given_id: None,
            resolution: object.answer.clone().filter(|_| !object.answered),
            account: Account("world".into()),
            basis: "1".into(),
            settling_window: WINDOW.unsigned_abs(),
            refusal_stands: WINDOW.unsigned_abs(),
        }
    }

    pub(super) fn operation() -> Operation {
        Operation::Change {
            name: "publish".into(),
            goal: "published".into(),
        }
    }
}

impl Object {
    pub(super) fn fresh() -> Self {
        Object {
            uid: 1,
            finalizer: false,
            record: None,
            annotation: None,
            deleting: false,
            answer: None,
            answered: false,
            asked: Asked::Yes,
            first: First::Itself,
        }
    }

    /// The person's answer has been acted on.
    fn acted_on(&mut self) {
        self.answered = self.answer.is_some();
    }

    /// The record that this very resource wrote.
    pub(super) fn own_record(&self) -> Option<&Record> {
        self.record
            .as_ref()
            .filter(|(uid, _)| *uid == self.uid)
            .map(|(_, record)| record)
    }

    pub(super) fn memory(&self, witness: &mut Witness) -> Memory {
        let record = self.own_record().cloned();
        let foreign_record = self
            .record
            .as_ref()
            .filter(|(uid, _)| *uid != self.uid)
            .map(|(_, record)| record.clone());
        // The annotation speaks of the first part.
        let is_first = self.first == First::Itself;
        let hints = self.annotation.clone().filter(|_| is_first).into_iter().collect();
        let custody = witness.custody(record.as_ref(), WINDOW.unsigned_abs(), now());
        let finalizer = if self.finalizer {
            Finalizer::Present
        } else {
            Finalizer::Absent
        };
        Memory {
            finalizer,
            record,
            custody,
            foreign_record,
            hints,
        }
    }
}

impl World {
    pub(super) fn new(left: Budget) -> Self {
        World {
            object: Some(Object::fresh()),
            stale: None,
            backup: None,
            witness: Witness::default(),
            later: None,
            pass: None,
            things: Vec::new(),
            in_flight: Vec::new(),
            left,
            facts: Facts::default(),
        }
    }

    /// Something that could still turn up remotely.
    pub(super) fn is_unsettled(&self) -> bool {
        let begun = self.pass.as_ref().is_some_and(|pass| pass.begun.is_some());
        begun || !self.in_flight.is_empty() || self.things.iter().any(|thing| !thing.listed)
    }

    pub(super) fn made_by_us(&self) -> usize {
        self.things
            .iter()
            .filter(|thing| thing.mark == MarkSeen::Ours)
            .count()
    }

    pub(super) fn ours(&self) -> usize {
        self.things.iter().filter(|thing| thing.is_ours()).count()
    }

    /// Changes the object as somebody else would: whoever holds the old version can't write any more.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut Object)) {
        if let Some(object) = &mut self.object {
            self.stale = Some(object.clone());
            change(object);
        }
        if let Some(pass) = &mut self.pass {
            pass.current = false;
        }
    }

    /// Writes from the pass in hand: accepted only if nobody else wrote.
    pub(super) fn write(&mut self, change: impl FnOnce(&mut Object)) -> bool {
        let Some(pass) = &mut self.pass else { return false };
        let Some(object) = self.object.as_mut().filter(|_| pass.current) else {
            self.pass = None;
            return false;
        };
        self.stale = Some(object.clone());
        change(object);
        pass.view = object.clone();
        true
    }

    pub(super) fn begin_pass(&mut self, view: Object) {
        let current = self.object.as_ref() == Some(&view);
        self.attend(&view);
        self.pass = Some(Pass {
            view,
            current,
            looks: Looks::nothing(),
            begun: None,
            outcome: None,
        });
    }

    pub(super) fn crash(&mut self) {
        self.pass = None;
        self.knows_nothing();
    }

    /// A settling window passes; possible only when nothing sent before can still take effect or stay hidden.
    pub(super) fn tick(&mut self) {
        let shift = |time: &mut Timestamp| {
            let oldest = now() - WINDOW;
            *time = (*time - WINDOW).max(oldest);
        };
        let shift_record = |record: &mut Record| {
            if let Some(held) = &mut record.held {
                shift(&mut held.since);
            }
            if let Some(intent) = &mut record.intent {
                shift(&mut intent.started_at);
            }
            if let Some(refusal) = &mut record.refusal {
                shift(&mut refusal.at);
            }
        };
        let before = self.object.as_ref().and_then(Object::own_record);
        let was_seen = self.witness.has_seen(before);
        self.stale = None;
        if let Some((_, record)) = self.backup.as_mut().and_then(|backup| backup.0.as_mut()) {
            shift_record(record);
        }
        if let Some(object) = &mut self.object {
            if let Some((_, record)) = &mut object.record {
                shift_record(record);
            }
            self.witness.after_a_window(object.own_record(), was_seen);
            if let Some(later) = &mut self.later {
                later.after_a_window();
            }
            let view = object.clone();
            if self.pass.is_some() {
                self.begin_pass(view);
            }
        }
    }

    /// The remote does what was asked, once.
    pub(super) fn take_effect(
        &mut self,
        operation: &Operation,
        target: Option<&RemoteId>,
    ) -> Option<RemoteId> {
        match operation {
            Operation::Create => {
                self.facts.created += 1;
                let id: RemoteId = format!("t{}", self.facts.created).parse().unwrap();
                let listed = self.left.hidden == 0;
                self.left.hidden = self.left.hidden.saturating_sub(1);
                let thing = Thing {
                    id: id.clone(),
                    mark: MarkSeen::Ours,
                    named: NameSeen::Same,
                    listed,
                    phase: Phase::Settled,
                    changed: 0,
                    takeable: false,
                };
                self.things.push(thing);
                return Some(id);
            }
            Operation::Delete => {
                let foreign = |thing: &Thing| Some(&thing.id) == target && !thing.is_ours();
                self.facts.touched_foreign |= self.things.iter().any(foreign);
                let before = self.things.len();
                self.things.retain(|thing| Some(&thing.id) != target);
                self.facts.deleted += u8::from(self.later.is_some() && self.things.len() < before);
            }
            Operation::Change { .. } => {
                for thing in self.things.iter_mut().filter(|thing| Some(&thing.id) == target) {
                    thing.changed += 1;
                    self.facts.touched_foreign |= !thing.is_ours();
                    self.facts.changed_twice |= thing.changed > 1;
                }
            }
        }
        None
    }

    fn sighting(thing: &Thing) -> Sighting {
        Sighting {
            id: thing.id.clone(),
            name: NAME.into(),
            mark: thing.mark,
            named: thing.named,
            mismatch: None,
            claimed_by: None,
            phase: thing.phase,
        }
    }

    fn look(&mut self, look: &Look, wish: Wish) {
        let listed = self
            .things
            .iter()
            .filter(|thing| thing.listed)
            .map(Self::sighting)
            .collect();
        let changed = |id: &RemoteId| {
            self.things
                .iter()
                .find(|thing| thing.id == *id)
                .is_some_and(|t| t.changed > 0)
        };
        let Some(pass) = &mut self.pass else { return };
        match look {
            Look::Cached => {
                pass.looks.freshness = Freshness::Cached;
                pass.looks.listed = listed;
            }
            Look::Fresh => {
                pass.looks.freshness = Freshness::SincePassBegan;
                pass.looks.listed = listed;
            }
            Look::ById(id) => {
                let found = self
                    .things
                    .iter()
                    .find(|thing| thing.id == *id)
                    .map(Self::sighting);
                pass.looks
                    .by_id
                    .insert(id.clone(), found.map_or(ById::Absent, ById::Found));
            }
        }
        let held = pass.view.own_record().and_then(|record| record.held.as_ref());
        let wanted = held.filter(|held| wish.change && !changed(&held.id));
        pass.looks.next_change = wanted.map(|_| Wish::operation());
    }

    fn amend_record(&mut self, memory: &Memory, change: impl FnOnce(&mut Record)) {
        let mut witness = self.witness.clone();
        if self.write_record(change) {
            let record = self
                .object
                .as_ref()
                .and_then(Object::own_record)
                .cloned()
                .unwrap_or_default();
            witness.amended(memory, &record, now());
            self.witness = witness;
        }
    }

    fn write_record(&mut self, change: impl FnOnce(&mut Record)) -> bool {
        let Some(pass) = &self.pass else { return false };
        let mut record = pass.view.own_record().cloned().unwrap_or_default();
        change(&mut record);
        let written = record.clone();
        let done = self.write(|object| object.record = Some((object.uid, record)));
        if done {
            self.witness.wrote(&written);
        }
        done
    }

    /// One step of the pass in hand. `Some(step)` when the pass has ended or a request is about to be sent.
    pub(super) fn advance(&mut self, wish: Wish) -> Option<Step> {
        let pass = self.pass.clone()?;
        if let Some(outcome) = pass.outcome {
            let record = pass.view.own_record().cloned().unwrap_or_default();
            let settled = settle(&record, &outcome, &Account("world".into()), "1", now());
            let led_to_nothing = !settled.record.may_exist_remotely();
            if self.write_record(|record| *record = settled.record) {
                self.write(|object| object.answered &= !led_to_nothing);
            } else {
                self.witness.lost_an_outcome();
            }
            self.pass = None;
            return Some(Step::Rest);
        }
        if let Some(step) = self.work_on_the_first(&pass.view) {
            return Some(step).filter(|_| self.pass.is_none());
        }
        let memory = pass.view.memory(&mut self.witness);
        let step = Self::decision(&pass, &memory, wish);
        self.carry_out(&step, &memory, wish);
        match step {
            Step::Send(_) | Step::Wait(_) | Step::Stall(_) | Step::Rest | Step::Release => Some(step),
            _ => None,
        }
    }

    fn decision(pass: &Pass, memory: &Memory, wish: Wish) -> Step {
        decide(Situation {
            desired: &wish.desired(&pass.view),
            memory,
            looks: &pass.looks,
            begun: pass.begun.as_deref(),
            next_attempt: "attempt",
            began: now(),
        })
    }

    /// What the pass in hand would do next, for people who read a counterexample.
    pub(super) fn peek(&self, wish: Wish) -> String {
        match &self.pass {
            None => String::new(),
            Some(pass) if pass.outcome.is_some() => "write the outcome".into(),
            Some(pass) => {
                let memory = pass.view.memory(&mut self.witness.clone());
                format!("{:?}", Self::decision(pass, &memory, wish))
            }
        }
    }

    fn carry_out(&mut self, step: &Step, memory: &Memory, wish: Wish) {
        match step {
            Step::Look(look) => self.look(look, wish),
            Step::AddFinalizer => {
                if self.write(|object| object.finalizer = true) {
                    self.witness.added_finalizer(std::slice::from_ref(memory));
                }
            }
            Step::Begin(intent) | Step::Presume(intent) => {
                let written = self.write_record(|record| record.intent = Some(intent.clone()));
                if matches!(step, Step::Begin(_)) && intent.operation == Operation::Create {
                    self.write(Object::acted_on);
                }
                if let (true, Step::Begin(_), Some(pass)) = (written, step, &mut self.pass) {
                    pass.begun = Some(intent.attempt.clone());
                }
            }
            Step::Adopt(id) => {
                let held = Held {
                    id: id.clone(),
                    since: now(),
                    account: Account("world".into()),
                };
                self.amend_record(memory, |record| {
                    *record = Record {
                        held: Some(held),
                        ..Record::default()
                    }
                });
                let hint = Hint {
                    id: id.clone(),
                    origin: HintOrigin::NamesThisResource,
                };
                self.write(|object| {
                    if object.first == First::Itself {
                        object.annotation = Some(hint);
                    }
                    if object.answer != Some(Resolution::Recreate) {
                        object.acted_on();
                    }
                });
                if let Some(pass) = &mut self.pass {
                    pass.looks.next_change = None;
                    pass.looks.freshness = Freshness::Never;
                }
            }
            Step::ClearIntent => {
                self.amend_record(memory, |record| record.intent = None);
            }
            Step::ForgetId => {
                self.write(|object| {
                    if object.first == First::Itself {
                        object.annotation = None;
                    }
                });
                self.amend_record(memory, |record| *record = Record::default());
            }
            Step::Release => {
                self.let_go();
                self.pass = None;
            }
            Step::Wait(_) | Step::Stall(_) | Step::Rest => {
                // The annotation is put back on every pass, and an answer that nobody needs any more taken away.
                let is_spent = |object: &Object| object.answered || matches!(step, Step::Rest);
                if self
                    .pass
                    .as_ref()
                    .is_some_and(|pass| pass.view.answer.is_some() && is_spent(&pass.view))
                {
                    self.write(|object| (object.answer, object.answered) = (None, false));
                }
                let held = memory.record.as_ref().and_then(|record| record.held.clone());
                if let Some(held) = held.filter(|_| matches!(step, Step::Rest)) {
                    let hint = Hint {
                        id: held.id,
                        origin: HintOrigin::NamesThisResource,
                    };
                    if self
                        .pass
                        .as_ref()
                        .is_some_and(|pass| pass.view.remembers_another(&hint))
                    {
                        self.write(|object| object.annotation = Some(hint));
                    }
                }
                self.pass = None;
            }
            Step::Send(_) => {}
        }
    }

    /// The target of a request that the pass in hand is about to send.
    pub(super) fn target(&self) -> Option<RemoteId> {
        self.pass
            .as_ref()?
            .view
            .own_record()?
            .held
            .as_ref()
            .map(|held| held.id.clone())
    }
}
