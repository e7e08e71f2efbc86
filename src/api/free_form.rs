//! Data whose shape the remote defines and this operator passes on.

use schemars::{Schema, SchemaGenerator, json_schema};

/// A JSON object that is passed on as it is written.
///
/// Integers beyond 64 bits come back from the API server as floating point numbers.
pub type FreeForm = serde_json::Map<String, serde_json::Value>;

/// The schema of a free-form object: up to 64 keys, anything below them.
///
/// `additionalProperties` would not do: the API server takes whatever is nested there for unknown fields and drops it.
pub fn free_form(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "maxProperties": 64,
        "x-kubernetes-preserve-unknown-fields": true,
    })
}

/// The schema of a map from names to short texts: up to 64 names, up to 256 characters each.
pub fn text_map(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "maxProperties": 64,
        "additionalProperties": { "type": "string", "maxLength": 256 },
    })
}
