//! An object is on record: keep it as the spec wants it, and know when it is gone.

use super::{Situation, adopt_named, create, delete};
use crate::lifecycle::{
    ById, Freshness, Held, Intent, InventoryTrust, Look, MarkSeen, Operation, Phase, Record, Resolution,
    Rule, Sighting, Stalled, Step, Waiting,
};

/// An object is on record and no request is open.
pub(super) fn decide(situation: Situation<'_>, record: &Record, held: &Held) -> Step {
    if let Some(Resolution::Use(id)) = &situation.desired.resolution
        && *id != held.id
    {
        return adopt_named(situation, id);
    }
    let sighting = match sight(situation, held) {
        Ok(sighting) => sighting,
        Err(step) => return step,
    };
    if let Some(stalled) = not_ours(sighting) {
        return Step::Stall(stalled);
    }
    if sighting.phase == Phase::Deleting {
        return Step::Wait(Waiting::BeingDeleted(held.id.clone()));
    }
    if sighting.phase == Phase::Failed && situation.recreates() {
        return delete::held(situation, record, held);
    }
    let Some(operation) = situation.looks.next_change.clone() else {
        return Step::Rest;
    };
    if !situation.is_fresh() {
        return Step::Look(Look::Fresh);
    }
    if let Some(stall) = situation.refusal(Some(record), &operation) {
        return stall;
    }
    if let Some(presume) = situation.presume(&operation) {
        return presume;
    }
    Step::Begin(situation.intent(operation, 1))
}

/// The object may have been told to go, to be made again or because it was not asked for: sent again only while that is
/// still wanted. What went that way is made again.
pub(super) fn settle_deletion(
    situation: Situation<'_>,
    record: &Record,
    intent: &Intent,
    held: &Held,
) -> Step {
    if situation.recreates() {
        return delete::held(situation, record, held);
    }
    match find(situation, held) {
        Err(step) => step,
        Ok(None) => Step::ForgetId,
        Ok(Some(_)) => match situation.window_left(intent.started_at) {
            Some(remaining) => Step::Wait(Waiting::Settling {
                operation: Operation::Delete,
                remaining,
            }),
            None => Step::ClearIntent,
        },
    }
}

/// Somebody else's mark or claim on an object that is on our record.
pub(super) fn not_ours(sighting: &Sighting) -> Option<Stalled> {
    let theirs = sighting.claimed_by.is_some() || sighting.mark == MarkSeen::Other;
    (theirs && Rule::OnlyOurs.holds()).then(|| Stalled::OwnedByOther(sighting.clone()))
}

/// Finds the object that is on record, or says what is to be done while it can't be seen.
pub(super) fn sight<'a>(situation: Situation<'a>, held: &Held) -> Result<&'a Sighting, Step> {
    find(situation, held)?.ok_or_else(|| gone(situation, held))
}

/// The same; none once it is gone for certain.
fn find<'a>(situation: Situation<'a>, held: &Held) -> Result<Option<&'a Sighting>, Step> {
    if held.account != situation.desired.account {
        return Err(Step::Stall(Stalled::OtherAccount(held.id.clone())));
    }
    if situation.looks.freshness == Freshness::Never {
        return Err(Step::Look(Look::Cached));
    }
    if let Some(sighting) = situation.looks.find(&held.id) {
        return Ok(Some(sighting));
    }
    if Rule::AbsenceIsNotProof.holds() {
        if let ById::Found(sighting) = situation.by_id(&held.id)? {
            return Ok(Some(sighting));
        }
        if let Some(remaining) = situation.window_left(held.since) {
            return Err(Step::Wait(Waiting::Settling {
                operation: Operation::Create,
                remaining,
            }));
        }
        if !situation.is_fresh() {
            return Err(Step::Look(Look::Fresh));
        }
        if let Some(id) = create::ours_by_mark(situation)? {
            return Err(Step::Adopt(id));
        }
        if situation.looks.inventory == InventoryTrust::Suspect {
            return Err(Step::Wait(Waiting::InventorySuspect));
        }
    }
    Ok(None)
}

/// The object is gone for certain.
fn gone(situation: Situation<'_>, held: &Held) -> Step {
    if let Some(presume) = situation.presume(&Operation::Create) {
        return presume;
    }
    if situation.may_make_again() {
        return Step::ForgetId;
    }
    Step::Stall(Stalled::Missing(held.id.clone()))
}
