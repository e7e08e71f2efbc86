//! Copies of versions: of one version, of one marker, of everything.

use axum::http::StatusCode;

use super::model::{Image, Version};
use super::rows::{CatalogDetails, CopyRow, copy_view};
use super::turn::Turn;
use super::world::World;
use crate::simulator::error::ApiError;
use crate::simulator::page;
use crate::simulator::reply::Reply;
use crate::simulator::route::Service;
use crate::simulator::settings::EmptyListAnswer;

/// Every copy of the organisation. Without anything to list it is a 204, where the other lists are a 404 (public
/// OpenAPI document, getImageCopies). Only the catalog service knows `include_catalog_details`.
pub(crate) fn list_all(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let wanted = turn.service == Service::Catalog && turn.query.is_true("include_catalog_details");
    let catalog = if wanted && turn.settings.catalog_details {
        CatalogDetails::Included
    } else {
        CatalogDetails::Left
    };
    let images = world.images_of(turn.org());
    let versions = images.flat_map(|image| image.versions.iter().map(move |version| (image, version)));
    let listed = versions.filter(|(_, version)| version.listed_from <= turn.moment.wire);
    let rows = listed
        .flat_map(|(image, version)| rows(image, version, catalog))
        .collect();
    page::list(rows, turn.query, turn.settings, EmptyListAnswer::NoContent)
}

pub(crate) fn list_of_version(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    list_of(image, image.version(turn.ids.version)?, turn)
}

pub(crate) fn list_of_marker(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let marker = image.marker(turn.ids.marker)?;
    list_of(image, image.version(&marker.version)?, turn)
}

pub(crate) fn get(world: &World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let image = world.image(turn.org(), turn.ids.image)?;
    let version = image.version(turn.ids.version)?;
    let copy = version.copy(turn.ids.copy)?;
    Ok(Reply::json(StatusCode::OK, &copy_view(image, version, copy)))
}

fn list_of(image: &Image, version: &Version, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let provider = turn.query.get("provider_instance_id");
    let rows = rows(image, version, CatalogDetails::Left)
        .filter(|row| provider.is_none_or(|provider| row.copy.provider_instance == provider))
        .collect();
    page::list(rows, turn.query, turn.settings, EmptyListAnswer::NotFound)
}

fn rows<'w>(
    image: &'w Image,
    version: &'w Version,
    catalog: CatalogDetails,
) -> impl Iterator<Item = CopyRow<'w>> {
    version.copies.iter().map(move |copy| CopyRow {
        image,
        version,
        copy,
        catalog,
    })
}
