//! A remote that asks to come back later.

use std::time::Duration;

use image_operator::api::{CloudConnection, ImageCatalog, Reason};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use crate::scene::{DEADLINE, Scene, catalog, connected, count, holding_back, reconciling, stream_id};
use crate::support::{Simulator, eventually};

const WINDOW: SignedDuration = SignedDuration::from_secs(6);

/// A request that was on its way when the answer that opened the window arrived.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_millis(200);

#[tokio::test]
async fn a_throttled_read_is_followed_by_no_request_within_the_window() {
    for_reads(429, Reason::Throttled).await;
}

#[tokio::test]
async fn a_503_that_names_a_time_is_followed_by_no_request_within_the_window() {
    for_reads(503, Reason::Retrying).await;
}

async fn for_reads(status: u16, reason: Reason) {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;
    let id = stream_id(&scene.available("win11").await);

    come_back_later(&remote, "listImages", status).await;
    scene.apply::<ImageCatalog>("newcomer", catalog("remote")).await;

    scene
        .shows::<ImageCatalog>("newcomer", reconciling(reason, &["list images"]))
        .await;
    scene.shows::<CloudConnection>("remote", holding_back()).await;
    scene.others_go_on().await;
    scene.available("newcomer").await;
    scene.shows::<CloudConnection>("remote", connected()).await;
    assert_eq!(stream_id(&scene.available("win11").await), id);
    assert_no_request_within_the_window(&remote, status).await;
    assert_eq!(count(&remote, "createImage").await, (2, 2));
}

#[tokio::test]
async fn a_throttled_create_is_sent_again_after_the_window_and_not_before() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    come_back_later(&remote, "createImage", 429).await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    let said = ["create image win11", "come back later", "HTTP 429"];
    scene
        .shows::<ImageCatalog>("win11", reconciling(Reason::Throttled, &said))
        .await;
    scene.others_go_on().await;

    scene.available("win11").await;
    assert_no_request_within_the_window(&remote, 429).await;
    assert_eq!(count(&remote, "createImage").await, (2, 1));
}

/// The next request of this operation is refused, with a time to come back.
async fn come_back_later(remote: &Simulator, operation: &str, status: u16) {
    let effect = json!({
        "type": "refuse",
        "status": status,
        "headers": { "retry-after": WINDOW.as_secs().to_string() },
        "message": "come back later",
    });
    remote
        .fault(json!({ "match": { "operation": operation }, "effect": effect }))
        .await;
}

/// A line of the simulator's log of requests.
#[derive(Debug, Deserialize)]
struct Line {
    time: Timestamp,
    operation: String,
    status: Option<u16>,
}

async fn assert_no_request_within_the_window(remote: &Simulator, status: u16) {
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
            let throttled = lines.iter().position(|line| line.status == Some(status));
            match throttled {
                Some(first) if first + 1 < lines.len() => Ok(lines),
                _ => Err(format!("{lines:?}")),
            }
        },
    )
    .await;
    let throttled = lines.iter().position(|line| line.status == Some(status)).unwrap();
    let opened = lines[throttled].time;
    let inside: Vec<&str> = lines[throttled + 1..]
        .iter()
        .filter(|line| line.time > opened + ON_ITS_WAY && line.time < opened + WINDOW)
        .map(|line| line.operation.as_str())
        .collect();
    assert!(inside.is_empty(), "within {WINDOW} after {opened}: {inside:?}");
}
