//! Shortening what a remote says to what a status may hold.
//!
//! One text or list beyond its bound would make the API server refuse the whole status, the record included.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray,
};
use kube::CustomResourceExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The bounds of the status of one kind, in characters and items.
#[derive(Clone, Debug)]
pub struct StatusBounds {
    schema: JSONSchemaProps,
}

impl StatusBounds {
    /// The bounds that the definition of a kind sets for its status.
    pub fn of<K: CustomResourceExt>() -> Self {
        let schema = K::crd()
            .spec
            .versions
            .into_iter()
            .filter_map(|version| version.schema?.open_api_v3_schema?.properties?.remove("status"))
            .next_back();
        StatusBounds {
            schema: schema.unwrap_or_default(),
        }
    }

    /// The status with texts and lists shortened to their bounds. A shortened text ends in `…`.
    pub fn fit<S: Serialize + DeserializeOwned>(&self, status: &S) -> Result<S, serde_json::Error> {
        let mut value = serde_json::to_value(status)?;
        shorten(&mut value, &self.schema);
        serde_json::from_value(value)
    }
}

fn shorten(value: &mut Value, schema: &JSONSchemaProps) {
    match value {
        Value::String(text) => {
            if let Some(bound) = bound(schema.max_length)
                && text.chars().count() > bound
            {
                *text = text
                    .chars()
                    .take(bound.saturating_sub(1))
                    .chain(['…'])
                    .take(bound)
                    .collect();
            }
        }
        Value::Array(items) => {
            if let Some(bound) = bound(schema.max_items) {
                items.truncate(bound);
            }
            if let Some(JSONSchemaPropsOrArray::Schema(item_schema)) = &schema.items {
                for item in items {
                    shorten(item, item_schema);
                }
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                if let Some(field_schema) = schema.properties.as_ref().and_then(|all| all.get(name)) {
                    shorten(field, field_schema);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn bound(limit: Option<i64>) -> Option<usize> {
    usize::try_from(limit?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::image_catalog::{CopyStatus, ImageCatalog, ImageCatalogStatus};

    #[test]
    fn texts_and_lists_of_the_remote_are_shortened_to_their_bounds() {
        let copy = CopyStatus {
            error_details: Some("ä".repeat(5000)),
            ..CopyStatus::default()
        };
        let status = ImageCatalogStatus {
            stream_name: Some("x".repeat(5000)),
            copies: vec![copy; 100],
            ..ImageCatalogStatus::default()
        };
        let fitted = StatusBounds::of::<ImageCatalog>().fit(&status).unwrap();
        assert_eq!(fitted.copies.len(), 64);
        let details = fitted.copies[0].error_details.as_deref().unwrap();
        assert_eq!(details.chars().count(), 1024);
        assert!(details.ends_with("ä…"));
        assert_eq!(fitted.stream_name.unwrap().chars().count(), 256);
    }

    #[test]
    fn what_fits_is_left_as_it_is() {
        let status = ImageCatalogStatus {
            stream_id: Some("65f0".into()),
            ..ImageCatalogStatus::default()
        };
        assert_eq!(StatusBounds::of::<ImageCatalog>().fit(&status).unwrap(), status);
    }
}
