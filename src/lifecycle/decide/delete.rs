//! The resource is being deleted, and its remote object with it.

use super::{Situation, create, held as on_record, release};
use crate::lifecycle::{
    Blocker, ById, Custody, Finalizer, Held, Intent, IntentOutcome, InventoryTrust, Look, Operation, Phase,
    Presence, Record, RemoteId, Resolution, Rule, Stalled, Step, Waiting,
};

/// The resource is being deleted.
pub(super) fn decide(situation: Situation<'_>) -> Step {
    if situation.memory.finalizer == Finalizer::Absent {
        return Step::Rest;
    }
    let Some(record) = &situation.memory.record else {
        return nothing_recorded(situation);
    };
    match (&record.intent, &record.held) {
        (Some(intent), held) if intent.operation == Operation::Create => {
            open_create(situation, intent, held.as_ref())
        }
        (_, Some(held)) => self::held(situation, record, held),
        (_, None) => nothing_recorded(situation),
    }
}

/// Nothing is on record: if anything was ever sent, it has to be found first.
fn nothing_recorded(situation: Situation<'_>) -> Step {
    if situation.memory.custody == Custody::Own || !Rule::FinalizerStaysUntilSettled.holds() {
        return Step::Release;
    }
    match create::follow_hints_to_ours(situation) {
        // A hint that leads to somebody else's object is no reason to keep the finalizer.
        Ok(()) | Err(Step::Stall(_)) => {}
        Err(step) => return step,
    }
    if !situation.is_fresh() {
        return Step::Look(Look::Fresh);
    }
    match ours(situation) {
        Err(step) => step,
        Ok(Some(id)) => Step::Adopt(id),
        Ok(None) => situation
            .presume(&Operation::Create)
            .unwrap_or_else(|| release(situation)),
    }
}

/// The object that bears our mark and that nobody else holds; of several, the one that a person chose.
fn ours(situation: Situation<'_>) -> Result<Option<RemoteId>, Step> {
    let mut ours = situation.looks.ours_alive();
    ours.retain(|sighting| sighting.claimed_by.is_none());
    if let Some(Resolution::Use(chosen)) = &situation.desired.resolution
        && ours.iter().any(|sighting| sighting.id == *chosen)
    {
        return Ok(Some(chosen.clone()));
    }
    create::one_by_mark(situation, &ours)
}

/// A create may have been sent and its object may still appear.
fn open_create(situation: Situation<'_>, intent: &Intent, held: Option<&Held>) -> Step {
    if !Rule::FinalizerStaysUntilSettled.holds() {
        return Step::Release;
    }
    if !situation.is_fresh() {
        return Step::Look(Look::Fresh);
    }
    match ours(situation) {
        Err(step) => return step,
        Ok(Some(id)) => return Step::Adopt(id),
        Ok(None) => {}
    }
    if let Some(presume) = situation.presume(&Operation::Create) {
        return presume;
    }
    if let Some(remaining) = situation.window_left(intent.started_at) {
        return Step::Wait(Waiting::Settling {
            operation: Operation::Create,
            remaining,
        });
    }
    if situation.looks.inventory == InventoryTrust::Suspect {
        return Step::Wait(Waiting::InventorySuspect);
    }
    match held {
        Some(_) => Step::ClearIntent,
        None => Step::Release,
    }
}

/// An object is on record and is to go, because its resource goes or because a person wants it made again.
pub(super) fn held(situation: Situation<'_>, record: &Record, held: &Held) -> Step {
    if held.account != situation.desired.account {
        return Step::Stall(Stalled::OtherAccount(held.id.clone()));
    }
    if let Some(Blocker::DefinitionGoing) = situation.looks.delete_blocker {
        return Step::Wait(Waiting::DefinitionGoing);
    }
    if !situation.is_fresh() {
        return Step::Look(Look::Fresh);
    }
    let sighting = match situation.looks.find(&held.id) {
        Some(sighting) => sighting,
        None if !Rule::AbsenceIsNotProof.holds() => return absent(situation, record, held),
        None => match situation.by_id(&held.id) {
            Err(look) => return look,
            Ok(ById::Absent) => return absent(situation, record, held),
            Ok(ById::Found(sighting)) => sighting,
        },
    };
    let being_deleted = situation.desired.presence == Presence::Deleted;
    if let Some(stalled) = on_record::not_ours(sighting) {
        // It is left to whom it belongs; what else bears our mark still goes.
        return if being_deleted {
            nothing_recorded(situation)
        } else {
            Step::Stall(stalled)
        };
    }
    if sighting.phase == Phase::Deleting {
        return Step::Wait(Waiting::BeingDeleted(held.id.clone()));
    }
    if !being_deleted && sighting.phase != Phase::Failed {
        return Step::ClearIntent;
    }
    if situation.looks.inventory == InventoryTrust::Suspect {
        return Step::Wait(Waiting::InventorySuspect);
    }
    if let Some(blocker) = &situation.looks.delete_blocker {
        return blocker.into();
    }
    send(situation, record)
}

fn send(situation: Situation<'_>, record: &Record) -> Step {
    let open = record
        .intent
        .as_ref()
        .filter(|intent| intent.operation == Operation::Delete);
    if let Some(intent) = open {
        if situation.may_send(intent) {
            return Step::Send(Operation::Delete);
        }
        if intent.outcome == IntentOutcome::Accepted && situation.window_left(intent.started_at).is_some() {
            return Step::Wait(Waiting::Accepted {
                operation: Operation::Delete,
            });
        }
    }
    if let Some(stall) = situation.refusal(Some(record), &Operation::Delete) {
        return stall;
    }
    // Deleting twice is harmless: the second answer is "not found".
    Step::Begin(situation.intent(Operation::Delete, open.map_or(0, |intent| intent.tries) + 1))
}

/// The object on record can't be found.
fn absent(situation: Situation<'_>, record: &Record, held: &Held) -> Step {
    if Rule::FinalizerStaysUntilSettled.holds() {
        // A delete is sent only to what was seen, so what is absent after one is not merely too new to be seen.
        let was_seen = record
            .intent
            .as_ref()
            .is_some_and(|intent| intent.operation == Operation::Delete);
        if let (false, Some(remaining)) = (was_seen, situation.window_left(held.since)) {
            return Step::Wait(Waiting::Settling {
                operation: Operation::Create,
                remaining,
            });
        }
        match ours(situation) {
            Err(step) => return step,
            Ok(Some(id)) => return Step::Adopt(id),
            Ok(None) => {}
        }
        if situation.looks.inventory == InventoryTrust::Suspect {
            return Step::Wait(Waiting::InventorySuspect);
        }
        if let Some(presume) = situation.presume(&Operation::Create) {
            return presume;
        }
    }
    match situation.desired.presence {
        Presence::Present => Step::ForgetId,
        Presence::Deleted | Presence::LeftBehind => release(situation),
    }
}
