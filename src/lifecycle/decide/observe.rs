//! The resource only looks: find what it means, mirror it, write nothing remotely.

use super::{Situation, adopt_named, only_one};
use crate::lifecycle::{
    Adoption, ById, Freshness, HintOrigin, Look, MarkSeen, NameSeen, RemoteId, Resolution, Sighting, Stalled,
    Step,
};

/// The resource lives and only looks.
pub(super) fn decide(situation: Situation<'_>) -> Step {
    let held = situation
        .memory
        .record
        .as_ref()
        .and_then(|record| record.held.as_ref());
    if let Some(Resolution::Use(id)) = &situation.desired.resolution
        && held.is_none_or(|held| held.id != *id)
    {
        return look_at_named(situation, id);
    }
    if let Some(held) = held {
        if held.account != situation.desired.account {
            return Step::Stall(Stalled::OtherAccount(held.id.clone()));
        }
        return see(situation, &held.id);
    }
    if let Some(id) = &situation.desired.given_id {
        return look_at_named(situation, id);
    }
    for hint in situation
        .memory
        .hints
        .iter()
        .filter(|hint| hint.origin == HintOrigin::NamesThisResource)
    {
        match situation.by_id(&hint.id) {
            Err(look) => return look,
            Ok(ById::Found(_)) => return Step::Adopt(hint.id.clone()),
            Ok(ById::Absent) => {}
        }
    }
    if !situation.is_fresh() {
        return Step::Look(Look::Fresh);
    }
    match only_one(&candidates(situation)) {
        Err(step) => step,
        Ok(Some(id)) => Step::Adopt(id),
        Ok(None) => Step::Stall(Stalled::NothingToObserve),
    }
}

/// An observed object may belong to somebody else: nothing is ever written to it.
fn look_at_named(situation: Situation<'_>, id: &RemoteId) -> Step {
    match adopt_named(situation, id) {
        Step::Stall(Stalled::OwnedByOther(_) | Stalled::Mismatch(_)) => Step::Adopt(id.clone()),
        step => step,
    }
}

fn see(situation: Situation<'_>, id: &RemoteId) -> Step {
    if situation.looks.freshness == Freshness::Never {
        return Step::Look(Look::Cached);
    }
    if situation.looks.find(id).is_some() {
        return Step::Rest;
    }
    match situation.by_id(id) {
        Err(look) => look,
        Ok(ById::Found(_)) => Step::Rest,
        Ok(ById::Absent) => Step::Stall(Stalled::Missing(id.clone())),
    }
}

fn candidates(situation: Situation<'_>) -> Vec<&Sighting> {
    let ours = situation.looks.ours_alive();
    if !ours.is_empty() || situation.desired.adoption != Adoption::IfNameMatches {
        return ours;
    }
    let unowned = |sighting: &&Sighting| sighting.named == NameSeen::Same && sighting.mark != MarkSeen::Other;
    situation.looks.alive().filter(unowned).collect()
}
