//! Markers: where each one should point, where it does, and the next change.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::{Seen, Wanted, desired};
use crate::api::image_catalog::{ManagedMarker, Marker as MarkerSpec};
use crate::api::names::RECONCILE_REQUESTED_AT;
use crate::api::{ConditionType, ImageCatalogStatus, Reason};
use crate::kinds::Report;
use crate::kinds::conditions::condition;
use crate::lifecycle::{InvalidRemoteId, Management, Operation, Presence, RemoteId};
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::{Marker, MarkerPhase, Version};
/// Points a marker at a version; its goal is `<name>=<version id>`.
pub const MOVE: &str = "moveMarker";

/// Deletes a marker; its goal is the marker's id.
pub const DELETE: &str = "deleteMarker";

/// A marker as the spec asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedMarker {
    /// Its name.
    pub name: String,
    /// The version that it should point at.
    pub target: Target,
}

/// How the spec names a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The first version of the image.
    First,
    /// The one that an ImageVersion of the image stands for.
    Held(String),
    /// The one that the remote calls so.
    Named(String),
    /// The one with this id.
    Id(RemoteId),
}

impl WantedMarker {
    /// Reads an entry of `spec.markers`.
    pub fn parse(marker: &MarkerSpec) -> Result<Self, InvalidRemoteId> {
        let target = match (&marker.version_ref, &marker.version_name, &marker.version_id) {
            (Some(reference), _, _) => Target::Held(reference.name.clone()),
            (None, Some(name), _) => Target::Named(name.clone()),
            (None, None, Some(id)) => Target::Id(id.parse()?),
            (None, None, None) => Target::First,
        };
        Ok(WantedMarker {
            name: marker.name.clone(),
            target,
        })
    }
}

/// Where a marker stands, compared to the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Position {
    /// It points where it should.
    InPlace,
    /// It should be moved to this version, which can be used.
    Due(RemoteId),
    /// The remote moves it.
    Moving,
    /// It points where it should, but not all pools went along; in the remote's words.
    InPart(String),
    /// The remote failed to move it there; in its words.
    Failed(String),
    /// There is no such version; what is missing.
    TargetAbsent(String),
    /// The version cannot be used yet; how it stands.
    TargetNotAvailable(String),
}

/// What is wanted, seen and remembered of the markers of one image.
#[derive(Clone, Copy)]
pub(super) struct Markers<'a> {
    pub(super) wanted: &'a Wanted,
    pub(super) seen: &'a Seen,
    pub(super) status: &'a ImageCatalogStatus,
}

impl<'a> Markers<'a> {
    /// The next marker to move, in the order of the spec.
    pub(super) fn next_move(self) -> Option<Operation> {
        self.positions().find_map(|(name, position)| match position {
            Position::Due(version) => Some(Operation::Change {
                name: MOVE.to_owned(),
                goal: goal_of(name, &version),
            }),
            _ => None,
        })
    }

    /// The next marker that is ours and is not asked for any more. One that moves cannot be deleted yet.
    pub(super) fn next_deletion(self) -> Option<Operation> {
        let unwanted = |managed: &&ManagedMarker| !self.is_wanted(&managed.name);
        let at_rest = |marker: &&Marker| marker.phase() != MarkerPhase::Moving;
        self.status
            .managed_markers
            .iter()
            .filter(unwanted)
            .filter_map(|managed| self.seen.marker(&managed.name).filter(at_rest)?.id.as_ref())
            .map(|id| Operation::Change {
                name: DELETE.to_owned(),
                goal: id.to_string(),
            })
            .next()
    }

    /// Whether an entry of the spec points at this version.
    pub(super) fn ask_for(self, version: &RemoteId) -> bool {
        self.wanted.markers.iter().any(|marker| {
            self.target(&marker.target)
                .is_ok_and(|target| target.id == *version)
        })
    }

    /// What holds back an image that is ready otherwise: a move that failed, or one that goes on.
    pub(super) fn hold_back(self) -> Option<Report> {
        let all: Vec<(&str, Position)> = self.positions().collect();
        let failed = said(&all, |position| matches!(position, Position::Failed(_)));
        if !failed.is_empty() {
            return Some(Report::stalled(
                Reason::MarkerMoveFailed,
                format!(
                    "{failed}; correct the cause, then annotate the resource with a new value of \
                     {RECONCILE_REQUESTED_AT}, or point the marker elsewhere"
                ),
            ));
        }
        let moving = said(&all, |position| {
            matches!(position, Position::Moving | Position::Due(_))
        });
        (!moving.is_empty()).then(|| Report::reconciling(Reason::MovingMarker, moving))
    }

    /// Whether every marker in the spec points at its version; nothing where the spec has none.
    pub(super) fn condition(self) -> Option<Condition> {
        let desired = &self.wanted.image.desired;
        let managed = desired.management == Management::Manage && desired.presence == Presence::Present;
        if self.wanted.markers.is_empty() || !managed {
            return None;
        }
        let all: Vec<(&str, Position)> = self.positions().collect();
        let worst = all
            .iter()
            .map(|(_, position)| reason(position))
            .max_by_key(|reason| gravity(*reason))?;
        let (status, message) = match worst {
            Reason::MarkersInPlace => ("True", format!("{} in place", names(&all))),
            _ => ("False", said(&all, |position| *position != Position::InPlace)),
        };
        Some(condition(ConditionType::MarkersCurrent, status, worst, &message))
    }

    fn positions(self) -> impl Iterator<Item = (&'a str, Position)> {
        self.wanted
            .markers
            .iter()
            .map(move |marker| (marker.name.as_str(), self.position(marker)))
    }

    fn position(self, wanted: &WantedMarker) -> Position {
        let target = match self.target(&wanted.target) {
            Ok(target) => target,
            Err(missing) => return Position::TargetAbsent(missing),
        };
        let Some(marker) = self.seen.marker(&wanted.name) else {
            return due(target);
        };
        let there = marker.version_id.as_ref() == Some(&target.id);
        match marker.phase() {
            MarkerPhase::Moving => Position::Moving,
            MarkerPhase::MovedInPart if there || self.came_of_our_move(marker, target) => {
                Position::InPart(words_of(marker))
            }
            MarkerPhase::Failed if self.came_of_our_move(marker, target) => {
                Position::Failed(words_of(marker))
            }
            MarkerPhase::Resting | MarkerPhase::MovedInPart | MarkerPhase::Failed if there => {
                Position::InPlace
            }
            MarkerPhase::Resting | MarkerPhase::MovedInPart | MarkerPhase::Failed => due(target),
        }
    }

    /// The version that an entry of the spec names, or what is missing.
    fn target(self, target: &Target) -> Result<&'a Version, String> {
        let by_id = |id: &RemoteId| self.seen.versions.iter().find(|version| version.id == *id);
        match target {
            Target::First => {
                let recorded = desired::recorded_version(self.status);
                self.seen
                    .initial_version(self.wanted, recorded.as_ref())
                    .ok_or_else(|| "the image has no first version any more".to_owned())
            }
            Target::Held(name) => {
                let holder = self.wanted.holders.named(name).ok_or_else(|| {
                    format!(
                        "there is no ImageVersion {name} with catalogRef {}: create it, or correct versionRef",
                        self.wanted.resource_name
                    )
                })?;
                let version = holder.version_id.as_ref().and_then(by_id);
                version.ok_or_else(|| format!("ImageVersion {name} has no version yet"))
            }
            Target::Named(name) => {
                let named = self.seen.versions.iter().find(|version| version.name == *name);
                named.ok_or_else(|| {
                    format!("the image has no version {name}: make it, or correct versionName")
                })
            }
            Target::Id(id) => by_id(id)
                .ok_or_else(|| format!("the image has no version with the id {id}: correct versionId")),
        }
    }

    /// Whether what the remote says of a marker came of the move that was sent last, and nobody has asked for another
    /// try since.
    fn came_of_our_move(self, marker: &Marker, target: &Version) -> bool {
        let status = self.status;
        let managed = status
            .managed_markers
            .iter()
            .find(|managed| managed.name == marker.name);
        managed.is_some_and(|managed| {
            managed.moved_to.as_deref() == Some(target.id.as_str())
                && managed.requested_at == status.managed.last_handled_reconcile_at
                && (marker.updated_at.is_none() || marker.updated_at != managed.changed_before)
        })
    }

    fn is_wanted(self, name: &str) -> bool {
        self.wanted.markers.iter().any(|marker| marker.name == name)
    }
}

/// Writes down, along with the intent, which markers a request is about to make or move.
pub(super) fn remember(
    status: &mut ImageCatalogStatus,
    wanted: &Wanted,
    seen: Option<&Seen>,
    operation: &Operation,
) {
    match operation {
        Operation::Create => {
            for marker in wanted
                .markers
                .iter()
                .filter(|marker| marker.target == Target::First)
            {
                manage(status, &marker.name);
            }
        }
        Operation::Change { name, goal } if name == MOVE => {
            let Some((name, version)) = read_goal(goal) else {
                return;
            };
            let before = seen.and_then(|seen| seen.marker(name)?.updated_at.clone());
            let requested_at = status.managed.last_handled_reconcile_at.clone();
            manage(status, name);
            for managed in status
                .managed_markers
                .iter_mut()
                .filter(|managed| managed.name == name)
            {
                managed.moved_to = Some(version.to_string());
                managed.changed_before.clone_from(&before);
                managed.requested_at.clone_from(&requested_at);
            }
        }
        Operation::Change { .. } | Operation::Delete => {}
    }
}

/// Takes over what the spec names, and forgets what it does not and what is gone.
pub(super) fn take_over(status: &mut ImageCatalogStatus, wanted: &Wanted, seen: &Seen) {
    if wanted.image.desired.management == Management::Observe {
        return;
    }
    let is_wanted = |name: &str| wanted.markers.iter().any(|marker| marker.name == name);
    status
        .managed_markers
        .retain(|managed| is_wanted(&managed.name) || seen.marker(&managed.name).is_some());
    for marker in &wanted.markers {
        if seen.marker(&marker.name).is_some() {
            manage(status, &marker.name);
        }
    }
}

/// The marker and the version in the goal of a move. Ids hold no `=`, names may.
pub(super) fn read_goal(goal: &str) -> Option<(&str, RemoteId)> {
    let (name, version) = goal.rsplit_once('=')?;
    Some((name, version.parse().ok()?))
}

fn goal_of(name: &str, version: &RemoteId) -> String {
    format!("{name}={version}")
}

/// Writes down that a marker is ours.
fn manage(status: &mut ImageCatalogStatus, name: &str) {
    let markers = &mut status.managed_markers;
    if markers.iter().all(|managed| managed.name != name) {
        markers.push(ManagedMarker {
            name: name.to_owned(),
            ..ManagedMarker::default()
        });
    }
}

fn due(target: &Version) -> Position {
    match target.status.phase() {
        Phase::Available => Position::Due(target.id.clone()),
        _ => Position::TargetNotAvailable(format!("version {} is {}", target.name, target.status.as_str())),
    }
}

fn words_of(marker: &Marker) -> String {
    let status = marker.status.as_deref().unwrap_or_default();
    let code = marker.error_code.as_deref().unwrap_or("no code");
    let details = marker.error_details.as_deref().unwrap_or("no details");
    format!("{status}, {code}: {details}")
}

fn reason(position: &Position) -> Reason {
    match position {
        Position::InPlace => Reason::MarkersInPlace,
        Position::InPart(_) => Reason::MarkerMovedInPart,
        Position::TargetNotAvailable(_) => Reason::MarkerTargetNotAvailable,
        Position::TargetAbsent(_) => Reason::MarkerTargetAbsent,
        Position::Due(_) | Position::Moving => Reason::MovingMarker,
        Position::Failed(_) => Reason::MarkerMoveFailed,
    }
}

/// Of several markers the one speaks that needs a person most.
fn gravity(reason: Reason) -> u8 {
    match reason {
        Reason::MarkerMoveFailed => 5,
        Reason::MarkerMovedInPart => 4,
        Reason::MarkerTargetAbsent => 3,
        Reason::MarkerTargetNotAvailable => 2,
        Reason::MovingMarker => 1,
        _ => 0,
    }
}

fn said(all: &[(&str, Position)], which: impl Fn(&Position) -> bool) -> String {
    let sentences: Vec<String> = all
        .iter()
        .filter(|(_, position)| which(position))
        .map(|(name, position)| match position {
            Position::InPlace => format!("marker {name} is in place"),
            Position::Due(version) => format!("marker {name} is to be moved to version {version}"),
            Position::Moving => format!("marker {name} is being moved"),
            Position::InPart(words) => format!("marker {name} was moved in part ({words})"),
            Position::Failed(words) => format!("marker {name} could not be moved ({words})"),
            Position::TargetAbsent(why) => format!("marker {name} waits: {why}"),
            Position::TargetNotAvailable(why) => format!("marker {name} waits until it is AVAILABLE: {why}"),
        })
        .collect();
    sentences.join("; ")
}

fn names(all: &[(&str, Position)]) -> String {
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests;
