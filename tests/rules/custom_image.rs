//! CustomImage.

use image_operator::api::CustomImage;
use serde_json::{Value, json};

use crate::{NONE, refusals};

fn custom_image() -> Value {
    json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "CustomImage",
        "metadata": {"name": "debian-12", "namespace": "default"},
        "spec": {
            "connectionRef": {"name": "surfer"},
            "ufileUrl": "https://images.hk.ufileos.com/debian-12.qcow2",
            "osType": "Other",
            "osName": "Other",
            "format": "qcow2",
            "copies": [{"region": "sg", "projectId": "org-demo"}],
        },
    })
}

/// What is said to a CustomImage with these fields of spec in place of its own; null takes one away.
fn said_to(changes: &Value) -> Vec<String> {
    refusals::<CustomImage>(&changed(&custom_image(), changes), None)
}

fn changed(object: &Value, changes: &Value) -> Value {
    let mut object = object.clone();
    let spec = object["spec"].as_object_mut().expect("there is a spec");
    for (field, value) in changes.as_object().expect("changes are an object") {
        if value.is_null() {
            spec.remove(field);
        } else {
            spec.insert(field.clone(), value.clone());
        }
    }
    object
}

#[test]
fn a_custom_image_has_exactly_one_file() {
    assert_eq!(said_to(&json!({})), NONE);
    let words = "give exactly one of ufileUrl and ufileUrlSecretRef";
    let secret = json!({"name": "s", "key": "url"});
    assert_eq!(said_to(&json!({"ufileUrlSecretRef": secret})), [words]);
    assert_eq!(said_to(&json!({"ufileUrl": null})), [words]);
    assert_eq!(
        said_to(&json!({"ufileUrl": null, "ufileUrlSecretRef": secret})),
        NONE
    );
}

#[test]
fn the_file_of_a_custom_image_is_on_the_web_and_its_address_is_no_credential() {
    for address in [
        "ftp://host/disk",
        "disk.qcow2",
        "https://u:p@host/disk",
        "https://host",
    ] {
        let said = said_to(&json!({"ufileUrl": address}));
        assert!(
            matches!(said.as_slice(), [one] if one.starts_with("give the address of a file")),
            "{address}: {said:?}"
        );
    }
    for query in ["UCloudPublicKey=k&Signature=s&Expires=1", "X-Amz-Signature=s"] {
        let said = said_to(&json!({"ufileUrl": format!("https://host/disk?{query}")}));
        assert!(
            matches!(said.as_slice(), [one] if one.starts_with("a presigned address is a credential")),
            "{query}: {said:?}"
        );
    }
    assert_eq!(
        said_to(&json!({"ufileUrl": "https://host/disk?versionId=3"})),
        NONE
    );
}

#[test]
fn the_name_of_a_custom_image_is_one_that_the_remote_takes() {
    let words = "give up to 63 letters, digits, dashes, underscores and dots";
    assert_eq!(said_to(&json!({"imageName": "a b"})), [words]);
    assert_eq!(said_to(&json!({"imageName": "桌面_1.0"})), NONE);
    let mut long = custom_image();
    long["metadata"]["name"] = "x".repeat(64).into();
    let said = refusals::<CustomImage>(&long, None);
    assert!(said[0].ends_with("set spec.imageName"), "{said:?}");
    long["spec"]["imageName"] = json!("x");
    assert_eq!(refusals::<CustomImage>(&long, None), NONE);
}

#[test]
fn an_other_system_has_no_name_of_its_own() {
    assert_eq!(
        said_to(&json!({"osName": "CentOS 7.2 64位"})),
        ["osType Other needs osName Other"]
    );
    assert_eq!(
        said_to(&json!({"osType": "CentOS", "osName": "CentOS 7.2 64位"})),
        NONE
    );
}

#[test]
fn a_custom_image_is_not_copied_to_where_it_is() {
    let said = said_to(&json!({"region": "sg", "projectId": "org-demo"}));
    assert!(
        said[0].starts_with("an image cannot be copied to where it is"),
        "{said:?}"
    );
    assert_eq!(said_to(&json!({"region": "sg", "projectId": "org-other"})), NONE);
}

#[test]
fn a_custom_image_keeps_what_it_was_imported_with() {
    let before = custom_image();
    let mut imported = before.clone();
    imported["status"] = json!({"imageId": "uimage-1", "parts": [{"name": "image", "id": "uimage-1"}]});
    for (field, value) in [
        ("ufileUrl", json!("https://host/other")),
        ("imageName", json!("other")),
        ("format", json!("RAW")),
        ("imageDescription", json!("other")),
        ("region", json!("us-ca")),
        ("projectId", json!("org-other")),
    ] {
        let change = json!({field: value});
        assert_eq!(
            refusals::<CustomImage>(&changed(&before, &change), Some(&before)),
            NONE,
            "{field}"
        );
        let words = format!("{field} cannot be changed once the image may exist: create another CustomImage");
        let after = changed(&imported, &change);
        assert_eq!(refusals::<CustomImage>(&after, Some(&imported)), [words]);
    }
    let free =
        json!({"copies": [], "imageName": "debian-12", "imageId": "uimage-1", "deletionPolicy": "Retain"});
    assert_eq!(
        refusals::<CustomImage>(&changed(&imported, &free), Some(&imported)),
        NONE
    );
    let moved = json!({"ufileUrl": null, "ufileUrlSecretRef": {"name": "s", "key": "url"}});
    assert_eq!(
        refusals::<CustomImage>(&changed(&imported, &moved), Some(&imported)),
        NONE
    );
    let other = changed(&imported, &json!({"imageId": "uimage-2"}));
    assert_eq!(refusals::<CustomImage>(&other, Some(&imported)).len(), 1);
}
