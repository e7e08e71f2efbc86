//! A remote that asks to come back later.

use std::time::Duration;

use image_operator::api::{CloudConnection, ImageCatalog, Reason};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::scene::{DEADLINE, Scene, catalog, connected, count, reconciling, stream_id};
use crate::support::{Simulator, eventually};

const WINDOW: SignedDuration = SignedDuration::from_secs(6);

/// A request that was on its way when the answer that opened the window arrived.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_millis(200);

#[tokio::test]
async fn a_throttled_read_is_followed_by_no_request_within_the_window() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;
    let id = stream_id(&scene.available("win11").await);

    throttle(&remote, json!({ "operation": "listImages" })).await;
    scene.apply::<ImageCatalog>("newcomer", catalog("remote")).await;

    scene
        .shows::<ImageCatalog>("newcomer", reconciling(Reason::Throttled, &["list images"]))
        .await;
    scene
        .shows::<CloudConnection>("remote", reconciling(Reason::Throttled, &[]))
        .await;
    scene.others_go_on().await;
    scene.available("newcomer").await;
    scene.shows::<CloudConnection>("remote", connected()).await;
    assert_eq!(stream_id(&scene.available("win11").await), id);
    assert_no_request_within_the_window(&remote).await;
    assert_eq!(count(&remote, "createImage").await, (2, 2));
}

#[tokio::test]
async fn a_throttled_create_is_sent_again_after_the_window_and_not_before() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    throttle(&remote, json!({ "operation": "createImage" })).await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    let said = ["create image win11", "Rate limit exceeded", "HTTP 429"];
    scene
        .shows::<ImageCatalog>("win11", reconciling(Reason::Throttled, &said))
        .await;
    scene.others_go_on().await;

    scene.available("win11").await;
    assert_no_request_within_the_window(&remote).await;
    assert_eq!(count(&remote, "createImage").await, (2, 1));
}

async fn throttle(remote: &Simulator, requests: Value) {
    let effect = json!({ "type": "throttle", "retryAfterSeconds": WINDOW.as_secs() });
    remote.fault(json!({ "match": requests, "effect": effect })).await;
}

/// A line of the simulator's log of requests.
#[derive(Debug, Deserialize)]
struct Line {
    time: Timestamp,
    operation: String,
    status: Option<u16>,
}

async fn assert_no_request_within_the_window(remote: &Simulator) {
    let url = format!("{}/_simulator/requests", remote.url());
    let lines = eventually(
        DEADLINE,
        "a request was throttled and another followed",
        async || {
            let asked = reqwest::Client::new()
                .get(&url)
                .timeout(Duration::from_secs(10))
                .send()
                .await;
            let lines: Vec<Line> = asked.unwrap().json().await.unwrap();
            let throttled = lines.iter().position(|line| line.status == Some(429));
            match throttled {
                Some(first) if first + 1 < lines.len() => Ok(lines),
                _ => Err(format!("{lines:?}")),
            }
        },
    )
    .await;
    let throttled = lines.iter().position(|line| line.status == Some(429)).unwrap();
    let opened = lines[throttled].time;
    let inside: Vec<&str> = lines[throttled + 1..]
        .iter()
        .filter(|line| line.time > opened + ON_ITS_WAY && line.time < opened + WINDOW)
        .map(|line| line.operation.as_str())
        .collect();
    assert!(inside.is_empty(), "within {WINDOW} after {opened}: {inside:?}");
}
