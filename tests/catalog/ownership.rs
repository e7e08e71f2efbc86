//! Nobody takes over or deletes what another resource or another install has made.

use image_operator::api::Reason;
use image_operator::api::names::REMOTE_ID;
use serde_json::{Value, json};

use crate::manifests::{CONNECTION, gallery};
use crate::stage::{Stage, message, status, stream_id};

#[tokio::test]
async fn a_copied_manifest_never_takes_over_or_deletes_the_first_ones_image() {
    let stage = Stage::set().await;
    stage.apply(&gallery("first")).await;
    let first = stage.ready("first", Reason::Available).await;
    let before = stage.last_request().await;

    stage.apply(&copied(&stage, "first", "copy").await).await;
    let copy = stage.stalled("copy", Reason::OwnedByOther).await;
    assert!(message(&copy).contains(REMOTE_ID), "{}", message(&copy));
    stage.delete("imagecatalog", "copy").await;

    stage.gone("copy").await;
    assert_eq!(stage.changes_since(before).await.len(), 0);
    assert_eq!(stage.image_ids().await, [stream_id(&first)]);
    stage.ready("first", Reason::Available).await;
}

#[tokio::test]
async fn a_copied_manifest_makes_its_own_image_once_the_annotation_is_removed() {
    let stage = Stage::set().await;
    stage.apply(&gallery("first")).await;
    let first = stage.ready("first", Reason::Available).await;
    stage.apply(&copied(&stage, "first", "copy").await).await;
    stage.stalled("copy", Reason::OwnedByOther).await;

    stage
        .annotate("imagecatalog", "copy", &format!("{REMOTE_ID}-"))
        .await;

    let copy = stage.ready("copy", Reason::Available).await;
    assert_eq!(stage.image_ids().await, [stream_id(&first), stream_id(&copy)]);
}

#[tokio::test]
async fn a_copied_manifest_leaves_an_image_alone_that_bears_no_mark() {
    let stage = Stage::set().await;
    stage.simulator.settings(json!({"keepDescriptions": false})).await;
    stage.apply(&gallery("first")).await;
    let first = stage.ready("first", Reason::Available).await;
    let before = stage.last_request().await;

    stage.apply(&copied(&stage, "first", "copy").await).await;
    stage.stalled("copy", Reason::OwnedByOther).await;
    stage.delete("imagecatalog", "copy").await;

    stage.gone("copy").await;
    assert_eq!(stage.changes_since(before).await.len(), 0);
    assert_eq!(stage.image_ids().await, [stream_id(&first)]);
}

#[tokio::test]
async fn a_rebuilt_cluster_creates_nothing_and_says_whose_the_image_is() {
    let mut stage = Stage::with_arguments(&["--cluster-id=before"]).await;
    stage.connect().await;
    stage.apply(&gallery("win11")).await;
    let image = stream_id(&stage.ready("win11", Reason::Available).await);
    rebuild_cluster(&mut stage).await;

    let stalled = stage.stalled("win11", Reason::OwnedByAnotherInstall).await;
    assert!(message(&stalled).contains(&image), "{}", message(&stalled));
    assert_eq!(status(&stalled).managed.candidates[0].id, image);
    assert_eq!(stage.creates().await, 1);

    stage.resolve("win11", &image).await;
    let adopted = stage.ready("win11", Reason::Available).await;
    assert_eq!(stream_id(&adopted), image);
    assert_eq!(stage.creates().await, 1);

    stage.delete("imagecatalog", "win11").await;
    stage.gone("win11").await;
    stage.no_image_is_left().await;
}

#[tokio::test]
async fn a_rebuilt_cluster_deletes_nothing_that_it_did_not_adopt() {
    let mut stage = Stage::with_arguments(&["--cluster-id=before"]).await;
    stage.connect().await;
    stage.apply(&gallery("win11")).await;
    let image = stream_id(&stage.ready("win11", Reason::Available).await);
    rebuild_cluster(&mut stage).await;
    stage.stalled("win11", Reason::OwnedByAnotherInstall).await;
    let before = stage.last_request().await;

    stage.delete("imagecatalog", "win11").await;

    stage.gone("win11").await;
    assert_eq!(stage.image_ids().await, [image]);
    assert_eq!(stage.changes_since(before).await.len(), 0);
}

#[tokio::test]
async fn a_rebuilt_cluster_with_the_old_id_finds_its_images() {
    let mut stage = Stage::with_arguments(&["--cluster-id=before"]).await;
    stage.connect().await;
    stage.apply(&gallery("win11")).await;
    let image = stream_id(&stage.ready("win11", Reason::Available).await);
    rebuild_cluster(&mut stage).await;
    stage.stalled("win11", Reason::OwnedByAnotherInstall).await;

    stage.replace_operator(&["--cluster-id=before"]).await;

    let found = stage.ready("win11", Reason::Available).await;
    assert_eq!(stream_id(&found), image);
    assert_eq!(stage.creates().await, 1);
}

/// The resources are applied anew from their manifests, to an operator that has another cluster id.
async fn rebuild_cluster(stage: &mut Stage) {
    stage.operator.terminate().await.unwrap();
    let unfinalized = r#"{"metadata": {"finalizers": []}}"#;
    for resource in ["imagecatalog/win11", &format!("cloudconnection/{CONNECTION}")] {
        let patch = ["patch", resource, "--type=merge", "--patch", unfinalized];
        stage.namespace.kubectl(&patch).await.unwrap();
        stage.namespace.kubectl(&["delete", resource]).await.unwrap();
    }
    stage.replace_operator(&["--cluster-id=after"]).await;
    stage.connect().await;
    stage.apply(&gallery("win11")).await;
}

/// What people do with `kubectl get -o yaml` and an editor: another name, and everything else as it is.
async fn copied(stage: &Stage, name: &str, copy: &str) -> Value {
    let json = ["get", "imagecatalog", name, "--output=json"];
    let mut manifest: Value = serde_json::from_str(&stage.namespace.kubectl(&json).await.unwrap()).unwrap();
    let metadata = manifest["metadata"].as_object_mut().unwrap();
    assert!(metadata["annotations"].get(REMOTE_ID).is_some(), "{metadata:?}");
    assert!(metadata.contains_key("finalizers"), "{metadata:?}");
    metadata.insert("name".to_owned(), json!(copy));
    // The API server takes no manifest with these.
    metadata.remove("resourceVersion");
    metadata.remove("uid");
    manifest
}
