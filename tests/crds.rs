//! The definitions: as generated, and fit for an API server.
// Helpers of tests are tests too: a panic in them is a failed test.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::path::Path;

use image_operator::{api, cli};
use serde_json::Value;

#[test]
fn the_files_in_crds_are_the_generated_ones() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("crds");
    let generated = cli::crds::files().expect("the definitions are generated");
    for file in &generated {
        let golden = std::fs::read_to_string(directory.join(&file.name)).unwrap_or_default();
        assert!(
            golden == file.yaml,
            "crds/{} is out of date: run `cargo run -- crds --out crds`",
            file.name
        );
    }
    let names: Vec<_> = std::fs::read_dir(&directory)
        .expect("crds/ can be read")
        .map(|entry| entry.expect("crds/ can be read").file_name())
        .collect();
    assert_eq!(
        names.len(),
        generated.len(),
        "crds/ holds other files too: {names:?}"
    );
}

#[test]
fn the_yaml_says_what_the_definition_says() {
    for (file, definition) in cli::crds::files().unwrap().iter().zip(definitions()) {
        let read: Value = serde_saphyr::from_str(&file.yaml).unwrap();
        assert_eq!(as_floats(read), as_floats(definition));
    }
}

#[test]
fn all_kinds_share_group_version_scope_and_category() {
    for definition in definitions() {
        let spec = &definition["spec"];
        assert_eq!(spec["group"], api::names::GROUP);
        assert_eq!(spec["versions"][0]["name"], api::names::VERSION);
        assert_eq!(spec["scope"], "Namespaced");
        assert_eq!(spec["names"]["categories"][0], "image-operator");
    }
}

#[test]
fn a_status_that_nobody_wrote_is_told_from_a_written_one() {
    for definition in definitions() {
        let status = &schema_of(&definition)["properties"]["status"];
        assert_eq!(status["default"]["observedGeneration"], -1);
    }
}

#[test]
fn every_field_is_described_in_a_sentence() {
    check(|path, schema| match schema["description"].as_str() {
        None => vec![format!("{path} has no description")],
        Some(text) if !text.ends_with('.') || text.contains('\n') => {
            vec![format!("{path} is not described in a sentence: {text:?}")]
        }
        Some(_) => Vec::new(),
    });
}

#[test]
fn every_text_list_and_map_is_bounded() {
    check(|path, schema| {
        let is_bounded = match schema["type"].as_str() {
            Some("string") => {
                schema["maxLength"].is_number()
                    || schema["enum"].is_array()
                    || schema["format"] == "date-time"
            }
            Some("array") => schema["maxItems"].is_number(),
            Some("object") => schema["properties"].is_object() || schema["maxProperties"].is_number(),
            Some("integer" | "boolean") => true,
            _ => false,
        };
        if is_bounded {
            Vec::new()
        } else {
            vec![format!("{path} is not bounded")]
        }
    });
}

#[test]
fn null_is_never_a_value() {
    check(|path, schema| {
        let has_null = schema["enum"]
            .as_array()
            .is_some_and(|choices| choices.contains(&Value::Null));
        if schema.get("nullable").is_some() || has_null {
            vec![format!("{path} allows null")]
        } else {
            Vec::new()
        }
    });
}

#[test]
fn numbers_have_formats_that_the_api_server_knows() {
    check(|path, schema| match schema["format"].as_str() {
        None | Some("int32" | "int64" | "date-time") => Vec::new(),
        Some(other) => vec![format!("{path} has the unknown format {other}")],
    });
}

#[test]
fn every_rule_says_what_to_do() {
    check(|path, schema| {
        let rules = schema["x-kubernetes-validations"].as_array();
        rules
            .into_iter()
            .flatten()
            .filter(|rule| rule.get("message").is_none() && rule.get("messageExpression").is_none())
            .map(|rule| format!("{path} has a rule without a message: {rule}"))
            .collect()
    });
}

/// Runs a check on the schema of every field of every kind, and fails with all that it complains about.
fn check(complaints: impl Fn(&str, &Value) -> Vec<String>) {
    let mut all = Vec::new();
    for definition in definitions() {
        let kind = definition["spec"]["names"]["kind"].as_str().unwrap_or_default();
        walk(kind, schema_of(&definition), &mut |path, schema| {
            all.extend(complaints(path, schema));
        });
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

fn walk(path: &str, schema: &Value, visit: &mut impl FnMut(&str, &Value)) {
    visit(path, schema);
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        walk(&format!("{path}.{name}"), field, visit);
    }
    // What is inside a list is described by the list, unless it has fields of its own.
    if let Some(items) = schema.get("items") {
        let mut items = items.clone();
        items["description"] = schema["description"].clone();
        walk(&format!("{path}[]"), &items, visit);
    }
}

fn definitions() -> Vec<Value> {
    api::definitions()
        .expect("the definitions are generated")
        .iter()
        .map(|definition| serde_json::to_value(definition).expect("a definition is JSON"))
        .collect()
}

fn schema_of(definition: &Value) -> &Value {
    &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
}

/// A whole number and the same number as a float are one.
fn as_floats(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64()),
        Value::Array(items) => items.into_iter().map(as_floats).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, field)| (name, as_floats(field)))
            .collect(),
        other => other,
    }
}
