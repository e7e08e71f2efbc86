//! Creates of which nobody knows whether they were done: each ends with exactly one image.

use futures::future::join_all;
use image_operator::api::{ImageCatalog, Reason};
use serde_json::{Value, json};

use crate::scene::{Scene, catalog, count, image_ids, reconciling, stalled, stream_id};

#[tokio::test]
async fn a_create_that_was_done_without_a_readable_answer_is_found_and_not_sent_again() {
    let rows = [
        ("error-500", json!({ "type": "errorAfter", "status": 500 })),
        ("error-503", json!({ "type": "errorAfter", "status": 503 })),
        ("dropped", json!({ "type": "dropAfter" })),
        ("html", json!({ "type": "corrupt", "how": "html" })),
        ("truncated", json!({ "type": "corrupt", "how": "truncate" })),
        ("huge", json!({ "type": "corrupt", "how": "huge" })),
        ("empty", json!({ "type": "corrupt", "how": "empty" })),
    ];
    let row = async |(name, effect): (&str, Value)| {
        let scene = Scene::new().await;
        let remote = scene.remote(name).await;
        // What was made shows in lists only later, as if they were served from a replica that lags.
        for effect in [json!({ "type": "hideFromListings", "seconds": 2 }), effect] {
            remote
                .fault(json!({ "match": { "operation": "createImage" }, "effect": effect }))
                .await;
        }
        scene.apply::<ImageCatalog>("win11", catalog(name)).await;

        scene
            .shows::<ImageCatalog>(
                "win11",
                reconciling(Reason::SettlingUnknownOutcome, &["create the image"]),
            )
            .await;
        scene.others_go_on().await;
        let id = stream_id(&scene.available("win11").await);
        assert_eq!(image_ids(&remote).await, [id], "{name}");
        assert_eq!(count(&remote, "createImage").await, (1, 1), "{name}");
    };
    join_all(rows.into_iter().map(row)).await;
}

#[tokio::test]
async fn a_create_that_may_have_been_done_and_was_not_is_sent_again_after_the_settling_window() {
    let rows = [
        ("error-500", json!({ "type": "refuse", "status": 500 })),
        ("error-503", json!({ "type": "refuse", "status": 503 })),
        ("dropped", json!({ "type": "dropBefore" })),
        (
            "html",
            json!({ "type": "refuse", "status": 200, "body": "<html>Scheduled maintenance</html>" }),
        ),
    ];
    let row = async |(name, effect): (&str, Value)| {
        let scene = Scene::new().await;
        let remote = scene.remote(name).await;
        remote
            .fault(json!({ "match": { "operation": "createImage" }, "effect": effect }))
            .await;
        scene.apply::<ImageCatalog>("win11", catalog(name)).await;

        scene
            .shows::<ImageCatalog>(
                "win11",
                reconciling(Reason::SettlingUnknownOutcome, &["create the image"]),
            )
            .await;
        scene.others_go_on().await;
        let id = stream_id(&scene.available("win11").await);
        assert_eq!(image_ids(&remote).await, [id], "{name}");
        assert_eq!(count(&remote, "createImage").await, (2, 1), "{name}");
    };
    join_all(rows.into_iter().map(row)).await;
}

#[tokio::test]
async fn a_create_that_was_not_let_in_is_sent_again_when_the_way_is_free() {
    let rows = [
        // Once more after a fresh sign-in, within the same pass.
        (
            "unauthorized",
            json!({ "type": "refuse", "status": 401, "message": "who are you" }),
            "HTTP 401",
        ),
        (
            "forbidden",
            json!({ "type": "refuse", "status": 403, "message": "not you" }),
            "HTTP 403",
        ),
    ];
    let row = async |(name, effect, said): (&str, Value, &str)| {
        let scene = Scene::new().await;
        let remote = scene.remote(name).await;
        remote
            .fault(json!({ "match": { "operation": "createImage" }, "times": 0, "effect": effect }))
            .await;
        scene.apply::<ImageCatalog>("win11", catalog(name)).await;

        scene
            .shows::<ImageCatalog>(
                "win11",
                reconciling(
                    Reason::Retrying,
                    &["create the image", "did not get through", said],
                ),
            )
            .await;
        assert!(image_ids(&remote).await.is_empty(), "{name}");
        remote.clear_faults().await;

        scene.others_go_on().await;
        let id = stream_id(&scene.available("win11").await);
        assert_eq!(image_ids(&remote).await, [id], "{name}");
        assert_eq!(count(&remote, "createImage").await.1, 1, "{name}");
    };
    join_all(rows.into_iter().map(row)).await;
}

#[tokio::test]
async fn a_404_for_a_create_is_a_refusal_that_stands_until_somebody_asks_again() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    let absent = json!({ "type": "refuse", "status": 404, "message": "no such service" });
    remote
        .fault(json!({ "match": { "operation": "createImage" }, "effect": absent }))
        .await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    scene
        .shows::<ImageCatalog>(
            "win11",
            stalled(Reason::RemoteRejected, &["no such service", "HTTP 404"]),
        )
        .await;
    scene.others_go_on().await;
    assert!(image_ids(&remote).await.is_empty());

    scene
        .annotate::<ImageCatalog>("win11", "image-operator.dev/reconcile-requested-at", "1")
        .await;

    scene.available("win11").await;
    assert_eq!(count(&remote, "createImage").await, (2, 1));
}
