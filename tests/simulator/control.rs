//! The control API: state, requests, settings, clock, reset.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{IMAGES, Remote, eventually};

#[tokio::test]
async fn the_state_shows_every_remote_object() {
    let remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    let state = remote.state().await;
    assert_eq!(state["images"][0]["id"], made.image);
    assert_eq!(state["versions"][0]["id"], made.version);
    assert_eq!(state["versions"][0]["streamId"], made.image);
    assert_eq!(state["copies"][0]["versionId"], made.version);
    assert_eq!((&state["markers"], &state["pools"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn every_request_is_noted_with_what_it_did() {
    let remote = Remote::start().await;
    remote.control(Method::DELETE, "requests", &json!({})).await;
    remote.create_image("win11").await;
    remote.get(&format!("{IMAGES}?size=5")).await;
    remote.get(&format!("{IMAGES}/none")).await;
    let requests = remote.control(Method::GET, "requests", &json!({})).await;
    let seen: Vec<Value> = requests
        .as_array()
        .unwrap()
        .iter()
        .map(|r| {
            json!([
                r["method"],
                r["operation"],
                r["status"],
                r["changed"],
                r["outcome"]
            ])
        })
        .collect();
    assert_eq!(
        seen,
        [
            json!(["POST", "createImage", 201, true, "answered"]),
            json!(["GET", "listImages", 200, false, "answered"]),
            json!(["GET", "getImage", 404, false, "answered"]),
        ]
    );
    assert_eq!(requests[1]["query"], "size=5");
    let since = format!("requests?since={}", requests[1]["seq"]);
    assert_eq!(
        remote
            .control(Method::GET, &since, &json!({}))
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let summary = remote.control(Method::GET, "requests/summary", &json!({})).await;
    assert_eq!(
        summary["operations"]["createImage"],
        json!({"count": 1, "changed": 1})
    );
    assert_eq!((&summary["total"], &summary["changed"]), (&json!(3), &json!(1)));
}

#[tokio::test]
async fn control_requests_are_not_noted() {
    let remote = Remote::start().await;
    remote.control(Method::DELETE, "requests", &json!({})).await;
    remote.state().await;
    assert_eq!(
        remote.control(Method::GET, "requests", &json!({})).await,
        json!([])
    );
}

#[tokio::test]
async fn settings_are_shown_and_patched_field_by_field() {
    let remote = Remote::start().await;
    let before = remote.control(Method::GET, "settings", &json!({})).await;
    assert_eq!(before["uniqueNames"], true);
    let after = remote
        .control(Method::PATCH, "settings", &json!({"importSeconds": 5}))
        .await;
    assert_eq!(
        (&after["importSeconds"], &after["copySeconds"]),
        (&json!(5), &before["copySeconds"])
    );
    let (status, body) = remote
        .try_control(Method::PATCH, "settings", &json!({"importTime": 5}))
        .await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("`importTime`"), "{body}");
}

#[tokio::test]
async fn the_clock_can_be_put_forward() {
    let remote = Remote::start().await;
    let now = async || {
        let clock = remote.control(Method::GET, "clock", &json!({})).await;
        clock["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap()
    };
    let before = now().await;
    remote.advance(3600).await;
    assert!(now().await.duration_since(before).as_secs() >= 3600);
    let (status, _) = remote
        .try_control(Method::POST, "clock", &json!({"advance": 5}))
        .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_reset_forgets_objects_faults_and_settings_but_not_tokens() {
    let remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    remote.settings(json!({"emptyListAnswer": 200})).await;
    remote
        .fault(json!({"times": 0, "effect": {"type": "refuse", "status": 500}}))
        .await;
    remote.control(Method::POST, "reset", &json!({})).await;
    assert_eq!(
        remote.control(Method::GET, "requests", &json!({})).await,
        json!([])
    );
    assert_eq!(remote.get(IMAGES).await.0, 404);
    let again = remote.create_image("win11").await;
    assert_ne!(again.image, made.image, "an old id never names a new object");
}

#[tokio::test]
async fn a_pool_uses_one_thing_that_exists() {
    let remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    for (pool, expected) in [
        (json!({"imageId": made.image}), 400),
        (
            json!({"imageId": made.image, "versionId": made.version, "markerId": "m"}),
            400,
        ),
        (json!({"imageId": made.image, "versionId": "none"}), 404),
        (json!({"imageId": made.image, "version": made.version}), 400),
        (json!({"imageId": made.image, "versionId": made.version}), 200),
    ] {
        assert_eq!(
            remote.try_control(Method::POST, "pools", &pool).await.0,
            expected,
            "{pool}"
        );
    }
    assert_eq!(remote.state().await["pools"][0]["versionId"], made.version);
}

#[tokio::test]
async fn what_is_not_served_is_a_404() {
    let remote = Remote::start().await;
    assert_eq!(
        remote.try_control(Method::GET, "nothing", &json!({})).await.0,
        404
    );
    assert_eq!(
        remote
            .try_control(Method::POST, "faults/7/release", &json!({}))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn work_goes_on_by_itself() {
    let remote = Remote::start_with(json!({"copySeconds": 0})).await;
    let made = remote.create_image("win11").await;
    eventually("the image to be available", || async {
        (remote.version_status(&made).await == "AVAILABLE").then_some(())
    })
    .await;
}

/// A bound that only a simulator grown useless would break: it serves thousands a second.
#[tokio::test]
async fn a_thousand_images_are_listed_quickly() {
    let remote = Remote::start().await;
    let begin = Instant::now();
    for number in 0..1000 {
        remote.create_image(&format!("image-{number}")).await;
    }
    for _ in 0..100 {
        let (_, page) = remote
            .get(&format!("{IMAGES}?search=name%20%24eq%20image-999"))
            .await;
        assert_eq!(page["totalElements"], 1);
    }
    let (_, page) = remote
        .get("/ims-catalog/v1/image-copies?include_catalog_details=true&size=1000")
        .await;
    assert_eq!(page["numberOfElements"], 1000);
    assert!(begin.elapsed().as_secs() < 30, "{:?}", begin.elapsed());
}
