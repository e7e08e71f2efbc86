//! What of an object matters for waking. The rest of its status does not: the operator writes that itself.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::watched::Watched;
use crate::api::names::{RECONCILE_REQUESTED_AT, REMOTE_ID, RESOLVE};
use crate::controller::key::Key;
use crate::controller::queue::Urgency;
use crate::kinds::conditions;

/// What of an object matters for waking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    /// What people change: the spec, the annotations that they answer with, the deletion.
    edit: u64,
    /// What the operator keeps on the object beside its status, and others may take away.
    upkeep: u64,
    /// What those that refer to the object go by.
    shown: u64,
    pub(super) readiness: Readiness,
    /// Why it is ready or not, in one word.
    pub(super) reason: Option<String>,
    /// The objects that it refers to.
    pub(super) references: Vec<Key>,
}

/// Is it ready, as it is specified now?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    Ready,
    NotReady,
}

impl Fingerprint {
    pub(super) fn of<K: Watched>(object: &K) -> Self {
        let meta = object.meta();
        let annotation = |name| meta.annotations.as_ref().and_then(|all| all.get(name));
        let ready = conditions::ready(object.conditions());
        let is_ready = ready.is_some_and(|condition| {
            condition.status == "True" && object.observed_generation() == meta.generation
        });
        Fingerprint {
            edit: hash((
                &meta.uid,
                meta.generation,
                meta.deletion_timestamp.is_some(),
                annotation(RECONCILE_REQUESTED_AT),
                annotation(RESOLVE),
            )),
            upkeep: hash((&meta.finalizers, annotation(REMOTE_ID).is_none())),
            shown: hash(object.shown()),
            readiness: if is_ready {
                Readiness::Ready
            } else {
                Readiness::NotReady
            },
            reason: ready.map(|condition| condition.reason.clone()),
            references: references(object),
        }
    }

    /// Why it is not ready any more, though nobody has changed or deleted it since it was `before`, and ready.
    pub(super) fn drift_since(&self, before: &Fingerprint) -> Option<&str> {
        let drifted = self.edit == before.edit
            && before.readiness == Readiness::Ready
            && self.readiness == Readiness::NotReady;
        self.reason.as_deref().filter(|_| drifted)
    }

    /// How urgently the object should be looked at after it was `before`.
    pub(super) fn urgency_since(&self, before: &Fingerprint) -> Option<Urgency> {
        if self.edit != before.edit {
            return Some(Urgency::UserEdit);
        }
        (self.upkeep != before.upkeep).then_some(Urgency::Change)
    }

    /// Does it show something else to others than it did?
    pub(super) fn shows_other_than(&self, before: &Fingerprint) -> bool {
        self.shown != before.shown
    }

    /// Do those that refer to the object have to look again after it was `before`?
    pub(super) fn concerns_others_since(&self, before: &Fingerprint) -> bool {
        self.edit != before.edit || self.shows_other_than(before)
    }
}

/// The objects that an object refers to.
pub(super) fn references<K: Watched>(object: &K) -> Vec<Key> {
    let namespace = object.meta().namespace.as_deref().unwrap_or_default();
    let references = object.references().into_iter().flatten();
    references
        .map(|(kind, name)| Key::new(kind, namespace, name))
        .collect()
}

/// How urgently an object should be looked at that is seen for the first time.
pub(super) fn first_urgency<K: Watched>(object: &K) -> Urgency {
    if object.observed_generation() == object.meta().generation {
        Urgency::Resync
    } else {
        Urgency::UserEdit
    }
}

fn hash(parts: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}
