//! What can be changed in a manifest, and when.

use image_operator::api::Reason;
use serde_json::json;

use crate::manifests::{gallery, with};
use crate::stage::{Stage, message, status, stream_id};

#[tokio::test]
async fn a_typo_that_the_remote_refused_is_corrected_by_an_edit() {
    let stage = Stage::set().await;
    let typo = json!({"providerInstanceId": "65f0c0ffee0000000000aaaa"});
    stage.apply(&with(gallery("win11"), &typo)).await;
    let refused = stage.stalled("win11", Reason::RemoteRejected).await;
    assert!(
        message(&refused).contains("65f0c0ffee0000000000aaaa"),
        "{}",
        message(&refused)
    );

    let correction = json!({"providerInstanceId": "65f0c0ffee0000000000a002"});
    stage.edit("win11", &correction).await;

    let catalog = stage.ready("win11", Reason::Available).await;
    assert_eq!(
        status(&catalog).copies[0].provider_instance_id.as_deref(),
        Some("65f0c0ffee0000000000a002")
    );
    assert_eq!(stage.creates().await, 1);
}

#[tokio::test]
async fn fields_lock_with_a_sentence_once_the_image_exists() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    stage.ready("win11", Reason::Available).await;

    for edit in [
        json!({"providerInstanceId": "65f0c0ffee0000000000a002"}),
        json!({"os": "Windows 10"}),
        json!({"streamName": "another"}),
        json!({"connectionRef": {"name": "another"}}),
    ] {
        let (field, _) = edit.as_object().unwrap().iter().next().unwrap();
        let words = stage.try_edit("win11", &edit).await.unwrap_err();
        let sentence =
            format!("{field} cannot be changed once the image may exist: create another ImageCatalog");
        assert!(words.contains(&sentence), "{words}");
    }
    stage.ready("win11", Reason::Available).await;
}

#[tokio::test]
async fn the_id_of_the_image_can_be_written_down_later() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let image = stream_id(&stage.ready("win11", Reason::Available).await);
    let before = stage.last_request().await;

    let words = stage
        .try_edit("win11", &json!({"streamId": "65f000000000000000000000"}))
        .await
        .unwrap_err();
    assert!(
        words.contains("streamId can only be set to the id in status.streamId"),
        "{words}"
    );
    stage.edit("win11", &json!({"streamId": image})).await;

    stage.ready("win11", Reason::Available).await;
    assert_eq!(stage.changes_since(before).await.len(), 0);
}

#[tokio::test]
async fn a_requested_pass_is_echoed() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    stage.ready("win11", Reason::Available).await;

    for when in ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"] {
        stage.request_reconcile("imagecatalog", "win11", when).await;
        stage
            .catalog_is("win11", "the request is echoed", |catalog| {
                status(catalog).managed.last_handled_reconcile_at.as_deref() == Some(when)
            })
            .await;
    }
    stage.ready("win11", Reason::Available).await;
}

#[tokio::test]
async fn a_requested_pass_sees_what_the_remote_shows_now() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let catalog = stage.ready("win11", Reason::Available).await;
    let (image, version) = (stream_id(&catalog), status(&catalog).version_id.clone().unwrap());
    let console = stage.console().await;
    let edited = json!({"description": "what is this?"});
    console.patch_version(&image, &version, &edited).await;

    stage
        .request_reconcile("imagecatalog", "win11", "after the edit")
        .await;

    let description = console
        .description_becomes(&image, &version, |description| description.contains("[io1:"))
        .await;
    assert!(description.starts_with("what is this? [io1:"), "{description}");
    stage
        .catalog_is("win11", "the new description is mirrored", |catalog| {
            status(catalog).version_description.as_deref() == Some("what is this?")
        })
        .await;
}
