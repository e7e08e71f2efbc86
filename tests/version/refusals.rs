//! What the remote refuses, and that it goes on by itself once the cause is gone.

use image_operator::api::Reason;
use serde_json::{Value, json};

use crate::manifests::{market_place, with};
use crate::stage::{CATALOG, SECOND, Stage, gallery_version, message, published_to, status};

#[tokio::test]
async fn an_operating_system_or_graphics_card_other_than_the_images_is_refused_until_corrected() {
    let stage = Stage::set().await;
    for (field, wrong, code, right) in [
        ("osType", "LINUX", "osType must be WINDOWS", "WINDOWS"),
        ("gpuType", "NVIDIA", "gpuType must be NONE", "NONE"),
    ] {
        let name = field.to_lowercase();
        stage
            .apply(&with(gallery_version(&name), &json!({ field: wrong })))
            .await;
        let stalled = stage.stalled(&name, Reason::RemoteRejected).await;
        assert!(message(&stalled).contains(code), "{}", message(&stalled));

        stage.edit(&name, &json!({ field: right })).await;
        stage.ready(&name, Reason::Available).await;
    }
    assert_eq!(stage.simulator.versions().await.len(), 3);
}

#[tokio::test]
async fn a_version_cannot_be_added_to_an_image_of_the_market_place() {
    let stage = Stage::connected().await;
    let password = [("password", "change-Me-1234")];
    stage
        .namespace
        .secret(crate::manifests::ADMIN_SECRET, &password)
        .await;
    stage.apply(&market_place(CATALOG)).await;
    stage.apply(&gallery_version("november")).await;

    let stalled = stage.stalled("november", Reason::RemoteRejected).await;

    assert!(
        message(&stalled).contains("AZURE_MARKET_PLACE"),
        "{}",
        message(&stalled)
    );
    assert_eq!(status(&stalled).version_id, None);
}

#[tokio::test]
async fn a_republish_that_is_refused_for_what_it_depends_on_is_tried_again() {
    let stage = Stage::set().await;
    stage
        .apply(&with(gallery_version("november"), &json!({ "publish": {} })))
        .await;
    stage.ready("november", Reason::Available).await;
    refuse(&stage, "republishVersion", 424).await;

    stage.edit("november", &published_to(&[SECOND])).await;
    let waiting = stage.reconciling("november", Reason::Retrying).await;
    assert!(message(&waiting).contains("424"), "{}", message(&waiting));

    stage.simulator.clear_faults().await;
    stage
        .version_is("november", "both copies are there", |version| {
            status(version).copies.len() == 2
        })
        .await;
    stage.ready("november", Reason::Available).await;
}

#[tokio::test]
async fn a_version_that_is_created_without_an_answer_is_not_created_twice() {
    let stage = Stage::set().await;
    let lost: Value = json!({
        "match": { "operation": "addVersion" }, "times": 1, "effect": { "type": "dropAfter" },
    });
    stage.simulator.fault(lost).await;

    stage.apply(&gallery_version("november")).await;

    stage.ready("november", Reason::Available).await;
    assert_eq!(stage.requests("addVersion").await.len(), 1);
    assert_eq!(stage.version_names().await, ["1.0.0", "1.1.0"]);
}

async fn refuse(stage: &Stage, operation: &str, status: u16) {
    let fault = json!({
        "match": { "operation": operation },
        "effect": { "type": "refuse", "status": status, "code": "REFUSED", "message": "not as things are" },
    });
    stage.simulator.fault(fault).await;
}
