//! Images: created with their first version, listed, read. There is no update and no delete of an image.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::assets::{self, AssetDetailsRequest};
use super::markers::{self, MarkerRequest};
use super::model::{Image, ImageCopy, Stamp, Version};
use super::rows::{ImageRow, image_view, marker_view};
use super::turn::Turn;
use super::version_name::VersionName;
use super::words::{GpuType, OsType, ProviderLabel, PublishState, SourceType, VersionType};
use super::work::Leg;
use super::world::World;
use crate::simulator::error::ApiError;
use crate::simulator::page;
use crate::simulator::reply::Reply;
use crate::simulator::settings::EmptyListAnswer;

/// ImageCatalogRequest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageCatalogRequest {
    source_stream_type: SourceType,
    stream_name: String,
    stream_description: Option<String>,
    version_source: String,
    version_type: VersionType,
    version_description: Option<String>,
    provider_label: ProviderLabel,
    provider_instance_id: String,
    asset_details: AssetDetailsRequest,
    os: String,
    os_type: OsType,
    gpu_type: GpuType,
    project_id: Option<String>,
    markers: Option<Vec<MarkerRequest>>,
}

/// Lists images; the request parameters `os` and `os_type` hold besides the search.
pub(crate) fn list(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let (os, os_type) = (turn.query.get("os"), turn.query.get("os_type"));
    let rows = world
        .images_of(turn.org())
        .filter(|image| image.listed_from <= turn.moment.wire)
        .filter(|image| os.is_none_or(|os| image.os == os))
        .filter(|image| os_type.is_none_or(|os_type| image.os_type.as_ref() == os_type))
        .map(ImageRow)
        .collect();
    page::list(rows, turn.query, turn.settings, EmptyListAnswer::NotFound)
}

pub(crate) fn get(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::json(
        StatusCode::OK,
        &image_view(world.image(turn.org(), turn.ids.image)?),
    ))
}

/// Not served by the public API; the status is inferred, the code is in its error enums.
pub(crate) fn delete(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    world.image(turn.org(), turn.ids.image)?;
    let message = "an image cannot be deleted; delete its versions";
    Err(ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "DELETE_STREAM_NOT_SUPPORTED",
        message,
    ))
}

/// Creates an image with its first version, and sets the work going.
pub(crate) fn create(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let request: ImageCatalogRequest = turn.body()?;
    let action = turn.query.get("action").unwrap_or("import");
    if !matches!(action, "import" | "import-custom-vm" | "copy-existing-image") {
        return Err(ApiError::bad_request(
            "BAD_REQUEST",
            format!("action {action:?} is not known"),
        ));
    }
    let source = assets::source(request.source_stream_type)?;
    if source.action != action {
        let source_type = source.kind.as_ref();
        return Err(assets::not_allowed(format!(
            "action {action} is not allowed for {source_type}"
        )));
    }
    request
        .asset_details
        .check(source, request.provider_label, request.os_type)?;
    check_stream_name("streamName", &request.stream_name)?;
    let provider = assets::provider(&request.provider_instance_id, request.provider_label, turn)?;
    let version_source: VersionName = request.version_source.parse().map_err(|_| {
        let message = format!("versionSource {:?} is not a version", request.version_source);
        ApiError::bad_request("VALIDATION_FAILED", message)
    })?;
    let markers = request.markers.unwrap_or_default();
    markers::check(None, &markers, "")?;
    world.check_name_is_free(&request.stream_name, turn)?;

    let copy = request
        .asset_details
        .first_copy(world.ids.object(), provider, source, &request.os, turn);
    let version = Version {
        id: world.ids.object(),
        name: version_source.following(request.version_type),
        description: turn.kept(request.version_description),
        os: request.os.clone(),
        project: request.project_id.clone(),
        kind: request.version_type,
        source_type: source.kind,
        origin: None,
        history: Vec::new(),
        status: source.work.first_statuses().0,
        state: PublishState::NotReady,
        action: source.triggered,
        options: Value::Null,
        ims_tags: json!({}),
        validation: None,
        imported: None,
        stamp: Stamp::new(turn.now()),
        copies: vec![copy],
        listed_from: turn.listed_from(),
    };
    let mut image = Image {
        id: world.ids.object(),
        org: turn.org(),
        project: request.project_id,
        name: request.stream_name,
        description: turn.kept(request.stream_description),
        os: request.os.clone(),
        os_type: request.os_type,
        gpu_type: request.gpu_type,
        multi_session: request.asset_details.multi_session(&request.os),
        source_type: source.kind,
        source_stream: None,
        source_version: None,
        stamp: Stamp::new(turn.now()),
        noted: (super::words::ImageStatus::Pending, 1),
        versions: vec![version],
        markers: Vec::new(),
        listed_from: turn.listed_from(),
    };
    let version_id = only_version_id(&image);
    markers::point(
        &mut image,
        &version_id,
        &markers,
        (&mut world.ids, &mut world.agenda),
        turn,
    );

    let legs = [Leg {
        work: source.work,
        copies: copy_ids(&image),
    }];
    let failing = turn.failing(&legs).or_else(|| {
        request
            .asset_details
            .fails_later(source)
            .map(|failure| (0, failure))
    });
    let image_id = image.id.clone();
    world.add_image(image);
    world.start((&image_id, &version_id), &legs, failing.as_ref(), turn);
    let image = world.image(turn.org(), &image_id)?;
    let view = catalog_representation(image, image.version(&version_id)?, &request.version_source);
    Ok(Reply::json(StatusCode::CREATED, &view).changing())
}

/// The pattern of the public OpenAPI document: letters, digits and dashes, at least two, a letter first, no dash last.
pub(crate) fn check_stream_name(field: &str, name: &str) -> Result<(), ApiError> {
    let bytes = name.as_bytes();
    let holds = bytes.len() >= 2
        && bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    if !holds {
        let message = format!("{field} {name:?} must match ^[a-zA-Z][a-zA-Z0-9\\-]*[a-zA-Z0-9]$");
        return Err(ApiError::bad_request("VALIDATION_FAILED", message));
    }
    Ok(())
}

fn only_version_id(image: &Image) -> String {
    image
        .versions
        .first()
        .map(|version| version.id.clone())
        .unwrap_or_default()
}

fn copy_ids(image: &Image) -> Vec<String> {
    image
        .versions
        .iter()
        .flat_map(|version| &version.copies)
        .map(|copy| copy.id.clone())
        .collect()
}

/// ImageCatalogRepresentation: the answer to a create names things otherwise than reads do.
fn catalog_representation(image: &Image, version: &Version, version_source: &str) -> Value {
    let copy = version.copies.first();
    let markers: Vec<Value> = image
        .markers
        .iter()
        .map(|marker| marker_view(image, marker))
        .collect();
    json!({
        "streamId": image.id,
        "streamName": image.name,
        "streamDescription": image.description,
        "os": image.os,
        "sourceStreamType": image.source_type,
        "streamStatus": image.status(),
        "sourceStreamId": image.source_stream,
        "sourceVersionId": image.source_version,
        "versionId": version.id,
        "versionSource": version_source,
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
        "orgId": image.org,
        "projectId": image.project,
        "markers": markers,
    })
}

/// AssetDetails.
pub(crate) fn asset_details(copy: &ImageCopy) -> Value {
    json!({"assetType": copy.asset_type, "data": copy.data})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_names_are_letters_digits_and_dashes() {
        for name in ["w1", "win11-24H2", "Ab"] {
            assert!(check_stream_name("streamName", name).is_ok(), "{name}");
        }
        for name in ["", "w", "1win", "win-", "win_11", "win 11", "wïn"] {
            assert!(check_stream_name("streamName", name).is_err(), "{name}");
        }
    }
}
