//! Markers: made by bodies, moved by patches, deleted by themselves.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{COPY_IMAGE, Made, Remote, code, gallery_image};

/// An image with the marker `default` on its first version, and a second version that is available.
async fn two_versions(remote: &mut Remote) -> (Made, Made, String) {
    let mut image = gallery_image("win11");
    image["markers"] = json!([{"name": "default"}]);
    let (_, created) = remote.post(COPY_IMAGE, &image).await;
    let first = Made::of_create(&created);
    let marker = created["markers"][0]["id"].as_str().unwrap().to_owned();
    remote.finish_work().await;
    let second = add(remote, &first).await;
    remote.finish_work().await;
    (first, second, marker)
}

async fn add(remote: &Remote, made: &Made) -> Made {
    let mut version = gallery_image("unused");
    version["versionType"] = json!("MAJOR");
    version["description"] = json!("second");
    version["sourceType"] = json!("AZURE_SIG");
    let (status, added) = remote
        .post(&format!("{}/versions", made.image_path()), &version)
        .await;
    assert_eq!(status, 201, "{added}");
    Made::of_version(&added)
}

async fn marker(remote: &Remote, made: &Made, id: &str) -> Value {
    let (status, marker) = remote.get(&format!("{}/markers/{id}", made.image_path())).await;
    assert_eq!(status, 200, "{marker}");
    marker
}

fn default_marker() -> Value {
    json!({"markers": [{"name": "default"}]})
}

#[tokio::test]
async fn a_marker_moves_in_the_background_and_says_where_to() {
    let mut remote = Remote::start().await;
    let (first, second, id) = two_versions(&mut remote).await;
    let (status, _) = remote.patch(&second.path(), &default_marker()).await;
    assert_eq!(status, 202);
    let moving = marker(&remote, &first, &id).await;
    assert_eq!(moving["status"], "IN_PROGRESS");
    assert_eq!(
        (&moving["versionId"], &moving["nextVersionId"]),
        (&json!(first.version), &json!(second.version))
    );
    for (seconds, status) in [
        (20, "VALIDATION_COMPLETED"),
        (15, "UPDATES_INITIATED"),
        (30, "UPDATES_COMPLETED"),
    ] {
        remote.advance(seconds).await;
        assert_eq!(marker(&remote, &first, &id).await["status"], status);
    }
    let moved = marker(&remote, &first, &id).await;
    assert_eq!(
        (&moved["versionId"], &moved["nextVersionId"]),
        (&json!(second.version), &Value::Null)
    );
    assert_eq!(remote.version(&second).await["markers"][0]["name"], "default");
    assert_eq!(remote.version(&first).await["markers"], json!([]));
}

#[tokio::test]
async fn a_marker_on_the_move_is_left_alone() {
    let mut remote = Remote::start().await;
    let (first, second, id) = two_versions(&mut remote).await;
    remote.patch(&second.path(), &default_marker()).await;
    assert_eq!(
        remote.patch(&second.path(), &default_marker()).await.0,
        202,
        "the same move again"
    );
    assert_eq!(
        remote.patch(&first.path(), &default_marker()).await.0,
        409,
        "another move"
    );
    assert_eq!(
        remote
            .delete(&format!("{}/markers/{id}", first.image_path()))
            .await
            .0,
        412
    );
    assert_eq!(remote.delete(&second.path()).await.0, 409, "its version to be");
}

#[tokio::test]
async fn a_marker_stays_when_the_version_is_not_available() {
    let mut remote = Remote::start().await;
    let (first, _, id) = two_versions(&mut remote).await;
    let third = add(&remote, &first).await;
    assert_eq!(remote.patch(&third.path(), &default_marker()).await.0, 202);
    remote.advance(60).await;
    let stayed = marker(&remote, &first, &id).await;
    assert_eq!(
        (&stayed["status"], &stayed["versionId"]),
        (&json!("VALIDATION_FAILED"), &json!(first.version))
    );
}

#[tokio::test]
async fn a_move_can_be_made_to_fail() {
    let mut remote = Remote::start().await;
    let (first, second, id) = two_versions(&mut remote).await;
    let effect =
        json!({"type": "failWork", "errorCode": "MARKER_MOVEMENT_CALL_FAILED", "errorDetails": "no"});
    remote
        .fault(json!({"match": {"operation": "patchVersion"}, "effect": effect}))
        .await;
    remote.patch(&second.path(), &default_marker()).await;
    remote.advance(60).await;
    let failed = marker(&remote, &first, &id).await;
    assert_eq!(failed["status"], "UPDATES_FAILED");
    assert_eq!(failed["errorCode"], "MARKER_MOVEMENT_CALL_FAILED");
    assert_eq!(failed["versionId"], json!(first.version));
}

#[tokio::test]
async fn a_move_that_reaches_some_pools_only_says_so() {
    let mut remote = Remote::start().await;
    let (first, second, id) = two_versions(&mut remote).await;
    let effect = json!({"type": "failWork", "errorCode": "MARKER_MOVEMENT_PARTIALLY_SUCCEEDED"});
    remote
        .fault(json!({"match": {"operation": "patchVersion"}, "effect": effect}))
        .await;
    remote.patch(&second.path(), &default_marker()).await;
    remote.advance(60).await;
    let moved = marker(&remote, &first, &id).await;
    assert_eq!(moved["status"], "UPDATES_PARTIALLY_COMPLETED");
    assert_eq!(moved["versionId"], json!(second.version));
}

#[tokio::test]
async fn a_marker_is_not_pointed_at_a_version_of_another_image() {
    let mut remote = Remote::start().await;
    let (first, _, id) = two_versions(&mut remote).await;
    let other = remote.available_image("win10").await;
    let foreign = Made {
        image: first.image.clone(),
        version: other.version,
    };
    let (status, body) = remote.patch(&foreign.path(), &default_marker()).await;
    assert_eq!((status, code(&body)), (404, "RESOURCE_NOT_FOUND"));
    let stayed = marker(&remote, &first, &id).await;
    assert_eq!(stayed["versionId"], json!(first.version));
}

#[tokio::test]
async fn a_marker_that_a_pool_uses_cannot_be_deleted_nor_can_its_version() {
    let mut remote = Remote::start().await;
    let (first, second, id) = two_versions(&mut remote).await;
    let pool = json!({"imageId": first.image, "markerId": id});
    remote.control(Method::POST, "pools", &pool).await;
    let path = format!("{}/markers/{id}", first.image_path());
    let (status, body) = remote.delete(&path).await;
    assert_eq!((status, code(&body)), (409, "MARKER_IN_USE"));
    assert_eq!(remote.delete(&first.path()).await.0, 409);
    assert_eq!(remote.delete(&second.path()).await.0, 202);
    remote.control(Method::DELETE, "pools", &json!({})).await;
    assert_eq!(remote.delete(&path).await.0, 204);
    assert_eq!(remote.get(&path).await.0, 404);
}

#[tokio::test]
async fn markers_are_listed_with_the_copies_they_stand_for() {
    let mut remote = Remote::start().await;
    let (first, _, id) = two_versions(&mut remote).await;
    let (status, page) = remote.get(&format!("{}/markers", first.image_path())).await;
    assert_eq!((status, &page["content"][0]["id"]), (200, &json!(id)));
    let catalog = first.image_path().replace("imagemgmt", "ims-catalog");
    let (status, page) = remote.get(&format!("{catalog}/markers/{id}/copies")).await;
    assert_eq!(
        (status, &page["content"][0]["versionId"]),
        (200, &json!(first.version))
    );
}
