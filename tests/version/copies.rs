//! The list of replicas is declarative.

use image_operator::api::Reason;
use serde_json::json;

use crate::manifests::with;
use crate::stage::{Stage, gallery_version, message, providers, status};
use crate::support::gallery::{SECOND, published_to};

#[tokio::test]
async fn a_replica_that_is_added_is_published_and_one_that_is_removed_is_taken_away() {
    let stage = Stage::set().await;
    stage
        .apply(&with(gallery_version("november"), &json!({ "publish": {} })))
        .await;
    let version = stage.ready("november", Reason::Available).await;
    assert_eq!(status(&version).copies.len(), 1);
    let before = stage.last_request().await;

    stage.edit("november", &published_to(&[SECOND])).await;
    stage
        .version_is("november", "there are two copies", |version| {
            providers(version).contains(&SECOND)
        })
        .await;
    stage.ready("november", Reason::Available).await;

    stage.edit("november", &published_to(&[])).await;
    let version = stage
        .version_is("november", "there is one copy", |version| {
            status(version).copies.len() == 1
        })
        .await;
    assert!(!providers(&version).contains(&SECOND));
    stage.ready("november", Reason::Available).await;

    let changes = stage.changes_since(before).await;
    assert_eq!(changes, ["republishVersion", "shrinkVersion"]);
}

#[tokio::test]
async fn a_copy_that_failed_is_published_again() {
    let stage = Stage::set().await;
    fail_replication(&stage, 1).await;

    stage
        .apply(&with(gallery_version("november"), &published_to(&[SECOND])))
        .await;

    stage
        .version_is("november", "both copies are available", |version| {
            let copies = &status(version).copies;
            let failed = copies.iter().any(|copy| copy.error_code.is_some());
            copies.len() == 2 && !failed && status(version).version_status.as_deref() == Some("AVAILABLE")
        })
        .await;
    stage.ready("november", Reason::Available).await;
    assert_eq!(stage.requests("republishVersion").await.len(), 2);
}

#[tokio::test]
async fn a_copy_that_keeps_failing_is_given_up_until_a_person_asks() {
    let stage = Stage::set().await;
    fail_replication(&stage, 5).await;

    stage
        .apply(&with(gallery_version("november"), &published_to(&[SECOND])))
        .await;

    let given_up = stage.stalled("november", Reason::GivenUp).await;
    let message = message(&given_up);
    assert!(message.contains("sent 5 times"), "{message}");
    assert!(message.contains("SIMULATED_EXCEPTION: out of space"), "{message}");
    assert_eq!(stage.requests("republishVersion").await.len(), 5);

    stage.request_reconcile("november", "space was made").await;
    stage.ready("november", Reason::Available).await;
    assert_eq!(stage.requests("republishVersion").await.len(), 6);
}

async fn fail_replication(stage: &Stage, times: u32) {
    let fault = json!({
        "match": { "operation": "republishVersion" },
        "times": times,
        "effect": {
            "type": "failWork", "errorCode": "SIMULATED_EXCEPTION", "errorDetails": "out of space",
        },
    });
    stage.simulator.fault(fault).await;
}
