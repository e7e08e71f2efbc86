//! What a version does that may not do everything: one that only observes, is suspended, or is not made again.

use image_operator::api::{ImageCatalog, ImageVersion, Reason};
use serde_json::json;

use crate::console::Console;
use crate::manifests::with;
use crate::stage::{CATALOG, Stage, gallery_version, status};

#[tokio::test]
async fn a_version_deleted_in_the_console_is_missed_and_made_again_only_where_the_policy_says_so() {
    let stage = Stage::set().await;
    stage.apply(&gallery_version("november")).await;
    let version = stage.ready("november", Reason::Available).await;
    let lost = status(&version).version_id.clone().unwrap();
    let before = stage.last_request().await;

    let console = Console::sign_in(stage.simulator.url()).await;
    console.delete_version(&image(&stage).await, &lost).await;
    stage.stalled("november", Reason::RemoteMissing).await;
    assert_eq!(stage.changes_since(before).await, ["deleteVersion"]);

    stage
        .edit("november", &json!({ "recreatePolicy": "WhenGone" }))
        .await;
    let made = stage.ready("november", Reason::Available).await;
    assert_ne!(status(&made).version_id, Some(lost));
    assert_eq!(stage.changes_since(before).await, ["deleteVersion", "addVersion"]);
}

#[tokio::test]
async fn a_version_that_is_observed_is_mirrored_and_never_written_to() {
    let stage = Stage::set().await;
    let console = Console::sign_in(stage.simulator.url()).await;
    let by_hand = console
        .add_version(&image(&stage).await, &crate::manifests::gallery("any"))
        .await;
    let before = stage.last_request().await;

    let observed = json!({
        "managementPolicy": "Observe", "versionId": by_hand, "versionDescription": "another",
    });
    stage.apply(&with(gallery_version("november"), &observed)).await;
    let version = stage.ready("november", Reason::Observed).await;
    assert_eq!(status(&version).version_name.as_deref(), Some("2.0.0"));

    stage.delete("imageversion", &["november"]).await;
    stage.gone::<ImageVersion>("november").await;
    assert_eq!(stage.version_names().await, ["1.0.0", "2.0.0"]);
    let changes = stage.changes_since(before).await;
    assert!(changes.is_empty(), "{changes:?}");
}

#[tokio::test]
async fn a_suspended_version_is_not_made_until_it_is_let_go() {
    let stage = Stage::set().await;
    let before = stage.last_request().await;
    stage
        .apply(&with(gallery_version("november"), &json!({ "suspend": true })))
        .await;
    stage
        .version_is("november", "it is suspended", |version| {
            let conditions = &status(version).managed.conditions;
            conditions
                .iter()
                .any(|condition| condition.reason == Reason::Suspended.as_str())
        })
        .await;
    assert!(stage.changes_since(before).await.is_empty());

    stage.edit("november", &json!({ "suspend": false })).await;

    stage.ready("november", Reason::Available).await;
    assert_eq!(stage.changes_since(before).await, ["addVersion"]);
}

/// The id of the image that versions belong to.
async fn image(stage: &Stage) -> String {
    let catalogs = stage.namespace.api::<ImageCatalog>();
    let catalog = catalogs.get(CATALOG).await.unwrap();
    catalog.status.unwrap().stream_id.unwrap()
}
