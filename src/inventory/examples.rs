//! Remote objects for tests.

use serde_json::json;

use crate::remote::imagemgmt::model::{Copy, Image, Version};

/// An image at rest.
pub(crate) fn image(id: &str, name: &str) -> Image {
    let json = json!({
        "id": id, "name": name, "status": "AVAILABLE", "versionCount": 1, "version": 1,
        "updatedAt": "2026-01-01T00:00:00Z",
    });
    serde_json::from_value(json).unwrap()
}

/// A copy at rest, with its catalogue details.
pub(crate) fn copy(id: &str, image: &str) -> Copy {
    let json = json!({
        "id": id, "status": "AVAILABLE", "updatedAt": "2026-01-01T00:00:00Z",
        "catalogDetails": { "imageId": image, "versionId": format!("v-{image}") },
    });
    serde_json::from_value(json).unwrap()
}

/// A version at rest.
pub(crate) fn version(id: &str) -> Version {
    serde_json::from_value(json!({ "id": id, "name": "1.0.0", "status": "AVAILABLE" })).unwrap()
}
