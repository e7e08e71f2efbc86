//! Reads that fail or come back damaged.

use futures::future::join_all;
use image_operator::api::{CloudConnection, ImageCatalog, Reason};
use serde_json::{Value, json};

use crate::scene::{
    Expected, Scene, catalog, connected, count, image_ids, reconciling, recorded_id, stalled, stream_id,
};

/// A fault of every read, and what is said while it lasts.
struct Row {
    name: &'static str,
    effect: Value,
    expected: Expected<'static>,
}

#[tokio::test]
async fn a_read_that_is_refused_needs_a_person() {
    every_read_fails([
        Row {
            name: "unauthorized",
            effect: json!({ "type": "refuse", "status": 401, "code": "UNAUTHORIZED", "message": "who are you" }),
            expected: stalled(Reason::InvalidCredentials, &["who are you", "HTTP 401", "code UNAUTHORIZED", "check the credentials of the connection"]),
        },
        Row {
            name: "forbidden",
            effect: json!({ "type": "refuse", "status": 403, "code": "FORBIDDEN", "message": "not you" }),
            expected: stalled(
                Reason::AccessDenied,
                &["not you", "HTTP 403", "code FORBIDDEN", "check the role and the organisation"],
            ),
        },
    ])
    .await;
}

#[tokio::test]
async fn a_read_that_the_remote_fails_at_is_tried_again() {
    every_read_fails([
        Row {
            name: "internal-error",
            effect: json!({ "type": "refuse", "status": 500, "code": "INTERNAL_ERROR", "message": "oh no" }),
            expected: reconciling(Reason::Retrying, &["oh no", "HTTP 500", "code INTERNAL_ERROR"]),
        },
        Row {
            name: "unavailable",
            effect: json!({ "type": "refuse", "status": 503, "body": "upstream connect error" }),
            expected: reconciling(Reason::Retrying, &["upstream connect error", "HTTP 503"]),
        },
        Row {
            name: "dropped",
            effect: json!({ "type": "dropBefore" }),
            expected: reconciling(
                Reason::Unreachable,
                &["the connection to 127.0.0.1 broke before an answer"],
            ),
        },
    ])
    .await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_asked_for_again() {
    every_read_fails([
        Row {
            name: "html",
            effect: json!({ "type": "corrupt", "how": "html" }),
            expected: reconciling(Reason::InvalidResponse, &["<h1>Scheduled maintenance</h1>"]),
        },
        Row {
            name: "truncated",
            effect: json!({ "type": "corrupt", "how": "truncate" }),
            expected: reconciling(Reason::InvalidResponse, &["{"]),
        },
        Row {
            name: "huge",
            effect: json!({ "type": "corrupt", "how": "huge" }),
            expected: reconciling(Reason::InvalidResponse, &["larger"]),
        },
    ])
    .await;
}

/// While reads fail, what is there is kept and nothing is made; afterwards all is as it should be.
async fn every_read_fails<const N: usize>(rows: [Row; N]) {
    join_all(rows.into_iter().map(every_read_fails_so)).await;
}

async fn every_read_fails_so(row: Row) {
    let name = row.name;
    let scene = Scene::new().await;
    let remote = scene.remote(name).await;
    scene.apply::<ImageCatalog>("win11", catalog(name)).await;
    let id = stream_id(&scene.available("win11").await);

    remote
        .fault(json!({ "match": { "method": "GET" }, "times": 0, "effect": row.effect }))
        .await;
    scene.apply::<ImageCatalog>("newcomer", catalog(name)).await;

    scene.shows::<ImageCatalog>("newcomer", row.expected).await;
    scene.shows::<CloudConnection>(name, row.expected).await;
    scene.others_go_on().await;
    let kept = scene.available("win11").await;
    assert_eq!(recorded_id(&kept), Some(id.clone()), "{name}");
    assert_eq!(image_ids(&remote).await, [id.as_str()], "{name}");
    assert_eq!(count(&remote, "createImage").await, (1, 1), "{name}");
    remote.clear_faults().await;

    scene.available("newcomer").await;
    scene.shows::<CloudConnection>(name, connected()).await;
    assert_eq!(stream_id(&scene.available("win11").await), id, "{name}");
    assert_eq!(count(&remote, "createImage").await, (2, 2), "{name}");
}

#[tokio::test]
async fn a_404_on_every_read_is_never_a_reason_to_make_an_image_again() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;
    let id = stream_id(&scene.available("win11").await);

    let gone =
        json!({ "type": "refuse", "status": 404, "code": "RESOURCE_NOT_FOUND", "message": "nothing here" });
    remote
        .fault(json!({ "match": { "method": "GET" }, "times": 0, "effect": gone }))
        .await;

    let message = ["is gone", "set recreatePolicy: WhenGone", &id];
    let missing: ImageCatalog = scene
        .shows("win11", stalled(Reason::RemoteMissing, &message))
        .await;
    assert_eq!(recorded_id(&missing), Some(id.clone()));
    scene.others_go_on().await;
    assert_eq!(count(&remote, "createImage").await, (1, 1));
    remote.clear_faults().await;

    assert_eq!(stream_id(&scene.available("win11").await), id);
    assert_eq!(count(&remote, "createImage").await, (1, 1));
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_shown_as_it_is_and_taken_for_work_in_progress() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;
    let id = stream_id(&scene.available("win11").await);

    let unknown = json!({ "type": "corrupt", "how": "unknownStatus" });
    remote
        .fault(json!({ "match": { "method": "GET" }, "times": 0, "effect": unknown }))
        .await;
    scene.apply::<ImageCatalog>("newcomer", catalog("remote")).await;

    let message = [
        "streamStatus is SIMULATED_FUTURE_STATUS",
        "versionStatus is SIMULATED_FUTURE_STATUS",
    ];
    for name in ["win11", "newcomer"] {
        let shown: ImageCatalog = scene
            .shows(name, reconciling(Reason::InTransition, &message))
            .await;
        let status = shown.status.unwrap();
        assert_eq!(status.stream_status.as_deref(), Some("SIMULATED_FUTURE_STATUS"));
        assert_eq!(status.version_status.as_deref(), Some("SIMULATED_FUTURE_STATUS"));
    }
    scene.others_go_on().await;
    scene.shows::<CloudConnection>("remote", connected()).await;
    remote.clear_faults().await;

    assert_eq!(stream_id(&scene.available("win11").await), id);
    scene.available("newcomer").await;
    assert_eq!(count(&remote, "createImage").await, (2, 2));
}
