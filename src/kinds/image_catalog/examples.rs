//! Resources and remote objects for tests.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::holders::Holders;
use super::{InvalidSpec, Seen, Wanted};
use crate::api::{ImageCatalog, ImageCatalogStatus};
use crate::inventory::Entry;
use crate::kinds::policies::Surroundings;
use crate::lifecycle::{Account, Described, Install};
use crate::remote::imagemgmt::model::{Copy, Image, Version};

/// An `ImageCatalog` with what is required, and these further fields of its spec.
pub(super) fn catalog(spec: Value) -> ImageCatalog {
    let mut resource = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "ImageCatalog",
        "metadata": { "name": "win11", "namespace": "team", "uid": "u-1", "generation": 3 },
        "spec": {
            "connectionRef": { "name": "prod" },
            "sourceStreamType": "AZURE_SIG",
            "os": "Windows 11",
            "osType": "WINDOWS",
            "gpuType": "NONE",
            "providerLabel": "AZURE",
            "providerInstanceId": "home",
            "assetDetails": { "type": "AZURE_IMAGE_IN_SIG", "data": { "galleryImageResourceId": "/g" } },
        },
    });
    merge(&mut resource["spec"], spec);
    serde_json::from_value(resource).unwrap()
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

pub(super) fn parse(catalog: &ImageCatalog) -> Result<Wanted, InvalidSpec> {
    parse_with(catalog, &Holders::default())
}

/// What a catalog asks for that has these ImageVersions.
pub(super) fn parse_with(catalog: &ImageCatalog, holders: &Holders) -> Result<Wanted, InvalidSpec> {
    Wanted::parse(
        catalog,
        holders,
        &Surroundings {
            install: Install::of_cluster("cluster-a"),
            account: Account("horizonCloud/o-1".into()),
            connection_generation: 7,
            settling_window: Duration::from_mins(5),
            refusal_stands: Duration::from_hours(1),
            resolution: None,
        },
    )
}

/// What a catalog with these fields asks for.
pub(super) fn wanted(spec: Value) -> Wanted {
    parse(&catalog(spec)).unwrap()
}

/// An image as [`wanted`] asks for it, with its mark, and with these further fields.
pub(super) fn image(more: Value) -> Image {
    let mut image = json!({
        "id": "i1",
        "name": "win11",
        "description": Described::render("text", wanted(json!({})).image.mark),
        "os": "Windows 11",
        "osType": "WINDOWS",
        "gpuType": "NONE",
        "sourceType": "AZURE_SIG",
        "status": "AVAILABLE",
    });
    merge(&mut image, more);
    serde_json::from_value(image).unwrap()
}

/// The first version of that image, with its mark, and with these further fields.
pub(super) fn first_version(more: Value) -> Version {
    let mut version = json!({
        "id": "v1",
        "name": "1.0.0",
        "description": wanted(json!({})).version_description(),
        "status": "AVAILABLE",
    });
    merge(&mut version, more);
    serde_json::from_value(version).unwrap()
}

/// A version that bears no mark.
pub(super) fn foreign_version(id: &str, name: &str, status: &str) -> Version {
    serde_json::from_value(json!({ "id": id, "name": name, "status": status })).unwrap()
}

pub(super) fn copy(fields: Value) -> Copy {
    serde_json::from_value(fields).unwrap()
}

pub(super) fn seen(image: Image, versions: Vec<Version>, copies: Vec<Copy>) -> Seen {
    Seen {
        entry: Arc::new(Entry::new(image, copies)),
        versions: Arc::from(versions),
    }
}

/// A status that has the first version on record, or none.
pub(super) fn recorded(version: Option<&str>) -> ImageCatalogStatus {
    ImageCatalogStatus {
        version_id: version.map(str::to_owned),
        ..ImageCatalogStatus::default()
    }
}
