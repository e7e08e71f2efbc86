//! How a version comes to be.

use image_operator::api::Reason;
use serde_json::json;

use crate::manifests::with;
use crate::stage::{Stage, clone, gallery_version, message, providers, status, text};
use crate::support::gallery::{SECOND, published_to};

#[tokio::test]
async fn a_version_is_added_to_the_image_of_its_catalog_and_published() {
    let stage = Stage::set().await;
    stage
        .apply(&with(gallery_version("november"), &published_to(&[SECOND])))
        .await;

    stage.ready("november", Reason::Available).await;
    let version = stage
        .version_is("november", "both copies are available", |version| {
            let copies = &status(version).copies;
            copies.len() == 2 && copies.iter().all(|copy| copy.error_code.is_none())
        })
        .await;

    let status = status(&version);
    assert_eq!(status.version_name.as_deref(), Some("1.1.0"));
    assert_eq!(status.version_status.as_deref(), Some("AVAILABLE"));
    assert_eq!(status.version_history, ["1.0.0"]);
    assert_eq!(status.version_description.as_deref(), Some("November 2025"));
    assert!(status.asset_status.is_some() && status.stream_id.is_some());
    assert!(providers(&version).contains(&SECOND), "{version:?}");
    let remote = stage.simulator.versions().await;
    let remote = remote.iter().find(|there| there["name"] == "1.1.0").unwrap();
    let description = text(&remote["description"]);
    assert!(description.starts_with("November 2025 [io1:"), "{description}");
    assert_eq!(stage.requests("addVersion").await.len(), 1);
}

#[tokio::test]
async fn a_clone_bears_its_own_mark_and_waits_for_a_person_until_it_is_to_be_published() {
    let stage = Stage::set().await;
    stage.apply(&clone("patched")).await;
    let cloned = stage.ready("patched", Reason::ImportComplete).await;
    assert!(
        message(&cloned).contains("add spec.publish"),
        "{}",
        message(&cloned)
    );
    let marks: Vec<String> = stage
        .simulator
        .versions()
        .await
        .iter()
        .map(|version| text(&version["description"]))
        .collect();
    assert_eq!(marks.len(), 2);
    assert_ne!(marks[0], marks[1]);

    stage.edit("patched", &json!({ "publish": {} })).await;
    let published = stage.ready("patched", Reason::Available).await;

    assert_eq!(status(&published).version_name, status(&cloned).version_name);
    let before = stage.last_request().await;
    stage.request_reconcile("patched", "once more").await;
    stage
        .version_is("patched", "the request is heard", |version| {
            status(version).managed.last_handled_reconcile_at.as_deref() == Some("once more")
        })
        .await;
    assert!(stage.changes_since(before).await.is_empty());
    let changes = stage.changes_since(0).await;
    assert_eq!(changes, ["createImage", "cloneVersion", "publishVersion"]);
}

#[tokio::test]
async fn publishing_that_is_refused_soon_after_an_import_is_tried_again() {
    let stage = Stage::set().await;
    stage
        .simulator
        .settings(json!({ "publishSettleSeconds": 3600 }))
        .await;
    stage
        .apply(&with(clone("patched"), &json!({ "publish": {} })))
        .await;
    let waiting = stage.reconciling("patched", Reason::Retrying).await;
    for words in [
        "does not allow the request to",
        "sent again within a minute",
        "cannot be published while IMPORT_COMPLETE",
        "HTTP 412",
    ] {
        assert!(message(&waiting).contains(words), "{}", message(&waiting));
    }

    stage.ready("patched", Reason::Available).await;
    let changes = stage.changes_since(0).await;
    assert_eq!(changes, ["createImage", "cloneVersion", "publishVersion"]);
}
