//! The records as the API shows them, and what can be searched and sorted in them.
//!
//! Origin: StreamTO, VersionTO, AssetTO, MarkerTO of the public OpenAPI document, and the search fields it names.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::model::{Failure, Image, ImageCopy, Marker, Version};
use super::words::{PublishState, ValidationStatus};
use crate::simulator::clock::written;
use crate::simulator::page::Row;

/// An image in a list.
pub(crate) struct ImageRow<'w>(pub(crate) &'w Image);

/// A version in a list.
pub(crate) struct VersionRow<'w> {
    pub(crate) image: &'w Image,
    pub(crate) version: &'w Version,
}

/// A marker in a list.
pub(crate) struct MarkerRow<'w> {
    pub(crate) image: &'w Image,
    pub(crate) marker: &'w Marker,
}

/// A copy in a list.
pub(crate) struct CopyRow<'w> {
    pub(crate) image: &'w Image,
    pub(crate) version: &'w Version,
    pub(crate) copy: &'w ImageCopy,
    pub(crate) catalog: CatalogDetails,
}

/// Whether a copy tells which version and image it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CatalogDetails {
    Included,
    Left,
}

impl Row for ImageRow<'_> {
    const SEARCHABLE: &'static [&'static str] = &[
        "name",
        "os",
        "multiSession",
        "osType",
        "sourceType",
        "gpuType",
        "sourceStreamId",
        "sourceVersionId",
        "status",
        "projectId",
    ];
    const SORTABLE: &'static [&'static str] = &["id", "createdAt", "updatedAt", "description", "orgId"];

    fn values(&self, field: &str) -> Vec<Cow<'_, str>> {
        let image = self.0;
        match field {
            "id" => one(&image.id),
            "name" => one(&image.name),
            "description" => maybe(image.description.as_deref()),
            "orgId" => one(image.org),
            "os" => one(&image.os),
            "multiSession" => one(if image.multi_session { "true" } else { "false" }),
            "osType" => vec![image.os_type.as_ref().to_owned().into()],
            "gpuType" => vec![image.gpu_type.as_ref().to_owned().into()],
            "sourceType" => vec![image.source_type.as_ref().to_owned().into()],
            "sourceStreamId" => maybe(image.source_stream.as_deref()),
            "sourceVersionId" => maybe(image.source_version.as_deref()),
            "projectId" => maybe(image.project.as_deref()),
            "status" => vec![image.status().as_ref().to_owned().into()],
            "createdAt" => vec![written(image.stamp.created).into()],
            "updatedAt" => vec![written(image.stamp.updated).into()],
            _ => Vec::new(),
        }
    }

    fn view(&self) -> Value {
        image_view(self.0)
    }
}

impl Row for VersionRow<'_> {
    const SEARCHABLE: &'static [&'static str] = &[
        "markerId",
        "id",
        "projectId",
        "name",
        "state",
        "status",
        "sourceVersionId",
        "lastTriggeredAction",
    ];
    const SORTABLE: &'static [&'static str] = &["createdAt", "updatedAt", "description"];

    fn values(&self, field: &str) -> Vec<Cow<'_, str>> {
        let version = self.version;
        match field {
            "markerId" => self
                .image
                .markers_at(&version.id)
                .map(|marker| Cow::from(&marker.id))
                .collect(),
            "id" => one(&version.id),
            "projectId" => maybe(version.project.as_deref()),
            "name" => vec![version.name.to_string().into()],
            "description" => maybe(version.description.as_deref()),
            "state" => vec![version.state.as_ref().to_owned().into()],
            "status" => vec![version.status.as_ref().to_owned().into()],
            "sourceVersionId" => maybe(version.origin.as_deref()),
            "lastTriggeredAction" => vec![version.action.as_ref().to_owned().into()],
            "createdAt" => vec![written(version.stamp.created).into()],
            "updatedAt" => vec![written(version.stamp.updated).into()],
            _ => Vec::new(),
        }
    }

    fn view(&self) -> Value {
        version_view(self.image, self.version)
    }
}

impl Row for MarkerRow<'_> {
    const SEARCHABLE: &'static [&'static str] = &["id", "name", "versionId", "status"];
    const SORTABLE: &'static [&'static str] = &["createdAt", "updatedAt"];

    fn values(&self, field: &str) -> Vec<Cow<'_, str>> {
        let marker = self.marker;
        match field {
            "id" => one(&marker.id),
            "name" => one(&marker.name),
            "versionId" => one(&marker.version),
            "status" => vec![marker.status.as_ref().to_owned().into()],
            "createdAt" => vec![written(marker.stamp.created).into()],
            "updatedAt" => vec![written(marker.stamp.updated).into()],
            _ => Vec::new(),
        }
    }

    fn view(&self) -> Value {
        marker_view(self.image, self.marker)
    }
}

/// `providerInstanceId` is the one search field that the public OpenAPI document shows; the others are unknown.
impl Row for CopyRow<'_> {
    const SEARCHABLE: &'static [&'static str] = &[
        "id",
        "providerInstanceId",
        "providerLabel",
        "versionId",
        "status",
        "state",
    ];
    const SORTABLE: &'static [&'static str] = &["createdAt", "updatedAt"];

    fn values(&self, field: &str) -> Vec<Cow<'_, str>> {
        let copy = self.copy;
        match field {
            "id" => one(&copy.id),
            "providerInstanceId" => one(&copy.provider_instance),
            "providerLabel" => vec![copy.provider_label.as_ref().to_owned().into()],
            "versionId" => one(&self.version.id),
            "status" => vec![copy.status.as_ref().to_owned().into()],
            "state" => vec![copy.state.as_ref().to_owned().into()],
            "createdAt" => vec![written(copy.stamp.created).into()],
            "updatedAt" => vec![written(copy.stamp.updated).into()],
            _ => Vec::new(),
        }
    }

    fn view(&self) -> Value {
        let mut view = copy_view(self.image, self.version, self.copy);
        if self.catalog == CatalogDetails::Included
            && let Some(fields) = view.as_object_mut()
        {
            fields.insert(
                "catalogDetails".to_owned(),
                catalog_details(self.image, self.version),
            );
        }
        view
    }
}

fn one(value: &str) -> Vec<Cow<'_, str>> {
    vec![Cow::from(value)]
}

fn maybe(value: Option<&str>) -> Vec<Cow<'_, str>> {
    value.map(Cow::from).into_iter().collect()
}

/// StreamTO.
pub(crate) fn image_view(image: &Image) -> Value {
    let markers: Vec<Value> = image
        .markers
        .iter()
        .map(|marker| marker_view(image, marker))
        .collect();
    json!({
        "id": image.id,
        "orgId": image.org,
        "projectId": image.project,
        "name": image.name,
        "description": image.description,
        "os": image.os,
        "multiSession": image.multi_session,
        "osType": image.os_type,
        "sourceType": image.source_type,
        "gpuType": image.gpu_type,
        "sourceStreamId": image.source_stream,
        "sourceVersionId": image.source_version,
        "status": image.status(),
        "versionCount": image.versions.len(),
        "createdAt": written(image.stamp.created),
        "updatedAt": written(image.stamp.updated),
        "version": image.stamp.revision,
        "markers": markers,
    })
}

/// VersionTO.
pub(crate) fn version_view(image: &Image, version: &Version) -> Value {
    let markers: Vec<Value> = image
        .markers_at(&version.id)
        .map(|marker| marker_view(image, marker))
        .collect();
    let validation = version.validation.map(|status| {
        let error = (status == ValidationStatus::Failed).then_some("the validation failed");
        json!({"validationStatus": status, "onDemandValidation": true, "errorDetails": error})
    });
    json!({
        "id": version.id,
        "streamId": image.id,
        "orgId": image.org,
        "projectId": version.project,
        "name": version.name.to_string(),
        "description": version.description,
        "os": version.os,
        "sourceVersionId": version.origin,
        "state": version.state,
        "versionHistory": version.history,
        "status": version.status,
        "lastTriggeredAction": version.action,
        "options": version.options,
        "createdAt": written(version.stamp.created),
        "updatedAt": written(version.stamp.updated),
        "version": version.stamp.revision,
        "markers": markers,
        "versionType": version.kind,
        "versionValidationDetails": validation,
        "imsTags": version.ims_tags,
        "sourceType": version.source_type,
        "providerLabels": [version.provider_label()],
    })
}

/// AssetTO. It does not tell its image; `catalogDetails` and the path do.
pub(crate) fn copy_view(image: &Image, version: &Version, copy: &ImageCopy) -> Value {
    let history: Vec<Value> = copy
        .failures
        .iter()
        .map(|failure| json!({"code": failure.code, "message": failure.details, "domain": "Image"}))
        .collect();
    json!({
        "id": copy.id,
        "versionId": version.id,
        "orgId": image.org,
        "providerInstanceId": copy.provider_instance,
        "providerLabel": copy.provider_label,
        "multiSession": copy.multi_session,
        "osType": image.os_type,
        "gpuType": image.gpu_type,
        "assetDetails": {"assetType": copy.asset_type, "data": copy.data},
        "state": copy.state,
        "status": copy.status,
        "catalogDetails": null,
        "haiAgentVersion": (copy.state == PublishState::Published).then_some("25.1.0"),
        "errorCode": code(copy.failure.as_ref()),
        "errorDetails": details(copy.failure.as_ref()),
        "errorDetailsParameters": {},
        "errorsHistory": history,
        "createdAt": written(copy.stamp.created),
        "updatedAt": written(copy.stamp.updated),
        "version": copy.stamp.revision,
        "agents": [],
    })
}

/// CatalogDetailsTO.
fn catalog_details(image: &Image, version: &Version) -> Value {
    let markers: Vec<Value> = image
        .markers_at(&version.id)
        .map(|marker| marker_view(image, marker))
        .collect();
    json!({
        "versionId": version.id,
        "versionName": version.name.to_string(),
        "imageId": image.id,
        "imageName": image.name,
        "markers": markers,
        "osCustomizations": [],
    })
}

/// MarkerTO.
pub(crate) fn marker_view(image: &Image, marker: &Marker) -> Value {
    json!({
        "id": marker.id,
        "name": marker.name,
        "versionId": marker.version,
        "imageId": image.id,
        "status": marker.status,
        "nextVersionId": marker.next_version,
        "orgId": image.org,
        "errorCode": code(marker.failure.as_ref()),
        "errorDetails": details(marker.failure.as_ref()),
        "errorDetailsParameters": {},
        "createdAt": written(marker.stamp.created),
        "updatedAt": written(marker.stamp.updated),
    })
}

fn code(failure: Option<&Failure>) -> Option<&str> {
    failure.map(|failure| failure.code.as_str())
}

fn details(failure: Option<&Failure>) -> Option<&str> {
    failure.map(|failure| failure.details.as_str())
}
