//! Copies in other regions and projects: made once the image is available, deleted when they are named no longer.

use image_operator::api::Reason;
use serde_json::{Value, json};

use crate::stage::{Stage, image, status};

fn places(images: &[Value]) -> Vec<(&str, &str)> {
    let mut places: Vec<(&str, &str)> = images
        .iter()
        .map(|image| {
            (
                image["Region"].as_str().unwrap(),
                image["ProjectId"].as_str().unwrap(),
            )
        })
        .collect();
    places.sort_unstable();
    places
}

#[tokio::test]
async fn copies_are_made_kept_apart_added_and_taken_away() {
    let stage = Stage::with_window("--settling-window=20s").await;
    stage.keys("demo-public", "demo-private").await;
    stage.connect(&json!({})).await;
    let sg = json!({ "region": "sg", "projectId": "org-demo" });
    let other = json!({ "region": "hk", "projectId": "org-other" });
    stage.apply(&image("debian", &json!({ "copies": [sg] }))).await;
    let ready = stage.ready("debian", Reason::Available).await;
    let remote = stage.remote_images().await;
    assert_eq!(places(&remote), [("hk", "org-demo"), ("sg", "org-demo")]);
    let copy = &status(&ready).copies[0];
    assert_eq!(copy.image_id.as_deref(), remote[1]["ImageId"].as_str());
    assert_eq!(
        (copy.region.as_str(), copy.state.as_deref()),
        ("sg", Some("Available"))
    );
    let marks: Vec<&str> = remote
        .iter()
        .map(|image| image["ImageDescription"].as_str().unwrap())
        .collect();
    assert_ne!(marks[0], marks[1], "each part has a mark of its own");

    // This process has attended the image from its beginning: a copy that is asked for later waits for no window.
    let asked = std::time::Instant::now();
    stage.edit("debian", &json!({ "copies": [sg, other] })).await;
    stage.ready("debian", Reason::Available).await;
    assert!(asked.elapsed().as_secs() < 15, "{:?}", asked.elapsed());
    let remote = stage.remote_images().await;
    assert_eq!(
        places(&remote),
        [("hk", "org-demo"), ("hk", "org-other"), ("sg", "org-demo")]
    );

    stage.edit("debian", &json!({ "copies": [other] })).await;
    let fewer = stage
        .image_is("debian", "one copy is on record", |image| {
            status(image).managed.parts.len() == 2 && status(image).copies.len() == 1
        })
        .await;
    assert_eq!(status(&fewer).copies[0].project_id, "org-other");
    let remote = stage.remote_images().await;
    assert_eq!(places(&remote), [("hk", "org-demo"), ("hk", "org-other")]);
    assert_eq!(stage.changes("copyCustomImage").await, 2);

    stage.delete("debian").await;
    stage.gone("debian").await;
    assert_eq!(stage.remote_images().await, Vec::<Value>::new());
}
