//! Order without scripts: what is applied in one file comes out the same whatever the order in it.

use futures::future::join_all;
use image_operator::api::{CloudConnection, ImageCatalog, ImageVersion, Reason};
use serde_json::{Value, json};

use crate::manifests::{CONNECTION, connection, gallery, with};
use crate::stage::{CATALOG, DEADLINE, Stage, following, gallery_version, text};
use crate::support::eventually;

const CHAIN: [&str; 5] = ["july", "august", "september", "october", "november"];

#[tokio::test]
async fn five_chained_versions_come_out_the_same_in_whatever_order_they_are_applied() {
    let made = join_all((1..=10).map(in_order_of)).await;
    for one in &made {
        assert_eq!(one.len(), 1 + CHAIN.len());
        assert_eq!(*one, made[0]);
    }
}

/// What the remote holds once everything is ready: name, history and description without mark of each version. Then all
/// of it is deleted at once.
async fn in_order_of(seed: u64) -> Vec<(String, String, String)> {
    let stage = Stage::connected().await;
    stage.delete("cloudconnection", &[CONNECTION]).await;
    stage.gone::<CloudConnection>(CONNECTION).await;
    let mut manifests = vec![connection(stage.simulator.url()), gallery(CATALOG)];
    for (number, name) in CHAIN.into_iter().enumerate() {
        let version = with(gallery_version(name), &json!({ "versionDescription": name }));
        manifests.push(match number.checked_sub(1) {
            Some(before) => with(version, &following(CHAIN[before])),
            None => version,
        });
    }
    fastrand::Rng::with_seed(seed).shuffle(&mut manifests);
    let file: Vec<String> = manifests.iter().map(Value::to_string).collect();

    stage.namespace.apply(&file.join("\n---\n")).await.unwrap();

    for name in CHAIN {
        stage.ready(name, Reason::Available).await;
    }
    assert_eq!(stage.requests("addVersion").await.len(), CHAIN.len());
    let mut made: Vec<_> = stage.simulator.versions().await.iter().map(told).collect();
    made.sort();

    let mut kinds = ["imagecatalog", "imageversion", "cloudconnection"];
    fastrand::Rng::with_seed(seed).shuffle(&mut kinds);
    for kind in kinds {
        stage.delete(kind, &["--all"]).await;
    }
    for name in CHAIN {
        stage.gone::<ImageVersion>(name).await;
    }
    stage.gone::<ImageCatalog>(CATALOG).await;
    stage.gone::<CloudConnection>(CONNECTION).await;
    eventually(DEADLINE, "no image is left", async || {
        let left = stage.simulator.images().await;
        left.is_empty().then_some(()).ok_or(format!("{left:?}"))
    })
    .await;
    made
}

fn told(version: &Value) -> (String, String, String) {
    let description = text(&version["description"]);
    let text_alone = description.split("[io1:").next().unwrap_or_default();
    (
        text(&version["name"]),
        version["versionHistory"].to_string(),
        text_alone.to_owned(),
    )
}
