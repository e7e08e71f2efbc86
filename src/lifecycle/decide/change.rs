//! A change may have been sent: look whether it shows before it is sent again.

use super::{Situation, held as on_record};
use crate::lifecycle::{ById, Held, Intent, IntentOutcome, Look, Phase, Rule, Stalled, Step, Waiting};

/// How often a change is sent before a person is asked.
const MAX_TRIES: u32 = 5;

/// A change may have been sent to the object on record.
pub(super) fn settle(situation: Situation<'_>, intent: &Intent, held: &Held) -> Step {
    if !Rule::LookBeforeChangingAgain.holds() {
        return Step::Begin(situation.intent(intent.operation.clone(), intent.tries + 1));
    }
    if !situation.is_fresh() {
        return Step::Look(Look::Fresh);
    }
    let sighting = match situation.looks.find(&held.id) {
        Some(sighting) => sighting,
        None => match situation.by_id(&held.id) {
            Err(look) => return look,
            Ok(ById::Absent) => return Step::ClearIntent,
            Ok(ById::Found(sighting)) => sighting,
        },
    };
    if let Some(stalled) = on_record::not_ours(sighting) {
        return Step::Stall(stalled);
    }
    let reached = situation.looks.next_change.as_ref() != Some(&intent.operation);
    if reached {
        return Step::ClearIntent;
    }
    let operation = intent.operation.clone();
    // Off the record it would begin anew at once, while the remote is still at work on it.
    if sighting.phase == Phase::InTransition {
        return Step::Wait(Waiting::Accepted { operation });
    }
    if let Some(presume) = situation.presume(&operation) {
        return presume;
    }
    if let Some(remaining) = situation.window_left(intent.started_at) {
        return Step::Wait(match intent.outcome {
            IntentOutcome::Accepted => Waiting::Accepted { operation },
            IntentOutcome::Unknown | IntentOutcome::Conflict => Waiting::Settling { operation, remaining },
        });
    }
    if intent.tries >= MAX_TRIES {
        return Step::Stall(Stalled::GivenUp {
            operation,
            tries: intent.tries,
        });
    }
    Step::Begin(situation.intent(operation, intent.tries + 1))
}
