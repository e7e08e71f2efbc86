//! What can be changed about a version that is there.

use image_operator::api::Reason;
use serde_json::json;

use crate::manifests::with;
use crate::stage::{Stage, gallery_version, status, text};

#[tokio::test]
async fn a_description_is_changed_in_place_and_keeps_its_mark() {
    let stage = Stage::set().await;
    stage.apply(&gallery_version("november")).await;
    stage.ready("november", Reason::Available).await;
    let before = stage.last_request().await;

    stage
        .edit("november", &json!({ "versionDescription": "withdrawn" }))
        .await;

    stage
        .version_is("november", "the new description is mirrored", |version| {
            status(version).version_description.as_deref() == Some("withdrawn")
        })
        .await;
    stage.ready("november", Reason::Available).await;
    let remote = stage.simulator.versions().await;
    let remote = remote.iter().find(|there| there["name"] == "1.1.0").unwrap();
    assert!(text(&remote["description"]).starts_with("withdrawn [io1:"));
    assert_eq!(stage.changes_since(before).await, ["patchVersion"]);
}

#[tokio::test]
async fn a_version_is_validated_once_for_each_new_request() {
    let stage = Stage::set().await;
    stage.apply(&gallery_version("november")).await;
    stage.ready("november", Reason::Available).await;
    let before = stage.last_request().await;

    for request in ["first", "second"] {
        let validate = json!({
            "validate": { "request": request, "validationInfraResourceDetails": {} },
        });
        stage.edit("november", &validate).await;
        stage
            .version_is("november", "the request is heard", |version| {
                status(version).last_handled_validate.as_deref() == Some(request)
            })
            .await;
        stage.ready("november", Reason::Available).await;
    }

    stage.request_reconcile("november", "once more").await;
    stage
        .version_is("november", "the request is heard", |version| {
            status(version).managed.last_handled_reconcile_at.as_deref() == Some("once more")
        })
        .await;
    let changes = stage.changes_since(before).await;
    assert_eq!(changes, ["validateVersion", "validateVersion"]);
}

#[tokio::test]
async fn a_version_that_is_named_by_its_id_is_adopted_and_left_as_it_is() {
    let stage = Stage::set().await;
    stage.apply(&gallery_version("november")).await;
    let version = stage.ready("november", Reason::Available).await;
    let id = status(&version).version_id.clone().unwrap();
    stage
        .edit("november", &json!({ "deletionPolicy": "Retain" }))
        .await;
    stage.delete("imageversion", &["november"]).await;
    stage.gone::<image_operator::api::ImageVersion>("november").await;
    let before = stage.last_request().await;

    stage
        .apply(&with(gallery_version("november"), &json!({ "versionId": id })))
        .await;

    let adopted = stage.ready("november", Reason::Available).await;
    assert_eq!(status(&adopted).version_name.as_deref(), Some("1.1.0"));
    assert!(stage.changes_since(before).await.is_empty());
}
