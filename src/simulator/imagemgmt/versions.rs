//! Versions: listed, read, added, patched, deleted, validated.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::assets::{self, AssetDetailsRequest};
use super::images::asset_details;
use super::markers::{self, MarkerRequest};
use super::model::{Image, Stamp, Version};
use super::rows::{VersionRow, marker_view, version_view};
use super::turn::Turn;
use super::version_name::VersionName;
use super::words::{
    GpuType, ImageStatus, OsType, ProviderLabel, PublishState, SourceType, TriggeredAction, ValidationStatus,
    VersionStatus, VersionType,
};
use super::work::{Leg, Work};
use super::world::World;
use crate::simulator::error::ApiError;
use crate::simulator::page;
use crate::simulator::reply::Reply;
use crate::simulator::settings::{EmptyListAnswer, ForceDelete};

/// VersionCreateTO. `orgId` and `description` are required here, though not on a create of an image.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VersionCreate {
    #[serde(rename = "orgId")]
    _org: String,
    source_version_id: Option<String>,
    version_type: VersionType,
    description: String,
    source_type: SourceType,
    os_type: OsType,
    os: String,
    gpu_type: GpuType,
    provider_label: ProviderLabel,
    provider_instance_id: String,
    asset_details: AssetDetailsRequest,
    markers: Option<Vec<MarkerRequest>>,
    project_id: Option<String>,
}

/// VersionPatchTO; `horizonAgentMetaData` is tolerated and changes nothing here.
#[derive(Deserialize)]
struct VersionPatch {
    description: Option<String>,
    markers: Option<Vec<MarkerRequest>>,
}

/// VersionValidationTO.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Validation {
    #[serde(rename = "orgId")]
    _org: String,
    #[serde(rename = "validationInfraResourceDetails")]
    _infra: serde_json::Map<String, Value>,
}

pub(crate) fn list(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let listed = image
        .versions
        .iter()
        .filter(|version| version.listed_from <= turn.moment.wire);
    let rows = listed.map(|version| VersionRow { image, version }).collect();
    page::list(rows, turn.query, turn.settings, EmptyListAnswer::NotFound)
}

pub(crate) fn get(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let version = image.version(turn.ids.version)?;
    Ok(Reply::json(StatusCode::OK, &version_view(image, version)))
}

/// Adds a version to an image that came from a gallery or a virtual machine.
pub(crate) fn add(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let request: VersionCreate = turn.body()?;
    let image = world.image(turn.org(), turn.ids.image)?;
    let source = assets::source(request.source_type)?;
    let image_may = assets::source(image.source_type).is_ok_and(|source| source.added.is_some());
    let Some(triggered) = source.added.filter(|_| image_may) else {
        return Err(assets::not_allowed(format!(
            "a version of source type {} cannot be added to an image of source type {}",
            request.source_type.as_ref(),
            image.source_type.as_ref()
        )));
    };
    check_same_kind(image, &request)?;
    let previous = source_version(image, &request)?;
    request
        .asset_details
        .check(source, request.provider_label, request.os_type)?;
    let provider = assets::provider(&request.provider_instance_id, request.provider_label, turn)?;
    let requested_markers = request.markers.unwrap_or_default();
    markers::check(Some(image), &requested_markers, "")?;
    if image.status() == ImageStatus::Deleting {
        return Err(ApiError::conflict(
            "INVALID_RESOURCE_STATE",
            format!("image {} is being deleted", image.name),
        ));
    }

    let existing = image.version_names();
    let history = match previous {
        Some(previous) => lineage(previous),
        None => existing.iter().map(VersionName::to_string).collect(),
    };
    let base = previous.map_or(
        VersionName {
            major: 0,
            minor: 0,
            patch: 0,
        },
        |previous| previous.name,
    );
    let name = VersionName::next(base, &existing, request.version_type);
    let copy = request
        .asset_details
        .first_copy(world.ids.object(), provider, source, &request.os, turn);
    let legs = [Leg {
        work: source.work,
        copies: vec![copy.id.clone()],
    }];
    let version = Version {
        id: world.ids.object(),
        name,
        description: turn.kept(Some(request.description)),
        os: request.os,
        project: request.project_id,
        kind: request.version_type,
        source_type: request.source_type,
        origin: request.source_version_id,
        history,
        status: source.work.first_statuses().0,
        state: PublishState::NotReady,
        action: triggered,
        options: Value::Null,
        ims_tags: json!({}),
        validation: None,
        imported: None,
        stamp: Stamp::new(turn.now()),
        copies: vec![copy],
        listed_from: turn.listed_from(),
    };
    let failing = turn.failing(&legs).or_else(|| {
        request
            .asset_details
            .fails_later(source)
            .map(|failure| (0, failure))
    });
    insert(
        world,
        turn.ids.image,
        version,
        &requested_markers,
        (&legs, failing),
        turn,
    )
}

/// Puts a new version into its image, sets its work going, and answers VersionCreateResponseTO.
pub(crate) fn insert(
    world: &mut World,
    image_id: &str,
    version: Version,
    requested_markers: &[MarkerRequest],
    (legs, failing): (&[Leg], Option<(usize, super::model::Failure)>),
    turn: &Turn<'_>,
) -> Result<Reply, ApiError> {
    let version_id = version.id.clone();
    world.image_mut(turn.org(), image_id)?.versions.push(version);
    world.start((image_id, &version_id), legs, failing.as_ref(), turn);
    world.point_markers(image_id, &version_id, requested_markers, turn)?;
    let image = world.image(turn.org(), image_id)?;
    let view = created_view(image, image.version(&version_id)?);
    Ok(Reply::json(StatusCode::CREATED, &view).changing())
}

/// osType and gpuType of a version are those of its image (public OpenAPI document).
fn check_same_kind(image: &Image, request: &VersionCreate) -> Result<(), ApiError> {
    if request.os_type != image.os_type {
        let message = format!("osType must be {} as in the image", image.os_type.as_ref());
        return Err(ApiError::bad_request("INVALID_OS_TYPE", message));
    }
    if request.gpu_type != image.gpu_type {
        let message = format!("gpuType must be {} as in the image", image.gpu_type.as_ref());
        return Err(ApiError::bad_request("INVALID_GPU_TYPE", message));
    }
    Ok(())
}

/// The version that this one follows: needed for MINOR; PATCH is not possible (public OpenAPI document).
fn source_version<'i>(image: &'i Image, request: &VersionCreate) -> Result<Option<&'i Version>, ApiError> {
    if request.version_type == VersionType::Patch {
        let message = "only MAJOR and MINOR versions can be added";
        return Err(ApiError::bad_request("INVALID_VERSION_TYPE", message));
    }
    match &request.source_version_id {
        Some(id) => image.version(id).map(Some),
        None if request.version_type == VersionType::Minor => {
            let message = "sourceVersionId is required for a MINOR version";
            Err(ApiError::bad_request("VALIDATION_FAILED", message))
        }
        None => Ok(None),
    }
}

/// The names of a version's predecessors and its own.
pub(crate) fn lineage(version: &Version) -> Vec<String> {
    version
        .history
        .iter()
        .cloned()
        .chain([version.name.to_string()])
        .collect()
}

/// Changes description and markers.
pub(crate) fn patch(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let request: VersionPatch = turn.body()?;
    let image = world.image(turn.org(), turn.ids.image)?;
    let version = image.version(turn.ids.version)?;
    if version.status == VersionStatus::Deleting {
        let message = format!("version {} is being deleted", version.name);
        return Err(ApiError::conflict("INVALID_RESOURCE_STATE", message));
    }
    let requested_markers = request.markers.unwrap_or_default();
    markers::check(Some(image), &requested_markers, turn.ids.version)?;

    let version = world
        .image_mut(turn.org(), turn.ids.image)?
        .version_mut(turn.ids.version)?;
    let mut changed = false;
    if request.description.is_some() {
        let kept = turn.kept(request.description);
        if version.description != kept {
            version.description = kept;
            version.stamp.touch(turn.now());
            changed = true;
        }
    }
    changed |= world.point_markers(turn.ids.image, turn.ids.version, &requested_markers, turn)?;
    let image = world.image(turn.org(), turn.ids.image)?;
    let view = version_view(image, image.version(turn.ids.version)?);
    let reply = Reply::json(StatusCode::ACCEPTED, &view);
    Ok(if changed { reply.changing() } else { reply })
}

/// Deletes a version and its copies in the background; the last one takes its image along.
///
/// 409 while something uses it, 422 while work is under way (which statuses are refused is inferred).
pub(crate) fn delete(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let version = image.version(turn.ids.version)?;
    let force = if turn.query.is_true("force") {
        turn.settings.force_delete
    } else {
        ForceDelete::Ignored
    };
    if force == ForceDelete::Ignored && world.version_in_use(image, version) {
        let message = format!("version {} of {} is used by a pool", version.name, image.name);
        return Err(ApiError::conflict("VERSION_IN_USE", message));
    }
    if force == ForceDelete::Ignored
        && image
            .markers
            .iter()
            .any(|m| m.next_version.as_ref() == Some(&version.id))
    {
        let message = format!("a marker moves to version {} of {}", version.name, image.name);
        return Err(ApiError::conflict("VERSION_IN_USE", message));
    }
    if world.is_being_cloned(&version.id) {
        let message = format!("version {} of {} is being cloned", version.name, image.name);
        return Err(ApiError::conflict("VERSION_IN_USE_AS_CLONE_SOURCE", message));
    }
    if force != ForceDelete::BypassesAll && version.status.in_transition() {
        let message = format!(
            "version {} cannot be deleted while {}",
            version.name,
            version.status.as_ref()
        );
        return Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "INVALID_RESOURCE_STATE",
            message,
        ));
    }
    let copies = version.copies.iter().map(|copy| copy.id.clone()).collect();
    begin(
        world,
        &[Leg {
            work: Work::Delete,
            copies,
        }],
        TriggeredAction::Delete,
        turn,
    )?;
    Ok(Reply::empty(StatusCode::ACCEPTED).changing())
}

/// Validates a version; it is usable again when that succeeds.
pub(crate) fn validate(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let _: Validation = turn.body()?;
    let image = world.image(turn.org(), turn.ids.image)?;
    let version = image.version(turn.ids.version)?;
    if !matches!(
        version.status,
        VersionStatus::Available | VersionStatus::ValidationFailed
    ) {
        let message = format!(
            "version {} cannot be validated while {}",
            version.name,
            version.status.as_ref()
        );
        return Err(ApiError::bad_request("INVALID_RESOURCE_STATE", message));
    }
    let copies = version.copies.iter().map(|copy| copy.id.clone()).collect();
    let legs = [Leg {
        work: Work::Validate,
        copies,
    }];
    let version = world
        .image_mut(turn.org(), turn.ids.image)?
        .version_mut(turn.ids.version)?;
    version.validation = Some(ValidationStatus::InProgress);
    let (image_id, version_id) = (turn.ids.image, turn.ids.version);
    world.start((image_id, version_id), &legs, turn.failing(&legs).as_ref(), turn);
    let image = world.image(turn.org(), image_id)?;
    let view = version_view(image, image.version(version_id)?);
    Ok(Reply::json(StatusCode::CREATED, &view).changing())
}

/// Notes what is being done to the version of the path, and sets the work going instead of any other.
pub(crate) fn begin(
    world: &mut World,
    legs: &[Leg],
    action: TriggeredAction,
    turn: &Turn<'_>,
) -> Result<(), ApiError> {
    let (image_id, version_id) = (turn.ids.image, turn.ids.version);
    let version = world.image_mut(turn.org(), image_id)?.version_mut(version_id)?;
    version.action = action;
    version.stamp.touch(turn.now());
    world.agenda.forget(version_id);
    world.start((image_id, version_id), legs, turn.failing(legs).as_ref(), turn);
    Ok(())
}

/// VersionCreateResponseTO: here it is `imageId`, where a create of an image says `streamId`.
fn created_view(image: &Image, version: &Version) -> Value {
    let copy = version.copies.first();
    let markers: Vec<Value> = image
        .markers_at(&version.id)
        .map(|marker| marker_view(image, marker))
        .collect();
    json!({
        "orgId": image.org,
        "projectId": version.project,
        "imageId": image.id,
        "imageName": image.name,
        "imageDescription": image.description,
        "sourceImageType": image.source_type,
        "imageStatus": image.status(),
        "sourceImageId": image.source_stream,
        "sourceVersionId": version.origin,
        "sourceVersionName": version.history.last(),
        "versionId": version.id,
        "versionName": version.name.to_string(),
        "versionDescription": version.description,
        "versionStatus": version.status,
        "versionType": version.kind,
        "versionHistory": version.history,
        "assetId": copy.map(|copy| &copy.id),
        "sourceAssetId": null,
        "assetStatus": copy.map(|copy| copy.status),
        "assetType": copy.map(|copy| copy.asset_type),
        "assetDetails": copy.map(asset_details),
        "markers": markers,
        "imsTags": version.ims_tags,
        "sourceType": version.source_type,
    })
}
