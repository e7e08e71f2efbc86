//! Resources and remote objects for tests.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{References, Seen, Source, Wanted};
use crate::api::{ImageCatalog, ImageVersion};
use crate::kinds::Report;
use crate::kinds::policies::Surroundings;
use crate::lifecycle::{Account, Install};
use crate::remote::imagemgmt::model::{Copy, Version};

/// An `ImageVersion` that is added, with these further fields of its spec.
pub(super) fn resource(spec: Value) -> ImageVersion {
    let mut resource = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "ImageVersion",
        "metadata": { "name": "november", "namespace": "team", "uid": "u-1", "generation": 3 },
        "spec": {
            "catalogRef": { "name": "win11" },
            "versionType": "MAJOR",
            "sourceType": "AZURE_SIG",
            "assetDetails": { "type": "AZURE_IMAGE_IN_SIG", "data": { "galleryImageResourceId": "/g" } },
        },
    });
    merge(&mut resource["spec"], spec);
    serde_json::from_value(resource).unwrap()
}

/// The same, with the fields that are null taken out.
pub(super) fn merge(into: &mut Value, more: Value) {
    let (Value::Object(into), Value::Object(more)) = (into, more) else {
        return;
    };
    for (field, value) in more {
        if value.is_null() {
            into.remove(&field);
        } else {
            into.insert(field, value);
        }
    }
}

/// What a resource has on record.
pub(super) fn record(part: &str, id: &str) -> Value {
    json!({
        "observedGeneration": 1, "ownerUid": "u-1",
        "parts": [{ "name": part, "id": id, "account": "horizonCloud/o-1" }],
    })
}

/// The catalog with its image on record, and with these further fields of its status.
pub(super) fn catalog(more: Value) -> ImageCatalog {
    let mut status = record("image", "i1");
    merge(
        &mut status,
        json!({ "versionId": "v1", "versionStatus": "AVAILABLE" }),
    );
    merge(&mut status, more);
    serde_json::from_value(json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "ImageCatalog",
        "metadata": { "name": "win11", "namespace": "team", "uid": "u-1", "generation": 1 },
        "spec": {
            "connectionRef": { "name": "prod" },
            "sourceStreamType": "AZURE_SIG",
            "os": "Windows 11",
            "osType": "WINDOWS",
            "gpuType": "NONE",
            "providerLabel": "AZURE",
            "providerInstanceId": "home",
            "projectId": "p-1",
            "assetDetails": { "type": "AZURE_IMAGE_IN_SIG", "data": { "galleryImageResourceId": "/g" } },
        },
        "status": status,
    }))
    .unwrap()
}

/// The catalog is there, and a source where the spec asks for one.
pub(super) fn references(source: Source) -> References {
    References {
        catalog: Some(Arc::new(catalog(json!({})))),
        source,
        remembered_connection: None,
    }
}

pub(super) fn parse(resource: &ImageVersion, references: &References) -> Result<Wanted, Report> {
    Wanted::parse(
        resource,
        references,
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

/// What a version with these fields asks for.
pub(super) fn wanted(spec: Value) -> Wanted {
    parse(&resource(spec), &references(Source::Unnamed)).unwrap()
}

/// The version that [`wanted`] asks for, with its mark, and with these further fields.
pub(super) fn version(more: Value) -> Version {
    let mut version = json!({
        "id": "v2",
        "name": "2.0.0",
        "description": wanted(json!({})).version.mark.to_string(),
        "status": "AVAILABLE",
    });
    merge(&mut version, more);
    serde_json::from_value(version).unwrap()
}

/// A copy of that version, later in age than those whose id sorts before it.
pub(super) fn copy(id: &str, provider: &str, status: &str) -> Copy {
    serde_json::from_value(json!({
        "id": id, "versionId": "v2", "providerInstanceId": provider, "status": status, "createdAt": id,
    }))
    .unwrap()
}

pub(super) fn seen(version: Version, copies: Vec<Copy>) -> Seen {
    let all = Arc::from([version.clone()]);
    Seen {
        image: "i1".parse().unwrap(),
        image_status: "AVAILABLE".into(),
        version,
        copies: copies.into_boxed_slice(),
        all,
    }
}
