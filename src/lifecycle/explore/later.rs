//! A part that is asked for later than the first one of its resource, such as a copy that a person adds to the spec.

use crate::lifecycle::*;

use super::world::{Object, Request, World, now};

const FIRST: &str = "first";
const LATER: &str = "later";

/// The first part of the resource, which the annotation speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum First {
    /// It is the one that is explored.
    Itself,
    /// Another one. It takes part only by what it leaves behind: the uid that its record was written under.
    Another(Option<u8>),
}

/// Whether the spec asks for the part.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Asked {
    Yes,
    No,
}

impl Asked {
    pub(super) fn is_not(self) -> Self {
        match self {
            Asked::Yes => Asked::No,
            Asked::No => Asked::Yes,
        }
    }
}

/// What this process knows of a resource with a part that is asked for later.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Later {
    attendance: Option<Attendance>,
    /// Whether this process has had the part in hand.
    worked_on: bool,
}

impl Later {
    pub(super) fn after_a_window(&mut self) {
        if let Some(attendance) = &mut self.attendance {
            attendance.after_a_window();
        }
    }
}

impl Object {
    /// A resource that does not ask for the explored part yet.
    pub(super) fn without_the_part() -> Self {
        Object {
            asked: Asked::No,
            first: First::Another(None),
            ..Object::fresh()
        }
    }

    pub(super) fn remembers_another(&self, hint: &Hint) -> bool {
        self.first == First::Itself && self.annotation.as_ref() != Some(hint)
    }

    /// Whether a pass works on the explored part: it is asked for, or on record and to go.
    fn has_in_hand(&self) -> bool {
        self.asked == Asked::Yes || self.own_record().is_some()
    }

    /// What is remembered of the first part.
    fn memory_of_the_first(&self) -> Memory {
        let recorded = |own: bool| match self.first {
            First::Another(Some(uid)) if (uid == self.uid) == own => Some(Record::default()),
            _ => None,
        };
        Memory {
            finalizer: if self.finalizer {
                Finalizer::Present
            } else {
                Finalizer::Absent
            },
            record: recorded(true),
            custody: Custody::Unproven,
            foreign_record: recorded(false),
            hints: self.annotation.clone().into_iter().collect(),
        }
    }
}

impl World {
    /// A pass begins: it sees what is on record.
    pub(super) fn attend(&mut self, view: &Object) {
        let Some(later) = &mut self.later else { return };
        let first = matches!(view.first, First::Another(Some(_))).then_some(FIRST);
        let part = view.record.is_some().then_some(LATER);
        let attendance = later.attendance.get_or_insert_with(|| Attendance::begins(now()));
        attendance.sees(first.into_iter().chain(part));
        if view.has_in_hand() && !later.worked_on {
            later.worked_on = true;
            self.witness = attendance.witness(LATER);
        }
    }

    /// The process, or the resource, is another one.
    pub(super) fn knows_nothing(&mut self) {
        self.witness = Witness::default();
        self.later = self.later.as_ref().map(|_| Later::default());
    }

    /// Works on the first part, where that is another one: the finalizer, its record. None once nothing is left to be
    /// done there.
    pub(super) fn work_on_the_first(&mut self, view: &Object) -> Option<Step> {
        let First::Another(recorded) = view.first else {
            return None;
        };
        if view.deleting && !view.has_in_hand() {
            self.let_go();
            self.pass = None;
            return Some(Step::Release);
        }
        if view.deleting {
            return None;
        }
        if !view.finalizer {
            let memories = [view.memory_of_the_first(), view.memory(&mut self.witness.clone())];
            if self.write(|object| object.finalizer = true) {
                self.added_finalizer(&memories);
            }
            return Some(Step::AddFinalizer);
        }
        if recorded != Some(view.uid) {
            let hint = Hint {
                id: FIRST.parse().unwrap(),
                origin: HintOrigin::NamesThisResource,
            };
            self.write(|object| {
                object.first = First::Another(Some(object.uid));
                object.annotation = Some(hint);
                // What was written under another uid goes with the first record of our own.
                let own = object.own_record().is_some();
                object.record = object.record.take().filter(|_| own);
            });
            return Some(Step::Rest);
        }
        if !view.has_in_hand() {
            self.pass = None;
            return Some(Step::Rest);
        }
        None
    }

    fn added_finalizer(&mut self, memories: &[Memory]) {
        if let Some(attendance) = self.later.as_mut().and_then(|later| later.attendance.as_mut()) {
            attendance.added_finalizer(memories);
        }
        self.witness.added_finalizer(memories);
    }

    /// Nothing of the part is left: the resource goes, or the part does where it is not asked for any more.
    pub(super) fn let_go(&mut self) {
        let Some(pass) = self.pass.as_ref().filter(|pass| pass.current) else {
            return;
        };
        if pass.view.deleting {
            self.object = None;
            return;
        }
        self.write(|object| object.record = None);
    }

    /// There is something remote of a part that is neither asked for nor on record.
    pub(super) fn is_forgotten(&self) -> bool {
        let creates = |request: &Request| request.operation == Operation::Create;
        let begun = self.pass.as_ref().is_some_and(|pass| pass.begun.is_some());
        let is_left = self.ours() > 0 || begun || self.in_flight.iter().any(creates);
        self.object
            .as_ref()
            .is_some_and(|object| object.asked == Asked::No && object.own_record().is_none() && is_left)
    }
}
