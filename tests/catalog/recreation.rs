//! An image that is gone, or that never became usable.

use image_operator::api::Reason;
use kube::ResourceExt;
use serde_json::json;

use crate::manifests::{gallery, with};
use crate::stage::{Stage, message, status, stream_id};
use image_operator::api::names::RESOLVE;

#[tokio::test]
async fn an_image_that_vanished_is_missing_until_a_person_says_create() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let lost = delete_behind_its_back(&stage).await;

    let stalled = stage.stalled("win11", Reason::RemoteMissing).await;
    assert!(message(&stalled).contains(&lost), "{}", message(&stalled));
    assert_eq!(stage.creates().await, 1);

    stage.resolve("win11", "create").await;
    let catalog = stage.ready("win11", Reason::Available).await;
    assert_ne!(stream_id(&catalog), lost);
    assert_eq!(stage.image_ids().await, [stream_id(&catalog)]);
    assert_eq!(status(&catalog).versions.len(), 1);
    let answered = stage
        .catalog_is("win11", "the answer is taken away", |catalog| {
            !catalog.annotations().contains_key(RESOLVE)
        })
        .await;
    assert_eq!(stage.creates().await, 2);
    assert_eq!(stream_id(&answered), stream_id(&catalog));
}

#[tokio::test]
async fn the_same_answer_counts_once_and_can_be_given_again() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    delete_behind_its_back(&stage).await;
    stage.stalled("win11", Reason::RemoteMissing).await;
    stage.resolve("win11", "create").await;
    stage.ready("win11", Reason::Available).await;

    delete_behind_its_back(&stage).await;
    stage.stalled("win11", Reason::RemoteMissing).await;
    assert_eq!(stage.creates().await, 2);

    stage.resolve("win11", "create").await;
    stage.ready("win11", Reason::Available).await;
    assert_eq!(stage.creates().await, 3);
}

#[tokio::test]
async fn an_image_that_vanished_is_made_again_once_where_the_policy_says_so() {
    let stage = Stage::set().await;
    stage
        .apply(&with(gallery("win11"), &json!({"recreatePolicy": "WhenGone"})))
        .await;
    let lost = delete_behind_its_back(&stage).await;

    let catalog = stage
        .catalog_is("win11", "there is another image", |catalog| {
            let id = stream_id(catalog);
            !id.is_empty() && id != lost
        })
        .await;

    let made = stage.ready("win11", Reason::Available).await;
    assert_eq!(stream_id(&made), stream_id(&catalog));
    assert_eq!(stage.image_ids().await, [stream_id(&made)]);
    assert_eq!(stage.creates().await, 2);
}

#[tokio::test]
async fn a_failed_import_says_why_and_is_made_again_when_told() {
    let stage = Stage::set().await;
    stage
        .simulator
        .fault(json!({
            "match": {"operation": "createImage"},
            "effect": {
                "type": "failWork", "errorCode": "AZURE_QUOTA_EXHAUSTED", "errorDetails": "no cores are left in westeurope",
            },
        }))
        .await;
    stage.apply(&gallery("win11")).await;

    let failed = stage.stalled("win11", Reason::ImportFailed).await;
    assert!(
        message(&failed).contains("AZURE_QUOTA_EXHAUSTED: no cores are left in westeurope"),
        "{}",
        message(&failed)
    );
    let copy = &status(&failed).copies[0];
    assert_eq!(copy.error_code.as_deref(), Some("AZURE_QUOTA_EXHAUSTED"));
    assert_eq!(
        copy.error_details.as_deref(),
        Some("no cores are left in westeurope")
    );
    assert_eq!(stage.creates().await, 1);

    stage.resolve("win11", "recreate").await;
    let catalog = stage.ready("win11", Reason::Available).await;
    assert_ne!(stream_id(&catalog), stream_id(&failed));
    assert_eq!(stage.image_ids().await, [stream_id(&catalog)]);
    assert_eq!(stage.creates().await, 2);
}

#[tokio::test]
async fn recreate_does_not_touch_an_image_that_became_available() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let image = stream_id(&stage.ready("win11", Reason::Available).await);
    let before = stage.last_request().await;

    stage.resolve("win11", "recreate").await;
    stage
        .request_reconcile("imagecatalog", "win11", "after the answer")
        .await;
    stage
        .catalog_is("win11", "the request is heard", |catalog| {
            status(catalog).managed.last_handled_reconcile_at.as_deref() == Some("after the answer")
        })
        .await;

    stage.ready("win11", Reason::Available).await;
    assert_eq!(stage.image_ids().await, [image]);
    assert_eq!(stage.changes_since(before).await.len(), 0);
}

#[tokio::test]
async fn an_answer_that_fits_no_question_is_said() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    stage.ready("win11", Reason::Available).await;

    stage.resolve("win11", "make it so").await;
    let stalled = stage.stalled("win11", Reason::InvalidResolution).await;
    assert!(
        message(&stalled).contains("create, recreate or the id"),
        "{}",
        message(&stalled)
    );

    stage
        .annotate("imagecatalog", "win11", &format!("{RESOLVE}-"))
        .await;
    stage.ready("win11", Reason::Available).await;
}

/// Waits until the image is available, and deletes it in the console. Returns its id.
async fn delete_behind_its_back(stage: &Stage) -> String {
    let catalog = stage.ready("win11", Reason::Available).await;
    let image = stream_id(&catalog);
    let version = status(&catalog).version_id.clone().unwrap();
    stage.console().await.delete_version(&image, &version).await;
    stage.no_image_of_this_id_is_left(&image).await;
    image
}
