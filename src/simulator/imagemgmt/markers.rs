//! Markers: made and moved by the bodies that name them, listed, deleted.

use axum::http::StatusCode;
use serde::Deserialize;

use super::model::{Failure, Image, Marker, Stamp};
use super::rows::{MarkerRow, marker_view};
use super::turn::Turn;
use super::words::MarkerStatus;
use super::work::{Agenda, Event, part_of};
use super::world::World;
use crate::simulator::clock::seconds_after;
use crate::simulator::error::ApiError;
use crate::simulator::ids::Ids;
use crate::simulator::page;
use crate::simulator::reply::Reply;
use crate::simulator::settings::EmptyListAnswer;

/// What a body says of a marker: clients send the name alone.
#[derive(Deserialize)]
pub(crate) struct MarkerRequest {
    pub(crate) name: String,
}

pub(crate) fn list(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let listed = image
        .markers
        .iter()
        .filter(|marker| marker.listed_from <= turn.moment.wire);
    let rows = listed.map(|marker| MarkerRow { image, marker }).collect();
    page::list(rows, turn.query, turn.settings, EmptyListAnswer::NotFound)
}

pub(crate) fn get(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let marker = image.marker(turn.ids.marker)?;
    Ok(Reply::json(StatusCode::OK, &marker_view(image, marker)))
}

/// 409 while a pool uses it, 412 while it moves (which statuses are refused is inferred).
pub(crate) fn delete(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let marker = image.marker(turn.ids.marker)?;
    if world.marker_in_use(marker) {
        let message = format!("marker {} is used by a pool", marker.name);
        return Err(ApiError::conflict("MARKER_IN_USE", message));
    }
    if marker.status.is_moving() {
        let message = format!("marker {} is {}", marker.name, marker.status.as_ref());
        return Err(ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            "INVALID_RESOURCE_STATE",
            message,
        ));
    }
    let image = world.image_mut(turn.org(), turn.ids.image)?;
    image.markers.retain(|marker| marker.id != turn.ids.marker);
    image.stamp.touch(turn.now());
    Ok(Reply::empty(StatusCode::NO_CONTENT).changing())
}

/// Refuses names that cannot be set on a version: without a letter, or on the move (inferred).
pub(crate) fn check(
    image: Option<&Image>,
    requests: &[MarkerRequest],
    version: &str,
) -> Result<(), ApiError> {
    for request in requests {
        if request.name.is_empty() {
            return Err(ApiError::bad_request(
                "VALIDATION_FAILED",
                "a marker needs a name",
            ));
        }
        let existing =
            image.and_then(|image| image.markers.iter().find(|marker| marker.name == request.name));
        if let Some(marker) = existing.filter(|marker| marker.status.is_moving() && !goes_to(marker, version))
        {
            let message = format!("marker {} is moving to another version", marker.name);
            return Err(ApiError::conflict("INVALID_RESOURCE_STATE", message));
        }
    }
    Ok(())
}

/// Whether it points at a version, or is on its way there.
fn goes_to(marker: &Marker, version: &str) -> bool {
    marker.next_version.as_deref().unwrap_or(&marker.version) == version
}

/// Points these markers at a version: new ones at once, existing ones by a move in the background; others of the
/// version stay (inferred). Returns whether anything changed.
pub(crate) fn point(
    image: &mut Image,
    version: &str,
    requests: &[MarkerRequest],
    (ids, agenda): (&mut Ids, &mut Agenda),
    turn: &Turn<'_>,
) -> bool {
    let mut changed = false;
    for request in requests {
        let target = image
            .version(version)
            .is_ok_and(|version| version.status.is_usable());
        let image_id = image.id.clone();
        match image
            .markers
            .iter_mut()
            .find(|marker| marker.name == request.name)
        {
            Some(marker) if goes_to(marker, version) => continue,
            Some(marker) => {
                start_move(marker, version, turn);
                let usable = if target { Target::Usable } else { Target::NotUsable };
                plan_move(agenda, &image_id, &marker.id, usable, turn);
            }
            None => image.markers.push(Marker {
                id: ids.object(),
                name: request.name.clone(),
                version: version.to_owned(),
                next_version: None,
                status: MarkerStatus::UpdatesCompleted,
                failure: None,
                stamp: Stamp::new(turn.now()),
                listed_from: turn.listed_from(),
            }),
        }
        changed = true;
    }
    if changed {
        image.stamp.touch(turn.now());
    }
    changed
}

fn start_move(marker: &mut Marker, version: &str, turn: &Turn<'_>) {
    marker.next_version = Some(version.to_owned());
    marker.status = MarkerStatus::InProgress;
    marker.failure = None;
    marker.stamp.touch(turn.now());
}

/// The error code of a move that reached some pools only.
const MOVED_IN_PART: &str = "MARKER_MOVEMENT_PARTIALLY_SUCCEEDED";

/// Whether pools can run from the version that a marker moves to.
#[derive(Clone, Copy)]
enum Target {
    Usable,
    NotUsable,
}

/// IN_PROGRESS → VALIDATION_COMPLETED → UPDATES_INITIATED → UPDATES_COMPLETED, or a failure in between (the order is
/// inferred from the names; so is that a version which is not available fails the validation).
fn plan_move(agenda: &mut Agenda, image: &str, marker: &str, target: Target, turn: &Turn<'_>) {
    let (image, marker) = (image.to_owned(), marker.to_owned());
    let seconds = turn.settings.marker_move_seconds;
    let at = |percent| part_of(turn.now(), seconds, percent);
    if let Target::NotUsable = target {
        let failure = Failure {
            code: "INVALID_RESOURCE_STATE".to_owned(),
            details: "the version is not available".to_owned(),
        };
        let status = MarkerStatus::ValidationFailed;
        agenda.add(
            at(30),
            Event::MarkerFailed {
                image,
                marker,
                status,
                failure,
            },
        );
        return;
    }
    for (percent, status) in [
        (30, MarkerStatus::ValidationCompleted),
        (50, MarkerStatus::UpdatesInitiated),
    ] {
        agenda.add(
            at(percent),
            Event::MarkerStage {
                image: image.clone(),
                marker: marker.clone(),
                status,
            },
        );
    }
    let end = seconds_after(turn.now(), seconds);
    match turn.failing_marker_move() {
        Some(failure) => {
            let status = if failure.code == MOVED_IN_PART {
                MarkerStatus::UpdatesPartiallyCompleted
            } else {
                MarkerStatus::UpdatesFailed
            };
            agenda.add(
                end,
                Event::MarkerFailed {
                    image,
                    marker,
                    status,
                    failure,
                },
            );
        }
        None => agenda.add(end, Event::MarkerDone { image, marker }),
    }
}
