//! What was made here and is left over is found, and taken back by a resource of the same name.

use image_operator::api::ImageCatalog;
use serde_json::{Value, json};

use crate::scene::{CONNECTION, DEMO, Scene, sample};

async fn orphans(scene: &Scene) -> Vec<Value> {
    let said = scene
        .run("orphans", &["--connection", CONNECTION, "--output", "json"])
        .await;
    assert_eq!(said.code, Some(0), "{said:?}");
    serde_json::from_str(&said.results).unwrap()
}

#[tokio::test]
async fn an_image_that_was_retained_is_an_orphan_until_its_resource_is_back() {
    let scene = Scene::set(&DEMO).await;
    let _operator = scene.operator().await;
    let mut catalog = sample(include_str!("../../deploy/samples/imagecatalog-gallery.yaml"));
    catalog["metadata"]["name"] = json!("win11");
    catalog["spec"]["providerInstanceId"] = json!(DEMO.provider_instance);
    catalog["spec"]["deletionPolicy"] = json!("Retain");
    scene.namespace.apply(&catalog.to_string()).await.unwrap();
    scene.all_ready::<ImageCatalog>(1).await;
    assert_eq!(orphans(&scene).await, [] as [Value; 0]);

    scene
        .namespace
        .kubectl(&["delete", "imagecatalog", "win11"])
        .await
        .unwrap();
    let found = orphans(&scene).await;
    let kinds: Vec<&Value> = found.iter().map(|orphan| &orphan["kind"]).collect();
    assert_eq!(kinds, ["image", "version"], "{found:?}");
    let table = scene.run("orphans", &["--connection", CONNECTION]).await;
    assert!(table.results.starts_with("KIND "), "{table:?}");
    assert!(
        table.results.contains(found[0]["id"].as_str().unwrap()),
        "{table:?}"
    );

    scene.namespace.apply(&catalog.to_string()).await.unwrap();
    scene.all_ready::<ImageCatalog>(1).await;
    assert_eq!(orphans(&scene).await, [] as [Value; 0]);
    assert_eq!(scene.simulator.images().await.len(), 1);
}
