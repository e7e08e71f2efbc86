//! What a version waits for, and that it goes on by itself.

use image_operator::api::Reason;
use serde_json::json;

use crate::manifests::{gallery, with};
use crate::stage::{CATALOG, Stage, clone, following, gallery_version, message, status};

#[tokio::test]
async fn a_version_waits_for_its_catalog_and_for_the_image_of_that() {
    let stage = Stage::connected().await;
    stage.apply(&gallery_version("november")).await;
    let waiting = stage.reconciling("november", Reason::CatalogNotFound).await;
    assert!(
        message(&waiting).contains("there is no ImageCatalog \"win11\""),
        "{}",
        message(&waiting)
    );

    let suspended = with(gallery(CATALOG), &json!({ "suspend": true }));
    stage.apply(&suspended).await;
    let waiting = stage.reconciling("november", Reason::CatalogNotReady).await;
    assert!(
        message(&waiting).contains("status.streamId"),
        "{}",
        message(&waiting)
    );

    stage.apply(&gallery(CATALOG)).await;
    stage.ready("november", Reason::Available).await;
}

#[tokio::test]
async fn a_version_waits_for_its_source_and_does_not_miss_it_later() {
    let stage = Stage::set().await;
    stage
        .apply(&with(gallery_version("november"), &following("october")))
        .await;
    let waiting = stage.reconciling("november", Reason::SourceNotFound).await;
    assert!(
        message(&waiting).contains("there is no ImageVersion \"october\""),
        "{}",
        message(&waiting)
    );

    let suspended = with(gallery_version("october"), &json!({ "suspend": true }));
    stage.apply(&suspended).await;
    let waiting = stage.reconciling("november", Reason::SourceNotReady).await;
    assert!(
        message(&waiting).contains("status.versionId"),
        "{}",
        message(&waiting)
    );

    stage.edit("october", &json!({ "suspend": false })).await;
    stage.ready("november", Reason::Available).await;

    stage.delete("imageversion", &["october"]).await;
    stage.gone::<image_operator::api::ImageVersion>("october").await;
    stage.request_reconcile("november", "without a source").await;
    stage
        .version_is("november", "the request is heard", |version| {
            status(version).managed.last_handled_reconcile_at.as_deref() == Some("without a source")
        })
        .await;
    stage.ready("november", Reason::Available).await;
}

#[tokio::test]
async fn a_clone_waits_until_its_source_is_available() {
    let stage = Stage::set().await;
    stage.simulator.settings(json!({ "copySeconds": 36000 })).await;
    stage.apply(&gallery_version("october")).await;
    stage.reconciling("october", Reason::Importing).await;
    stage.apply(&with(clone("patched"), &following("october"))).await;
    let waiting = stage.reconciling("patched", Reason::SourceNotReady).await;
    assert!(
        message(&waiting).contains("cloned from one that is AVAILABLE"),
        "{}",
        message(&waiting)
    );

    stage.simulator.advance(36000).await;
    stage.ready("patched", Reason::ImportComplete).await;
    assert_eq!(stage.requests("cloneVersion").await.len(), 1);
}

#[tokio::test]
async fn a_source_of_another_image_is_refused_until_it_is_corrected() {
    let stage = Stage::set().await;
    let elsewhere = with(
        gallery_version("elsewhere"),
        &json!({ "catalogRef": { "name": "win10" }, "sourceVersionRef": { "kind": "ImageCatalog", "name": "win10" } }),
    );
    stage.apply(&elsewhere).await;
    stage
        .apply(&with(gallery_version("november"), &following("elsewhere")))
        .await;
    let stalled = stage.stalled("november", Reason::InvalidSpec).await;
    assert!(
        message(&stalled).contains("is one of ImageCatalog \"win10\""),
        "{}",
        message(&stalled)
    );

    stage
        .edit(
            "november",
            &json!({ "sourceVersionRef": { "kind": "ImageCatalog", "name": "win11" } }),
        )
        .await;
    stage.ready("november", Reason::Available).await;
}
