//! The one decision: what to do next with one part of one resource.

mod change;
mod create;
mod delete;
mod held;
mod observe;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{
    ById, Custody, Desired, Finalizer, Freshness, Intent, IntentOutcome, Look, Looks, Management, MarkSeen,
    Memory, Operation, Phase, Presence, Record, Recreation, RemoteId, Resolution, Rule, Sighting, Stalled,
    Step, Waiting,
};

/// Everything that a decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What the resource asks for.
    pub desired: &'a Desired,
    /// What it remembers.
    pub memory: &'a Memory,
    /// What has been seen of the remote.
    pub looks: &'a Looks,
    /// The attempt whose intent this process has persisted in this very pass.
    pub begun: Option<&'a str>,
    /// The id for the next attempt.
    pub next_attempt: &'a str,
    /// The moment this pass began: before any of its looks, so that what a window has covered they could see.
    pub began: Timestamp,
}

/// Decides what to do next with one part.
///
/// Call it again after every step but [`Step::Send`], [`Step::Release`], [`Step::Wait`], [`Step::Stall`] and
/// [`Step::Rest`], with the memory and the looks brought up to date.
pub fn decide(situation: Situation<'_>) -> Step {
    match (situation.desired.presence, situation.desired.management) {
        (Presence::Present, Management::Manage) => present(situation),
        (Presence::Present, Management::Observe) => observe::decide(situation),
        (Presence::Deleted, Management::Manage) => delete::decide(situation),
        (Presence::LeftBehind, _) | (Presence::Deleted, Management::Observe) => release(situation),
    }
}

fn present(situation: Situation<'_>) -> Step {
    if situation.memory.finalizer == Finalizer::Absent {
        return Step::AddFinalizer;
    }
    let Some(record) = &situation.memory.record else {
        return create::without_object(situation, None);
    };
    if let Some(intent) = &record.intent {
        if situation.may_send(intent) {
            return Step::Send(intent.operation.clone());
        }
        return match (&intent.operation, &record.held) {
            (Operation::Create, _) => create::settle(situation, intent),
            (Operation::Delete, Some(held)) => held::settle_deletion(situation, record, intent, held),
            (Operation::Change { .. }, Some(held)) => change::settle(situation, intent, held),
            (_, None) => Step::ClearIntent,
        };
    }
    match &record.held {
        Some(held) => held::decide(situation, record, held),
        None => create::without_object(situation, Some(record)),
    }
}

fn release(situation: Situation<'_>) -> Step {
    match situation.memory.finalizer {
        Finalizer::Absent => Step::Rest,
        Finalizer::Present => Step::Release,
    }
}

impl<'a> Situation<'a> {
    /// Only an intent that this pass itself has persisted may be sent.
    fn may_send(&self, intent: &Intent) -> bool {
        !Rule::WriteAhead.holds() || self.begun == Some(intent.attempt.as_str())
    }

    /// What is left of the settling window that began then.
    fn window_left(&self, since: Timestamp) -> Option<Duration> {
        if !Rule::SettleUnknownOutcomes.holds() {
            return None;
        }
        left(since, self.desired.settling_window, self.began)
    }

    fn is_fresh(&self) -> bool {
        self.looks.freshness == Freshness::SincePassBegan
    }

    /// An intent to do this now, for the first time or once more.
    fn intent(&self, operation: Operation, tries: u32) -> Intent {
        Intent {
            operation,
            attempt: self.next_attempt.to_owned(),
            started_at: self.began,
            tries,
            outcome: IntentOutcome::Unknown,
        }
    }

    /// A record that may not be the latest one counts as an open intent of unknown age.
    fn presume(&self, operation: &Operation) -> Option<Step> {
        let unproven = self.memory.custody == Custody::Unproven && Rule::LostRecordIsAnIntent.holds();
        unproven.then(|| Step::Presume(self.intent(operation.clone(), 0)))
    }

    /// A person says that it is to be created, whatever looks like it.
    fn creates_anyway(&self) -> bool {
        self.desired.resolution == Some(Resolution::Create)
    }

    /// A person says that our failed object is to be deleted and made again.
    fn recreates(&self) -> bool {
        self.desired.resolution == Some(Resolution::Recreate)
    }

    /// Whether an object that is gone may be made again.
    fn may_make_again(&self) -> bool {
        self.desired.recreation == Recreation::WhenGone
            || self.creates_anyway()
            || self.recreates()
            || !Rule::GoneIsNotNever.holds()
    }

    /// A refusal of this very request that still stands.
    fn refusal(&self, record: Option<&Record>, operation: &Operation) -> Option<Step> {
        let refusal = record?.refusal.as_ref()?;
        let same = refusal.operation == *operation && refusal.basis == self.desired.basis;
        let stands = left(refusal.at, self.desired.refusal_stands, self.began).is_some();
        (same && stands).then(|| {
            Step::Stall(Stalled::Refused {
                operation: operation.clone(),
                problem: refusal.problem.clone(),
            })
        })
    }

    /// Whether a request by id is still owed for this object, and what it showed.
    fn by_id(&self, id: &RemoteId) -> Result<&'a ById, Step> {
        self.looks
            .by_id
            .get(id)
            .ok_or_else(|| Step::Look(Look::ById(id.clone())))
    }
}

/// What is left of a span of time that began then; a moment in the future counts as now.
fn left(since: Timestamp, span: Duration, now: Timestamp) -> Option<Duration> {
    let passed = now.duration_since(since).max(SignedDuration::ZERO).unsigned_abs();
    span.checked_sub(passed).filter(|left| !left.is_zero())
}

/// Takes the one object, or says why there is none to take.
fn only_one(candidates: &[&Sighting]) -> Result<Option<RemoteId>, Step> {
    match candidates {
        [] => Ok(None),
        [only] => Ok(Some(only.id.clone())),
        several => Err(Step::Stall(Stalled::Ambiguous(
            several.iter().map(|&sighting| sighting.clone()).collect(),
        ))),
    }
}

/// An object that the spec or a person names: it becomes ours unless it is somebody else's or does not fit.
fn adopt_named(situation: Situation<'_>, id: &RemoteId) -> Step {
    let sighting = match situation.by_id(id) {
        Err(look) => return look,
        Ok(ById::Absent) => return Step::Stall(Stalled::NoSuchObject(id.clone())),
        Ok(ById::Found(sighting)) => sighting,
    };
    if sighting.phase == Phase::Deleting {
        return Step::Wait(Waiting::BeingDeleted(id.clone()));
    }
    adopt_if_it_fits(sighting)
}

/// Takes an object that somebody named, or that has the right name, unless it is somebody else's or does not fit.
fn adopt_if_it_fits(sighting: &Sighting) -> Step {
    if sighting.claimed_by.is_some() || sighting.mark == MarkSeen::Other && Rule::OnlyOurs.holds() {
        return Step::Stall(Stalled::OwnedByOther(sighting.clone()));
    }
    if sighting.mismatch.is_some() {
        return Step::Stall(Stalled::Mismatch(sighting.clone()));
    }
    Step::Adopt(sighting.id.clone())
}
