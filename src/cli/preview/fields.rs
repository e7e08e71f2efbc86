//! The fields of a manifest that do not exist. The API server would drop them, or refuse the manifest.

use std::collections::BTreeMap;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use serde_json::Value;

use super::manifests::{Manifest, ManifestError};
use crate::api::{self, SchemaError};

/// The schemas of the specs, by kind.
pub(super) struct Schemas(BTreeMap<String, JSONSchemaProps>);

impl Schemas {
    /// Those of all kinds.
    pub(super) fn of_all_kinds() -> Result<Self, SchemaError> {
        let mut schemas = BTreeMap::new();
        for definition in api::definitions()? {
            for version in definition.spec.versions {
                let schema = version.schema.and_then(|schema| schema.open_api_v3_schema);
                let spec = schema.and_then(|schema| schema.properties?.remove("spec"));
                schemas.insert(definition.spec.names.kind.clone(), spec.unwrap_or_default());
            }
        }
        Ok(Schemas(schemas))
    }

    /// Refuses a manifest with fields that do not exist.
    pub(super) fn check(&self, manifest: &Manifest) -> Result<(), ManifestError> {
        let mut unknown = Vec::new();
        let fields = manifest.object.as_object().into_iter().flatten();
        for (name, _) in fields {
            if !matches!(
                name.as_str(),
                "apiVersion" | "kind" | "metadata" | "spec" | "status"
            ) {
                unknown.push(name.clone());
            }
        }
        if let Some((schema, spec)) = self
            .0
            .get(manifest.kind.as_str())
            .zip(manifest.object.get("spec"))
        {
            look_for(&mut unknown, spec, schema, "spec");
        }
        if unknown.is_empty() {
            return Ok(());
        }
        Err(ManifestError::UnknownFields {
            manifest: manifest.to_string(),
            fields: unknown.join(", "),
        })
    }
}

fn look_for(unknown: &mut Vec<String>, value: &Value, schema: &JSONSchemaProps, path: &str) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let path = format!("{path}.{name}");
                match schema_of(name, schema) {
                    Field::Described(schema) => look_for(unknown, field, schema, &path),
                    Field::Free => {}
                    Field::Unknown => unknown.push(path),
                }
            }
        }
        Value::Array(items) => {
            if let Some(JSONSchemaPropsOrArray::Schema(schema)) = &schema.items {
                for item in items {
                    look_for(unknown, item, schema, path);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a schema says of a field.
enum Field<'a> {
    Described(&'a JSONSchemaProps),
    Free,
    Unknown,
}

fn schema_of<'a>(name: &str, schema: &'a JSONSchemaProps) -> Field<'a> {
    if let Some(field) = schema.properties.as_ref().and_then(|all| all.get(name)) {
        return Field::Described(field);
    }
    match &schema.additional_properties {
        Some(JSONSchemaPropsOrBool::Schema(field)) => Field::Described(field),
        Some(JSONSchemaPropsOrBool::Bool(true)) => Field::Free,
        _ if schema.x_kubernetes_preserve_unknown_fields == Some(true) => Field::Free,
        _ => Field::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(spec: &str) -> Vec<String> {
        let schemas = Schemas::of_all_kinds().unwrap();
        let mut unknown = Vec::new();
        let spec: Value = serde_saphyr::from_str(spec).unwrap();
        look_for(&mut unknown, &spec, &schemas.0["ImageCatalog"], "spec");
        unknown
    }

    #[test]
    fn a_field_that_does_not_exist_is_named_with_its_path() {
        let spec = "{osTyp: WINDOWS, connectionRef: {nam: demo}, markers: [{name: a, version: b}]}";
        let mut found = unknown(spec);
        found.sort();
        assert_eq!(
            found,
            ["spec.connectionRef.nam", "spec.markers.version", "spec.osTyp"]
        );
    }

    #[test]
    fn what_the_remote_defines_is_free() {
        let spec = "{osType: WINDOWS, assetDetails: {type: X, data: {anything: {at: all}}}}";
        assert_eq!(unknown(spec), [] as [&str; 0]);
    }

    #[test]
    fn every_sample_has_only_fields_that_exist() {
        for sample in [
            include_str!("../../../deploy/samples/imagecatalog-gallery.yaml"),
            include_str!("../../../deploy/samples/imageversion-gallery.yaml"),
        ] {
            let documents: Vec<Value> = serde_saphyr::from_multiple(sample).unwrap();
            for document in documents {
                let schemas = Schemas::of_all_kinds().unwrap();
                let schema = &schemas.0[document["kind"].as_str().unwrap()];
                let mut unknown = Vec::new();
                look_for(&mut unknown, &document["spec"], schema, "spec");
                assert_eq!(unknown, [] as [&str; 0]);
            }
        }
    }
}
