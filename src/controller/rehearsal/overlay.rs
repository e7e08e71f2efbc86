//! A manifest put in the place of what is in the cluster.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::api_server::{merge, replace};

/// What the API server gives to a resource that is new.
pub(super) struct Newcomer {
    pub(super) uid: String,
    pub(super) created_at: Timestamp,
}

/// The resource as it will be once the manifest is applied: its spec and annotations, with the metadata and the status
/// of what is there. Nothing is said of it yet.
pub(super) fn in_place(mut manifest: Value, there: Option<&Value>, newcomer: &Newcomer) -> Value {
    let mut object = there.cloned().unwrap_or_else(|| new(&manifest, newcomer));
    if there.is_some_and(|there| there.get("spec") != manifest.get("spec")) {
        let generation = object.pointer("/metadata/generation").and_then(Value::as_i64);
        let next = generation.unwrap_or_default().saturating_add(1);
        merge(&mut object, json!({ "metadata": { "generation": next } }));
    }
    if let Some(annotations) = manifest.pointer("/metadata/annotations") {
        merge(&mut object, json!({ "metadata": { "annotations": annotations } }));
    }
    replace(&mut object, "spec", &mut manifest);
    unjudged(object)
}

/// The resource with nothing said of it, so that the next pass says everything.
pub(super) fn unjudged(mut object: Value) -> Value {
    if let Some(status) = object.get_mut("status").and_then(Value::as_object_mut) {
        status.remove("conditions");
    }
    object
}

fn new(manifest: &Value, newcomer: &Newcomer) -> Value {
    let created_at = newcomer.created_at.strftime("%Y-%m-%dT%H:%M:%SZ");
    json!({
        "apiVersion": manifest.get("apiVersion"),
        "kind": manifest.get("kind"),
        "metadata": {
            "name": manifest.pointer("/metadata/name"),
            "namespace": manifest.pointer("/metadata/namespace"),
            "uid": newcomer.uid,
            "creationTimestamp": created_at.to_string(),
            "resourceVersion": "1",
            "generation": 1,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newcomer() -> Newcomer {
        Newcomer {
            uid: "u-new".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn manifest(size: u32) -> Value {
        json!({
            "kind": "K", "metadata": { "name": "a", "namespace": "n", "annotations": { "mine": "1" } },
            "spec": { "size": size }, "status": { "id": "copied" },
        })
    }

    fn there() -> Value {
        json!({
            "kind": "K",
            "metadata": {
                "name": "a", "namespace": "n", "uid": "u-1", "generation": 4, "annotations": { "theirs": "2" },
            },
            "spec": { "size": 1 },
            "status": { "id": "i1", "conditions": [{ "type": "Ready" }] },
        })
    }

    #[test]
    fn a_new_resource_has_no_status_whatever_the_manifest_says() {
        let object = in_place(manifest(1), None, &newcomer());
        assert_eq!(object["metadata"]["uid"], "u-new");
        assert_eq!(object["metadata"]["creationTimestamp"], "1970-01-01T00:00:00Z");
        assert_eq!(object["metadata"]["annotations"], json!({ "mine": "1" }));
        assert_eq!(object.get("status"), None);
    }

    #[test]
    fn what_is_there_keeps_its_record_and_gets_the_spec_and_the_annotations() {
        let object = in_place(manifest(2), Some(&there()), &newcomer());
        assert_eq!(object["metadata"]["uid"], "u-1");
        assert_eq!(
            object["metadata"]["annotations"],
            json!({ "mine": "1", "theirs": "2" })
        );
        assert_eq!(object["spec"], json!({ "size": 2 }));
        assert_eq!(object["status"], json!({ "id": "i1" }));
    }

    #[test]
    fn the_generation_goes_up_with_another_spec_only() {
        let generation =
            |size| in_place(manifest(size), Some(&there()), &newcomer())["metadata"]["generation"].clone();
        assert_eq!((generation(1), generation(2)), (json!(4), json!(5)));
    }
}
