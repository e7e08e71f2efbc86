//! Publishing a version, publishing it again or further, and taking copies away.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::assets;
use super::model::{Image, Version};
use super::rows::version_view;
use super::turn::Turn;
use super::versions::begin;
use super::words::{OsType, ProviderLabel, TriggeredAction, VersionStatus};
use super::work::{Leg, Work};
use super::world::World;
use crate::simulator::clock::seconds_after;
use crate::simulator::error::ApiError;
use crate::simulator::reply::Reply;

/// ReplicasTO.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Replica {
    provider_instance_id: String,
}

/// VersionPublishCreateTO; fields that change nothing here are answered back from the body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Publish {
    provider_label: ProviderLabel,
    description: Option<String>,
    options: Option<PublishOptions>,
    replicas: Option<Vec<Replica>>,
    ims_tags: Option<Value>,
}

/// OptionsTO.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublishOptions {
    os_customizations: Option<Value>,
    publish_with_resiliency: Option<bool>,
    validate_image: Option<bool>,
}

/// VersionPublishV2CreateTO and VersionRepublishV2CreateTO.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecondaryPublish {
    description: Option<String>,
    target_providers: Option<Vec<Target>>,
}

/// TargetProviderTO.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    provider_instance_id: String,
    provider_label: ProviderLabel,
}

/// VersionRepublishCreateTO.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Republish {
    additional_replicas: Option<Vec<Replica>>,
}

/// ShrinkImageVersionRequest.
#[derive(Deserialize)]
struct Shrink {
    replicas: Vec<Replica>,
}

/// Whether a publish is followed by a validation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Validation {
    Wanted,
    Left,
}

/// Publishes on Azure: `POST …/versions/{id}?action=publish`.
pub(crate) fn publish(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    if turn.query.get("action") != Some("publish") {
        return Err(ApiError::bad_request(
            "BAD_REQUEST",
            "the parameter action must be publish",
        ));
    }
    let request: Publish = turn.body()?;
    check_label(world, request.provider_label, ProviderLabel::Azure, turn)?;
    let replicas = providers(
        request.replicas.as_deref().unwrap_or_default(),
        ProviderLabel::Azure,
        turn,
    )?;
    check_ready_to_publish(world, turn)?;

    let options = request.options.as_ref();
    let wants_validation = options
        .and_then(|options| options.validate_image)
        .unwrap_or(false);
    let validation = if wants_validation {
        Validation::Wanted
    } else {
        Validation::Left
    };
    let shown_options = options.map(|options| {
        json!({
            "osCustomizations": options.os_customizations,
            "publishWithResiliency": options.publish_with_resiliency,
            "validateImage": options.validate_image,
        })
    });
    start_publishing(world, &replicas, validation, request.description, turn)?;
    let version = world
        .image_mut(turn.org(), turn.ids.image)?
        .version_mut(turn.ids.version)?;
    if let Some(options) = shown_options {
        version.options = options;
    }
    if let Some(tags) = request.ims_tags {
        version.ims_tags = tags;
    }
    published(world, StatusCode::CREATED, "replicas", turn)
}

/// Publishes on a View edge: `POST …/versions/{id}/publish`.
pub(crate) fn publish_secondary(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let request: SecondaryPublish = turn.body()?;
    let targets = view_targets(request.target_providers.unwrap_or_default(), turn)?;
    check_label(world, ProviderLabel::View, ProviderLabel::View, turn)?;
    check_ready_to_publish(world, turn)?;
    start_publishing(world, &targets, Validation::Left, request.description, turn)?;
    published(world, StatusCode::CREATED, "targetProviders", turn)
}

/// Publishes failed copies again, and further ones: `POST …/versions/{id}/republish`.
pub(crate) fn republish(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let request: Republish = turn.body()?;
    check_label(world, ProviderLabel::Azure, ProviderLabel::Azure, turn)?;
    let asked = request.additional_replicas.unwrap_or_default();
    let additional = providers(&asked, ProviderLabel::Azure, turn)?;
    start_republishing(world, &additional, turn)?;
    published(world, StatusCode::ACCEPTED, "replicas", turn)
}

/// The same for a View edge, where the providers have to be named (public OpenAPI document): `POST
/// /imagemgmt/v2/…/republish`.
pub(crate) fn republish_secondary(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let request: SecondaryPublish = turn.body()?;
    let targets = request.target_providers.unwrap_or_default();
    if targets.is_empty() {
        let message = "targetProviders must name at least one provider instance";
        return Err(ApiError::bad_request("VALIDATION_FAILED", message));
    }
    let additional = view_targets(targets, turn)?;
    check_label(world, ProviderLabel::View, ProviderLabel::View, turn)?;
    start_republishing(world, &additional, turn)?;
    published(world, StatusCode::ACCEPTED, "targetProviders", turn)
}

/// Takes copies away from provider instances: `POST …/versions/{id}/shrink`.
pub(crate) fn shrink(world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let request: Shrink = turn.body()?;
    if request.replicas.is_empty() {
        return Err(ApiError::bad_request(
            "VALIDATION_FAILED",
            "replicas must name at least one provider instance",
        ));
    }
    let image = world.image(turn.org(), turn.ids.image)?;
    let version = image.version(turn.ids.version)?;
    if !version.status.is_usable() {
        return Err(wrong_status(StatusCode::PRECONDITION_FAILED, version, "shrunk"));
    }
    let mut copies = Vec::new();
    for replica in &request.replicas {
        let instance = &replica.provider_instance_id;
        let copy = version
            .copies
            .iter()
            .find(|copy| copy.provider_instance == *instance)
            .ok_or_else(|| {
                let message = format!(
                    "version {} has no copy in provider instance {instance}",
                    version.name
                );
                ApiError::bad_request("VALIDATION_FAILED", message)
            })?;
        copies.push(copy.id.clone());
    }
    if version.copies.iter().all(|copy| copies.contains(&copy.id)) {
        let message = "a version cannot be shrunk to nothing; delete it";
        return Err(ApiError::bad_request("VALIDATION_FAILED", message));
    }
    begin(
        world,
        &[Leg {
            work: Work::Shrink,
            copies,
        }],
        TriggeredAction::Shrink,
        turn,
    )?;
    let image = world.image(turn.org(), turn.ids.image)?;
    let view = version_view(image, image.version(turn.ids.version)?);
    Ok(Reply::json(StatusCode::ACCEPTED, &view).changing())
}

/// The provider of a version has to be the one that the operation is for.
fn check_label(
    world: &World,
    asked: ProviderLabel,
    wanted: ProviderLabel,
    turn: &Turn<'_>,
) -> Result<(), ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let has = image.version(turn.ids.version)?.provider_label();
    if asked != wanted || has != wanted {
        let message = format!(
            "this operation is for provider {}; the version is on {}",
            wanted.as_ref(),
            has.as_ref()
        );
        return Err(ApiError::bad_request("UNSUPPORTED_PROVIDER", message));
    }
    Ok(())
}

/// 412 unless it is imported and waits for its publication (which statuses are refused is inferred).
fn check_ready_to_publish(world: &World, turn: &Turn<'_>) -> Result<(), ApiError> {
    let version = world
        .image(turn.org(), turn.ids.image)?
        .version(turn.ids.version)?;
    let settled_at = version
        .imported
        .map(|imported| seconds_after(imported, turn.settings.publish_settle_seconds));
    if version.status != VersionStatus::ImportComplete || settled_at.is_some_and(|at| turn.now() < at) {
        return Err(wrong_status(
            StatusCode::PRECONDITION_FAILED,
            version,
            "published",
        ));
    }
    Ok(())
}

fn wrong_status(status: StatusCode, version: &Version, done: &str) -> ApiError {
    let message = format!(
        "version {} cannot be {done} while {}",
        version.name,
        version.status.as_ref()
    );
    ApiError::new(status, "INVALID_RESOURCE_STATE", message)
}

fn providers(replicas: &[Replica], label: ProviderLabel, turn: &Turn<'_>) -> Result<Vec<String>, ApiError> {
    let id = |replica: &Replica| {
        assets::provider(&replica.provider_instance_id, label, turn).map(|provider| provider.id.to_owned())
    };
    replicas.iter().map(id).collect()
}

fn view_targets(targets: Vec<Target>, turn: &Turn<'_>) -> Result<Vec<String>, ApiError> {
    if targets
        .iter()
        .any(|target| target.provider_label != ProviderLabel::View)
    {
        let message = "targetProviders must be of provider VIEW";
        return Err(ApiError::bad_request("UNSUPPORTED_PROVIDER", message));
    }
    let replicas: Vec<Replica> = targets
        .into_iter()
        .map(|target| Replica {
            provider_instance_id: target.provider_instance_id,
        })
        .collect();
    providers(&replicas, ProviderLabel::View, turn)
}

fn publish_work(image: &Image, version: &Version) -> Work {
    match (version.provider_label(), image.os_type) {
        (ProviderLabel::View, _) => Work::PublishView,
        (_, OsType::Linux) => Work::PublishLinux,
        _ => Work::PublishWindows,
    }
}

/// Publishes the first copy, then makes the others, then validates. A description given replaces the version's
/// (inferred from the field).
fn start_publishing(
    world: &mut World,
    replicas: &[String],
    validation: Validation,
    description: Option<String>,
    turn: &Turn<'_>,
) -> Result<(), ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let version = image.version(turn.ids.version)?;
    let work = publish_work(image, version);
    let mut legs = vec![Leg {
        work,
        copies: version.copies.iter().map(|copy| copy.id.clone()).collect(),
    }];
    let added = add_copies(world, replicas, turn)?;
    if !added.is_empty() {
        legs.push(Leg {
            work: Work::Replicate,
            copies: added,
        });
    }
    if validation == Validation::Wanted {
        let all = legs.iter().flat_map(|leg| leg.copies.clone()).collect();
        legs.push(Leg {
            work: Work::Validate,
            copies: all,
        });
    }
    if description.is_some() {
        let kept = turn.kept(description);
        world
            .image_mut(turn.org(), turn.ids.image)?
            .version_mut(turn.ids.version)?
            .description = kept;
    }
    begin(world, &legs, TriggeredAction::Publish, turn)
}

/// 409 while work is under way or before the first publication, 424 after a failed import (which statuses are refused
/// is inferred).
fn start_republishing(world: &mut World, additional: &[String], turn: &Turn<'_>) -> Result<(), ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let version = image.version(turn.ids.version)?;
    if version.status.in_transition() || version.status == VersionStatus::ImportComplete {
        return Err(wrong_status(StatusCode::CONFLICT, version, "republished"));
    }
    let was_copied = version
        .copies
        .first()
        .is_some_and(|copy| copy.data.contains_key("galleryVersion"));
    if version.imported.is_none() && !was_copied {
        let message = format!("version {} was never imported", version.name);
        let code = "INITIATE_VERSION_REPUBLISH_FAILED";
        return Err(ApiError::new(StatusCode::FAILED_DEPENDENCY, code, message));
    }
    let first_failed = version
        .copies
        .first()
        .filter(|copy| copy.has_failed())
        .map(|copy| copy.id.clone());
    let others = version.copies.iter().skip(1).filter(|copy| copy.has_failed());
    let mut replicas: Vec<String> = others.map(|copy| copy.id.clone()).collect();
    let work = publish_work(image, version);
    replicas.extend(add_copies(world, additional, turn)?);
    let mut legs = Vec::new();
    if let Some(first) = first_failed {
        legs.push(Leg {
            work,
            copies: vec![first],
        });
    }
    if legs.is_empty() || !replicas.is_empty() {
        legs.push(Leg {
            work: Work::Replicate,
            copies: replicas,
        });
    }
    begin(world, &legs, TriggeredAction::Publish, turn)
}

/// Adds copies in the provider instances that have none yet; returns their ids.
fn add_copies(world: &mut World, providers: &[String], turn: &Turn<'_>) -> Result<Vec<String>, ApiError> {
    let mut added = Vec::new();
    for provider in providers {
        let id = world.ids.object();
        let version = world
            .image_mut(turn.org(), turn.ids.image)?
            .version_mut(turn.ids.version)?;
        if version
            .copies
            .iter()
            .any(|copy| copy.provider_instance == *provider)
        {
            continue;
        }
        if let Some(replica) = version
            .copies
            .first()
            .map(|copy| copy.replica(id, provider.clone(), turn.now()))
        {
            added.push(replica.id.clone());
            version.copies.push(replica);
        }
    }
    Ok(added)
}

/// VersionPublishTO, or VersionPublishV2TO: they differ in the name of the list.
fn published(world: &World, status: StatusCode, list: &str, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let version = image.version(turn.ids.version)?;
    let copies: Vec<Value> = version
        .copies
        .iter()
        .map(|copy| json!({"providerInstanceId": copy.provider_instance, "providerLabel": copy.provider_label}))
        .collect();
    let mut view = json!({
        "orgId": image.org,
        "projectId": version.project,
        "versionName": version.name.to_string(),
        "versionId": version.id,
        "versionStatus": version.status,
        "description": version.description,
        "options": version.options,
        "imsTags": version.ims_tags,
    });
    if let Some(fields) = view.as_object_mut() {
        fields.insert(list.to_owned(), Value::from(copies));
    }
    Ok(Reply::json(status, &view).changing())
}
