//! From the generated schema to the one that is installed.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::Value;

/// A definition could not be brought into the form that the API server takes.
#[derive(Debug, thiserror::Error)]
#[error("bringing the definition of {kind} into the form that the API server takes: {source}")]
pub struct SchemaError {
    kind: String,
    source: serde_json::Error,
}

/// Takes out what says "or null": an absent field is simply absent, and the API server drops an explicit null.
pub(super) fn for_the_api_server(
    definition: CustomResourceDefinition,
) -> Result<CustomResourceDefinition, SchemaError> {
    let kind = definition.spec.names.kind.clone();
    let tidy = |definition| {
        let mut value = serde_json::to_value(definition)?;
        without_null(&mut value);
        serde_json::from_value(value)
    };
    tidy(definition).map_err(|source| SchemaError { kind, source })
}

fn without_null(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.get("nullable").is_some_and(Value::is_boolean) {
                fields.remove("nullable");
            }
            if let Some(Value::Array(choices)) = fields.get_mut("enum") {
                choices.retain(|choice| !choice.is_null());
            }
            fields.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_neither_a_value_nor_a_choice() {
        let mut schema = serde_json::json!({
            "properties": { "a": { "nullable": true, "type": "string", "enum": ["X", null] } }
        });
        without_null(&mut schema);
        assert_eq!(
            schema,
            serde_json::json!({ "properties": { "a": { "type": "string", "enum": ["X"] } } })
        );
    }
}
