//! How a version goes.

use image_operator::api::{ImageCatalog, ImageVersion, Reason};
use serde_json::json;

use crate::manifests::{gallery, with};
use crate::stage::{CATALOG, DEADLINE, Stage, gallery_version, message, status, text};
use crate::support::eventually;

#[tokio::test]
async fn versions_are_deleted_one_at_a_time() {
    let stage = Stage::set().await;
    let names = ["a", "b", "c"];
    for name in names {
        stage.apply(&gallery_version(name)).await;
    }
    for name in names {
        stage.ready(name, Reason::Available).await;
    }

    stage.delete("imageversion", &names).await;

    for name in names {
        stage.gone::<ImageVersion>(name).await;
    }
    assert_eq!(stage.version_names().await, ["1.0.0"]);
    let deletes = stage.requests("deleteVersion").await;
    assert_eq!(deletes.len(), 3, "{deletes:?}");
}

#[tokio::test]
async fn a_version_in_use_stays_until_it_is_free() {
    let stage = Stage::set().await;
    stage.apply(&gallery_version("november")).await;
    let version = stage.ready("november", Reason::Available).await;
    let pool = json!({ "imageId": status(&version).stream_id, "versionId": status(&version).version_id });
    stage.simulator.pool(pool).await;

    stage.delete("imageversion", &["november"]).await;
    let stalled = stage.stalled("november", Reason::InUse).await;
    for words in [
        "free it there, and it is deleted within a minute",
        "is used by a pool",
        "HTTP 409",
    ] {
        assert!(message(&stalled).contains(words), "{}", message(&stalled));
    }

    stage.simulator.clear_pools().await;
    stage.gone::<ImageVersion>("november").await;
    assert_eq!(stage.version_names().await, ["1.0.0"]);
}

#[tokio::test]
async fn a_version_that_is_being_made_is_deleted_when_the_remote_lets_it() {
    let stage = Stage::set().await;
    stage.simulator.settings(json!({ "copySeconds": 36000 })).await;
    stage.apply(&gallery_version("november")).await;
    stage.reconciling("november", Reason::Importing).await;

    stage.delete("imageversion", &["november"]).await;
    let waiting = stage.reconciling("november", Reason::WaitingToDelete).await;
    for words in [
        "tried again within a minute",
        "cannot be deleted while IMPORT_IN_PROGRESS",
        "HTTP 422",
    ] {
        assert!(message(&waiting).contains(words), "{}", message(&waiting));
    }

    stage.simulator.advance(36000).await;
    stage.gone::<ImageVersion>("november").await;
    assert_eq!(stage.version_names().await, ["1.0.0"]);
}

#[tokio::test]
async fn the_last_version_is_left_to_its_catalog_which_takes_it_along() {
    let stage = Stage::connected().await;
    stage
        .apply(&with(gallery(CATALOG), &json!({ "initialVersion": "Remove" })))
        .await;
    stage.apply(&gallery_version("november")).await;
    stage.ready("november", Reason::Available).await;
    eventually(DEADLINE, "the first version is retired", async || {
        let left = stage.version_names().await;
        (left == ["1.1.0"]).then_some(()).ok_or(format!("{left:?}"))
    })
    .await;

    stage.delete("imageversion", &["november"]).await;
    stage.gone::<ImageVersion>("november").await;
    assert_eq!(stage.version_names().await, ["1.1.0"]);
    let left = stage.simulator.versions().await.remove(0);
    assert!(text(&left["description"]).starts_with("November 2025 [io1:"));

    stage.delete("imagecatalog", &[CATALOG]).await;
    stage.gone::<ImageCatalog>(CATALOG).await;
    assert!(stage.simulator.images().await.is_empty());
}

#[tokio::test]
async fn a_version_outlives_its_catalog_and_can_still_be_deleted() {
    let stage = Stage::connected().await;
    stage
        .apply(&with(gallery(CATALOG), &json!({ "deletionPolicy": "Retain" })))
        .await;
    stage.apply(&gallery_version("november")).await;
    stage.ready("november", Reason::Available).await;
    stage.delete("imagecatalog", &[CATALOG]).await;
    stage.gone::<ImageCatalog>(CATALOG).await;

    stage.delete("imageversion", &["november"]).await;

    stage.gone::<ImageVersion>("november").await;
    assert_eq!(stage.version_names().await, ["1.0.0"]);
}
