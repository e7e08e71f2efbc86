//! Resources and remote images for tests.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::observed::Found;
use super::{Seen, Wanted};
use crate::api::CustomImage;
use crate::inventory::Located;
use crate::kinds::policies::Surroundings;
use crate::lifecycle::{Account, Install, Resolution};
use crate::remote::surfercloud::model::Location;

/// A `CustomImage` with what is required, and these further fields of its spec.
pub(super) fn resource(spec: &Value) -> CustomImage {
    let mut resource = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "CustomImage",
        "metadata": { "name": "debian", "namespace": "team", "uid": "u-1", "generation": 3 },
        "spec": {
            "connectionRef": { "name": "surfer" },
            "ufileUrl": "https://images.hk.ufileos.com/debian.qcow2",
            "osType": "Debian", "osName": "Debian 12 64位", "format": "qcow2",
        },
    });
    for (field, value) in spec.as_object().unwrap() {
        resource["spec"][field] = value.clone();
    }
    serde_json::from_value(resource).unwrap()
}

/// The resource with these parts on record, under this uid.
pub(super) fn recorded(mut resource: CustomImage, uid: &str, parts: &Value) -> CustomImage {
    let status = json!({ "ownerUid": uid, "parts": parts });
    resource.status = Some(serde_json::from_value(status).unwrap());
    resource
}

/// What a resource asks for, with a person's answer.
pub(super) fn answered(resource: &CustomImage, resolution: Option<Resolution>) -> Wanted {
    let surroundings = Surroundings {
        install: Install::of_cluster("cluster-a"),
        account: Account("surferCloud/hk/org-demo".into()),
        connection_generation: 7,
        settling_window: Duration::from_mins(5),
        refusal_stands: Duration::from_hours(1),
        resolution,
    };
    Wanted::parse(resource, &surroundings).unwrap()
}

pub(super) fn wanted(resource: &CustomImage) -> Wanted {
    answered(resource, None)
}

/// An image as it is listed.
pub(super) fn located(fields: &Value) -> Located {
    let mut image = json!({ "ImageId": "uimage-1", "ImageName": "debian", "State": "Available" });
    for (field, value) in fields.as_object().unwrap() {
        image[field] = value.clone();
    }
    Located::new(serde_json::from_value(image).unwrap())
}

/// Images in these states, by part.
pub(super) fn seen(states: &[(&str, &str)]) -> Seen {
    let place = Location {
        region: "hk".parse().unwrap(),
        project_id: Some("org-demo".parse().unwrap()),
    };
    let found = |state: &str| Found {
        entry: Arc::new(located(&json!({ "State": state }))),
        place: place.clone(),
    };
    Seen {
        images: states
            .iter()
            .map(|(part, state)| ((*part).into(), found(state)))
            .collect(),
        home: Some(place.clone()),
    }
}
