//! Taking over images that exist.

use image_operator::api::Reason;
use serde_json::{Value, json};

use crate::stage::{Stage, image, status};

#[tokio::test]
async fn an_image_is_found_again_by_its_mark_when_all_memory_is_lost() {
    let stage = Stage::set().await;
    stage.apply(&image("debian", &json!({}))).await;
    let ready = stage.ready("debian", Reason::Available).await;
    let id = status(&ready).image_id.clone();
    stage.lose_memory("debian").await;
    let now = "image-operator.dev/reconcile-requested-at=now";
    stage.annotate("debian", now).await;
    let again = stage.ready("debian", Reason::Available).await;
    assert_eq!(status(&again).image_id, id);
    assert_eq!(stage.changes("importCustomImage").await, 1);
}

#[tokio::test]
async fn an_unmarked_image_is_taken_over_by_name_only_where_that_is_asked_for() {
    let stage = Stage::set().await;
    let observed = json!({ "managementPolicy": "Observe", "imageName": "shared" });
    stage
        .apply(&image(
            "first",
            &json!({ "imageName": "shared", "deletionPolicy": "Retain" }),
        ))
        .await;
    stage.ready("first", Reason::Available).await;
    stage.delete("first").await;
    stage.gone("first").await;

    // Marked by a resource that is gone, it is not taken by its name, and stands in nobody's way.
    stage
        .apply(&image("second", &json!({ "imageName": "shared" })))
        .await;
    let second = stage.ready("second", Reason::Available).await;
    let images = stage.remote_images().await;
    assert_eq!(images.len(), 2, "{images:?}");

    let id: Value = json!(status(&second).image_id);
    stage.apply(&image("third", &observed)).await;
    stage.stalled("third", Reason::NothingToObserve).await;
    stage.edit("third", &json!({ "imageId": id })).await;
    let third = stage.ready("third", Reason::Observed).await;
    assert_eq!(json!(status(&third).image_id), id);
    assert_eq!(stage.changes("importCustomImage").await, 2);
}
