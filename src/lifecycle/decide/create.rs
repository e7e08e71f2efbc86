//! No object is on record: find ours, or make it.

use super::{Situation, adopt_if_it_fits, adopt_named, only_one};
use crate::lifecycle::{
    Adoption, ById, HintOrigin, Intent, IntentOutcome, InventoryTrust, Look, Looks, MarkSeen, NameSeen,
    Operation, Phase, Record, RemoteId, Resolution, Rule, Sighting, Stalled, Step, Waiting,
};

/// Nothing is on record, and no request is open.
pub(super) fn without_object(situation: Situation<'_>, record: Option<&Record>) -> Step {
    if let Some(id) = named_id(situation) {
        return adopt_named(situation, id);
    }
    let once_existed = match follow_hints(situation) {
        Ok(vanished) => vanished,
        Err(step) => return step,
    };
    if Rule::LookBeforeCreating.holds() {
        if !situation.is_fresh() {
            return Step::Look(Look::Fresh);
        }
        if let Some(step) = what_the_listing_says(situation) {
            return step;
        }
    }
    if situation.looks.inventory == InventoryTrust::Suspect {
        return Step::Wait(Waiting::InventorySuspect);
    }
    if let Some(presume) = situation.presume(&Operation::Create) {
        return presume;
    }
    if let Some(id) = &once_existed
        && !situation.may_make_again()
    {
        return Step::Stall(Stalled::Missing(id.clone()));
    }
    if let Some(stall) = situation.refusal(record, &Operation::Create) {
        return stall;
    }
    if once_existed.is_some() {
        return Step::ForgetId;
    }
    Step::Begin(situation.intent(Operation::Create, 1))
}

/// A create may have been sent: look for what it made, until the window has passed.
pub(super) fn settle(situation: Situation<'_>, intent: &Intent) -> Step {
    if let Some(Resolution::Use(id)) = &situation.desired.resolution {
        return adopt_named(situation, id);
    }
    if Rule::LookBeforeCreating.holds() {
        if !situation.is_fresh() {
            return Step::Look(Look::Fresh);
        }
        match ours_by_mark(situation) {
            Err(Step::Stall(_)) if situation.creates_anyway() => {}
            Err(step) => return step,
            Ok(Some(id)) => return Step::Adopt(id),
            Ok(None) => {}
        }
        if intent.outcome == IntentOutcome::Conflict && foreign_namesake(situation.looks).is_some() {
            return Step::ClearIntent;
        }
    }
    if let Some(presume) = situation.presume(&Operation::Create) {
        return presume;
    }
    match situation.window_left(intent.started_at) {
        Some(remaining) => Step::Wait(Waiting::Settling {
            operation: Operation::Create,
            remaining,
        }),
        None => Step::ClearIntent,
    }
}

/// The object that bears our mark, if there is exactly one; a step where there are several or it is going.
pub(super) fn ours_by_mark(situation: Situation<'_>) -> Result<Option<RemoteId>, Step> {
    one_by_mark(situation, &situation.looks.ours_alive())
}

/// The one of these objects that bear our mark; a step where there are several or one is going.
pub(super) fn one_by_mark(situation: Situation<'_>, ours: &[&Sighting]) -> Result<Option<RemoteId>, Step> {
    if !Rule::OwnByMark.holds() {
        return Ok(None);
    }
    if let Some(id) = only_one(ours)? {
        return Ok(Some(id));
    }
    match situation.looks.ours_going() {
        Some(going) => Err(Step::Wait(Waiting::BeingDeleted(going.id.clone()))),
        None => Ok(None),
    }
}

fn named_id(situation: Situation<'_>) -> Option<&RemoteId> {
    match &situation.desired.resolution {
        Some(Resolution::Use(id)) => Some(id),
        _ => situation.desired.given_id.as_ref(),
    }
}

/// Hints lead to an object that proves to be ours, or to nothing.
pub(super) fn follow_hints_to_ours(situation: Situation<'_>) -> Result<(), Step> {
    follow_hints(situation).map(|_| ())
}

/// Follows the hints; answers an object of ours that existed once and is gone, if there is one.
fn follow_hints(situation: Situation<'_>) -> Result<Option<RemoteId>, Step> {
    let mut vanished = None;
    for hint in situation.memory.all_hints() {
        let sighting = match situation.by_id(&hint.id)? {
            ById::Found(sighting) => sighting,
            ById::Absent if hint.origin == HintOrigin::NamesThisResource => {
                vanished = Some(hint.id.clone());
                continue;
            }
            ById::Absent => continue,
        };
        if sighting.phase == Phase::Deleting && proves_ours(sighting, hint.origin) {
            return Err(Step::Wait(Waiting::BeingDeleted(hint.id.clone())));
        }
        if proves_ours(sighting, hint.origin) && sighting.claimed_by.is_none() {
            return Err(Step::Adopt(hint.id.clone()));
        }
        if !situation.creates_anyway() {
            return Err(match sighting.mark {
                MarkSeen::OtherInstall => take_from_another_install(situation, sighting),
                _ => Step::Stall(Stalled::OwnedByOther(sighting.clone())),
            });
        }
    }
    Ok(vanished)
}

fn proves_ours(sighting: &Sighting, origin: HintOrigin) -> bool {
    if !Rule::HintsAreNotOwnership.holds() {
        return true;
    }
    match sighting.mark {
        MarkSeen::Ours => true,
        MarkSeen::Unmarked => origin == HintOrigin::NamesThisResource,
        MarkSeen::Other | MarkSeen::OtherInstall => false,
    }
}

/// What a fresh listing says about a part that has no object on record: take one, stop, or nothing.
fn what_the_listing_says(situation: Situation<'_>) -> Option<Step> {
    let desired = situation.desired;
    match ours_by_mark(situation) {
        Ok(Some(_)) if desired.adoption == Adoption::Never => {
            return situation
                .looks
                .ours_alive()
                .first()
                .map(|&s| Step::Stall(Stalled::OwnedByOther(s.clone())));
        }
        Ok(Some(id)) => return Some(Step::Adopt(id)),
        Err(Step::Stall(_)) if situation.creates_anyway() => {}
        Err(step) => return Some(step),
        Ok(None) => {}
    }
    if situation.creates_anyway() {
        return None;
    }
    if let Some(step) = another_installs(situation) {
        return Some(step);
    }
    namesake(situation)
}

/// An object of this very resource that another install made.
fn another_installs(situation: Situation<'_>) -> Option<Step> {
    let theirs: Vec<&Sighting> = situation
        .looks
        .alive()
        .filter(|sighting| sighting.mark == MarkSeen::OtherInstall)
        .collect();
    let first = theirs.first()?;
    match only_one(&theirs) {
        Err(ambiguous) if situation.desired.adoption == Adoption::IfNameMatches => Some(ambiguous),
        _ => Some(take_from_another_install(situation, first)),
    }
}

/// Whether an object of this very resource that another install made becomes ours is for the adoption policy to say.
fn take_from_another_install(situation: Situation<'_>, sighting: &Sighting) -> Step {
    if situation.desired.adoption != Adoption::IfNameMatches {
        return Step::Stall(Stalled::OwnedByAnotherInstall(sighting.clone()));
    }
    adopt_if_it_fits(sighting)
}

/// An object of nobody's, or of somebody else's, that has the name.
fn namesake(situation: Situation<'_>) -> Option<Step> {
    let sighting = foreign_namesake(situation.looks)?;
    if sighting.phase == Phase::Deleting {
        return Some(Step::Wait(Waiting::BeingDeleted(sighting.id.clone())));
    }
    if !Rule::OnlyOurs.holds() {
        return Some(Step::Adopt(sighting.id.clone()));
    }
    if situation.desired.adoption != Adoption::IfNameMatches || sighting.mark == MarkSeen::Other {
        return Some(Step::Stall(Stalled::NameTaken(sighting.clone())));
    }
    Some(adopt_if_it_fits(sighting))
}

fn foreign_namesake(looks: &Looks) -> Option<&Sighting> {
    let namesake = |sighting: &&Sighting| {
        sighting.named == NameSeen::Same && matches!(sighting.mark, MarkSeen::Unmarked | MarkSeen::Other)
    };
    looks
        .alive()
        .find(namesake)
        .or_else(|| looks.listed.iter().find(namesake))
}
