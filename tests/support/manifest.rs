//! Changes of manifests.

use serde_json::{Value, json};

/// The manifest with fields of its spec set, as `kubectl patch --type=merge` does it: null takes a field away.
pub fn with(mut manifest: Value, fields: &Value) -> Value {
    merge(&mut manifest["spec"], fields);
    manifest
}

fn merge(into: &mut Value, changes: &Value) {
    let Some(changes) = changes.as_object() else {
        *into = changes.clone();
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    for (field, change) in changes {
        if !change.is_null() {
            merge(&mut into[field], change);
        } else if let Some(fields) = into.as_object_mut() {
            fields.remove(field);
        }
    }
}
