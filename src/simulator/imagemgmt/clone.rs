//! Cloning a version: into a new image, or as a further version of its own.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::assets::{self, Options};
use super::images::check_stream_name;
use super::markers::{self, MarkerRequest};
use super::model::{Image, Stamp, Version};
use super::turn::Turn;
use super::version_name::VersionName;
use super::versions::{insert, lineage};
use super::words::{
    AssetType, CloneAssetType, ImageStatus, ProviderLabel, PublishState, SourceType, TriggeredAction,
    VersionType,
};
use super::work::{Leg, Work};
use super::world::World;
use crate::simulator::error::ApiError;
use crate::simulator::reply::Reply;

/// VersionCloneCreateTO.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Clone {
    #[serde(rename = "orgId")]
    _org: String,
    image_name: Option<String>,
    image_description: Option<String>,
    version_description: String,
    version_type: VersionType,
    asset_details: CloneAssetDetails,
    markers: Option<Vec<MarkerRequest>>,
    ims_tags: Option<Value>,
}

/// CloneAssetDetailsRequest.
#[derive(Deserialize)]
struct CloneAssetDetails {
    data: Option<Map<String, Value>>,
    #[serde(rename = "type")]
    resource: CloneAssetType,
    options: Option<Options>,
}

/// Clones; the new version is imported in the background and then waits for its publication.
pub(crate) fn clone(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let request: Clone = turn.body()?;
    let image = world.image(turn.org(), turn.ids.image)?.clone();
    let source = image.version(turn.ids.version)?;
    check(&request, &image, source)?;
    match turn.query.get("action") {
        Some("clone-image") => clone_image(world, request, &image, source, turn),
        Some("clone-version") => clone_version(world, request, &image, source, turn),
        _ => Err(ApiError::bad_request(
            "BAD_REQUEST",
            "the parameter action must be clone-image or clone-version",
        )),
    }
}

/// The kind of resource goes with the provider; a source that is not available is a 409 (both inferred). Azure needs
/// the network (public OpenAPI document, CloneAssetDetailsRequest).
fn check(request: &Clone, image: &Image, source: &Version) -> Result<(), ApiError> {
    let wanted = match source.provider_label() {
        ProviderLabel::View => CloneAssetType::ViewInfra,
        _ => CloneAssetType::AzureNetwork,
    };
    if request.asset_details.resource != wanted {
        let message = format!("assetDetails.type must be {}", wanted.as_ref());
        return Err(ApiError::bad_request("VALIDATION_FAILED", message));
    }
    let network: &[&str] = match wanted {
        CloneAssetType::AzureNetwork => &["vNet", "subNet"],
        _ => &[],
    };
    for key in network {
        let data = request.asset_details.data.as_ref();
        let value = data.and_then(|data| data.get(*key));
        if !value.is_some_and(assets::is_given) {
            let message = format!("assetDetails.data.{key} is required for {}", wanted.as_ref());
            return Err(ApiError::bad_request("VALIDATION_FAILED", message));
        }
    }
    if let Some(options) = &request.asset_details.options {
        options.check(image.os_type)?;
    }
    if !source.status.is_usable() {
        let message = format!(
            "version {} cannot be cloned while {}",
            source.name,
            source.status.as_ref()
        );
        return Err(ApiError::conflict("INVALID_RESOURCE_STATE", message));
    }
    Ok(())
}

fn clone_image(
    world: &mut World,
    request: Clone,
    image: &Image,
    source: &Version,
    turn: &Turn<'_>,
) -> Result<Reply, ApiError> {
    let Some(name) = request.image_name.clone() else {
        return Err(ApiError::bad_request(
            "VALIDATION_FAILED",
            "imageName is required to clone an image",
        ));
    };
    check_stream_name("imageName", &name)?;
    world.check_name_is_free(&name, turn)?;
    let requested_markers = request.markers.unwrap_or_default();
    markers::check(None, &requested_markers, "")?;
    let first = VersionName {
        major: 0,
        minor: 0,
        patch: 0,
    }
    .following(request.version_type);
    let details = Details {
        name: first,
        history: Vec::new(),
        kind: request.version_type,
    };
    let description = turn.kept(Some(request.version_description));
    let version = cloned(
        world,
        source,
        details,
        (description, request.ims_tags),
        request.asset_details.data,
        turn,
    );
    let clone = Image {
        id: world.ids.object(),
        name,
        description: turn.kept(request.image_description),
        source_type: version.source_type,
        source_stream: Some(image.id.clone()),
        source_version: Some(source.id.clone()),
        stamp: Stamp::new(turn.now()),
        noted: (ImageStatus::Pending, 1),
        versions: Vec::new(),
        markers: Vec::new(),
        listed_from: turn.listed_from(),
        ..image.clone()
    };
    let clone_id = clone.id.clone();
    world.add_image(clone);
    let legs = import(&version);
    let failing = turn.failing(&legs);
    insert(
        world,
        &clone_id,
        version,
        &requested_markers,
        (&legs, failing),
        turn,
    )
}

fn clone_version(
    world: &mut World,
    request: Clone,
    image: &Image,
    source: &Version,
    turn: &Turn<'_>,
) -> Result<Reply, ApiError> {
    let requested_markers = request.markers.unwrap_or_default();
    markers::check(Some(image), &requested_markers, "")?;
    let name = VersionName::next(source.name, &image.version_names(), request.version_type);
    let details = Details {
        name,
        history: lineage(source),
        kind: request.version_type,
    };
    let description = turn.kept(Some(request.version_description));
    let version = cloned(
        world,
        source,
        details,
        (description, request.ims_tags),
        request.asset_details.data,
        turn,
    );
    let legs = import(&version);
    let failing = turn.failing(&legs);
    insert(
        world,
        &image.id,
        version,
        &requested_markers,
        (&legs, failing),
        turn,
    )
}

struct Details {
    name: VersionName,
    history: Vec<String>,
    kind: VersionType,
}

fn cloned(
    world: &mut World,
    source: &Version,
    details: Details,
    (description, ims_tags): (Option<String>, Option<Value>),
    network: Option<Map<String, Value>>,
    turn: &Turn<'_>,
) -> Version {
    let (source_type, asset_type) = match source.provider_label() {
        ProviderLabel::View => (SourceType::CopiedFromViewImageVersion, AssetType::ViewVm),
        _ => (SourceType::CopiedFromAzureVersion, AssetType::AzureVmInRg),
    };
    let copies = source.copies.first().map(|copy| super::model::ImageCopy {
        asset_type,
        data: network.unwrap_or_default(),
        status: Work::Import.first_statuses().1,
        ..copy.replica(world.ids.object(), copy.provider_instance.clone(), turn.now())
    });
    Version {
        id: world.ids.object(),
        name: details.name,
        description,
        kind: details.kind,
        source_type,
        origin: Some(source.id.clone()),
        history: details.history,
        status: Work::Import.first_statuses().0,
        state: PublishState::NotReady,
        action: TriggeredAction::Clone,
        options: Value::Null,
        ims_tags: ims_tags.unwrap_or_else(|| json!({})),
        validation: None,
        imported: None,
        stamp: Stamp::new(turn.now()),
        copies: copies.into_iter().collect(),
        listed_from: turn.listed_from(),
        ..source.clone()
    }
}

fn import(version: &Version) -> [Leg; 1] {
    [Leg {
        work: Work::Import,
        copies: version.copies.iter().map(|copy| copy.id.clone()).collect(),
    }]
}
