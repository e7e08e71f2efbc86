//! What the API server refuses at once.

use crate::scene::{Scene, catalog, catalog_with, count, image_ids, stream_id};
use crate::support::Namespace;
use image_operator::api::ImageCatalog;
use serde_json::{Value, json};

#[tokio::test]
async fn a_stream_name_that_no_image_can_have_is_refused_with_what_to_do() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;
    let before = stream_id(&scene.available("win11").await);

    for name in ["1win", "win-", "win_11", "win 11", "w", "wïn"] {
        let refused = refusal(
            &scene.namespace,
            "other",
            &catalog_with("remote", json!({ "streamName": name })),
        )
        .await;
        assert!(
            refused.contains("spec.streamName") && refused.contains("letters, digits and dashes"),
            "{name:?}: {refused}"
        );
    }
    let refused = refusal(&scene.namespace, "1win", &catalog("remote")).await;
    assert!(refused.contains("set spec.streamName"), "{refused}");
    // What exists keeps its name, and a refused edit changes nothing.
    let refused = refusal(
        &scene.namespace,
        "win11",
        &catalog_with("remote", json!({ "streamName": "1win" })),
    )
    .await;
    assert!(refused.contains("spec.streamName"), "{refused}");

    scene.others_go_on().await;
    assert_eq!(stream_id(&scene.available("win11").await), before);
    assert_eq!(image_ids(&remote).await, [before]);
    assert_eq!(count(&remote, "createImage").await, (1, 1));

    // A name that fits is accepted, under the resource name that did not.
    scene
        .apply::<ImageCatalog>("1win", catalog_with("remote", json!({ "streamName": "win-11" })))
        .await;
    scene.available("1win").await;
}

/// What kubectl says when it is told to apply a catalog that has to be refused.
async fn refusal(namespace: &Namespace, name: &str, spec: &Value) -> String {
    let manifest = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "ImageCatalog",
        "metadata": { "name": name },
        "spec": spec,
    });
    match namespace.apply(&manifest.to_string()).await {
        Ok(accepted) => panic!("accepted: {accepted}: {spec}"),
        Err(refused) => refused.to_string(),
    }
}
