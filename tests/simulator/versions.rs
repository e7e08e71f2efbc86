//! Adding, patching, deleting, validating and cloning versions.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{AZURE, Made, ORG, Remote, code, gallery_asset};

fn added_version(version_type: &str, source: Option<&str>) -> Value {
    json!({
        "orgId": ORG,
        "sourceVersionId": source,
        "versionType": version_type,
        "description": "added",
        "sourceType": "AZURE_SIG",
        "osType": "WINDOWS",
        "os": "Windows 11 Enterprise, 24H2",
        "gpuType": "NONE",
        "providerLabel": "AZURE",
        "providerInstanceId": AZURE,
        "assetDetails": gallery_asset(),
    })
}

fn cloned_version(version_type: &str) -> Value {
    json!({
        "orgId": ORG,
        "versionDescription": "cloned",
        "versionType": version_type,
        "assetDetails": {"type": "AZURE_NETWORK_RESOURCE", "data": {"vNet": "/v", "subNet": "/s"}},
    })
}

fn versions_of(made: &Made) -> String {
    format!("{}/versions", made.image_path())
}

#[tokio::test]
async fn an_added_version_is_numbered_after_its_source() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let (status, minor) = remote
        .post(&versions_of(&made), &added_version("MINOR", Some(&made.version)))
        .await;
    assert_eq!(status, 201, "{minor}");
    assert_eq!(minor["versionName"], "1.1.0");
    assert_eq!(minor["versionHistory"], json!(["1.0.0"]));
    assert_eq!(minor["imageId"], made.image);
    assert!(minor.get("streamId").is_none());
    let (_, major) = remote
        .post(&versions_of(&made), &added_version("MAJOR", None))
        .await;
    assert_eq!(major["versionName"], "2.0.0");
    remote.finish_work().await;
    let version = remote.version(&Made::of_version(&minor)).await;
    assert_eq!(version["status"], "AVAILABLE");
    assert_eq!(version["lastTriggeredAction"], "ADD_VERSION_FROM_COPIED_IMAGE");
    assert_eq!(remote.get(&made.image_path()).await.1["versionCount"], 3);
}

#[tokio::test]
async fn an_added_version_that_breaks_a_rule_is_refused() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let missing = "660000000000000000000000";
    let cases = [
        (added_version("MINOR", None), 400, "VALIDATION_FAILED"),
        (added_version("PATCH", None), 400, "INVALID_VERSION_TYPE"),
        (added_version("MINOR", Some(missing)), 404, "RESOURCE_NOT_FOUND"),
        (
            with(added_version("MAJOR", None), "osType", "LINUX"),
            400,
            "INVALID_OS_TYPE",
        ),
        (
            with(added_version("MAJOR", None), "gpuType", "AMD"),
            400,
            "INVALID_GPU_TYPE",
        ),
        (
            with(added_version("MAJOR", None), "sourceType", "AZURE_MARKET_PLACE"),
            405,
            "UNSUPPORTED_METHOD",
        ),
    ];
    for (body, status, expected) in cases {
        let (got, answer) = remote.post(&versions_of(&made), &body).await;
        assert_eq!((got, code(&answer)), (status, expected), "{body}");
    }
    assert_eq!(remote.get(&made.image_path()).await.1["versionCount"], 1);
}

fn with(mut body: Value, field: &str, value: &str) -> Value {
    body[field] = json!(value);
    body
}

#[tokio::test]
async fn nothing_can_be_added_to_a_market_place_image() {
    let mut remote = Remote::start().await;
    let made = remote.imported_image("win11").await;
    assert_eq!(
        remote
            .post(&versions_of(&made), &added_version("MAJOR", None))
            .await
            .0,
        405
    );
}

#[tokio::test]
async fn only_description_and_markers_can_be_patched() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let before = remote.version(&made).await;
    let (status, body) = remote
        .patch(&made.path(), &json!({"description": "new", "name": "9.9.9"}))
        .await;
    assert_eq!(
        (status, &body["description"], &body["name"]),
        (202, &json!("new"), &json!("1.0.0"))
    );
    assert!(body["version"].as_i64() > before["version"].as_i64());
    assert_eq!(remote.last_request().await["changed"], true);
    remote.patch(&made.path(), &json!({"description": "new"})).await;
    assert_eq!(
        remote.last_request().await["changed"],
        false,
        "the same again changes nothing"
    );
}

#[tokio::test]
async fn deleting_the_last_version_deletes_the_image() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let (_, added) = remote
        .post(&versions_of(&made), &added_version("MAJOR", None))
        .await;
    let second = Made::of_version(&added);
    remote.finish_work().await;
    assert_eq!(remote.delete(&made.path()).await, (202, Value::Null));
    assert_eq!(remote.version_status(&made).await, "DELETING");
    remote.finish_work().await;
    assert_eq!(remote.get(&made.path()).await.0, 404);
    assert_eq!(remote.get(&made.image_path()).await.1["versionCount"], 1);
    remote.delete(&second.path()).await;
    assert_eq!(remote.get(&made.image_path()).await.1["status"], "DELETING");
    remote.finish_work().await;
    assert_eq!(remote.get(&made.image_path()).await.0, 404);
    assert_eq!(remote.delete(&second.path()).await.0, 404);
}

#[tokio::test]
async fn a_version_in_transition_cannot_be_deleted() {
    let remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    for path in [made.path(), format!("{}?force=true", made.path())] {
        let (status, body) = remote.delete(&path).await;
        assert_eq!((status, code(&body)), (422, "INVALID_RESOURCE_STATE"));
    }
    remote.settings(json!({"forceDelete": "bypassesAll"})).await;
    assert_eq!(remote.delete(&made.path()).await.0, 422);
    assert_eq!(remote.delete(&format!("{}?force=true", made.path())).await.0, 202);
    remote.advance(150).await;
    assert_eq!(remote.state().await["images"], json!([]));
}

#[tokio::test]
async fn a_version_that_a_pool_uses_cannot_be_deleted() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let pool = json!({"imageId": made.image, "versionId": made.version});
    let id = remote.control(Method::POST, "pools", &pool).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (status, body) = remote.delete(&made.path()).await;
    assert_eq!((status, code(&body)), (409, "VERSION_IN_USE"));
    assert_eq!(remote.delete(&format!("{}?force=true", made.path())).await.0, 409);
    remote
        .control(Method::DELETE, &format!("pools/{id}"), &json!({}))
        .await;
    assert_eq!(remote.delete(&made.path()).await.0, 202);
}

#[tokio::test]
async fn force_gets_past_a_pool_when_set() {
    let mut remote = Remote::start_with(json!({"forceDelete": "bypassesInUse"})).await;
    let made = remote.available_image("win11").await;
    let pool = json!({"imageId": made.image, "versionId": made.version});
    remote.control(Method::POST, "pools", &pool).await;
    assert_eq!(remote.delete(&made.path()).await.0, 409);
    assert_eq!(remote.delete(&format!("{}?force=true", made.path())).await.0, 202);
}

#[tokio::test]
async fn a_clone_into_a_new_image_starts_at_1_and_waits_for_its_publication() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let path = format!("{}/clone?action=clone-image", made.path());
    let mut body = cloned_version("MAJOR");
    assert_eq!(remote.post(&path, &body).await.0, 400, "imageName is missing");
    body["imageName"] = json!("win11");
    assert_eq!(remote.post(&path, &body).await.0, 409);
    body["imageName"] = json!("win11-copy");
    let (status, created) = remote.post(&path, &body).await;
    assert_eq!(status, 201, "{created}");
    let clone = Made::of_version(&created);
    assert_ne!(clone.image, made.image);
    assert_eq!(created["versionName"], "1.0.0");
    assert_eq!(created["sourceType"], "COPIED_FROM_AZURE_VERSION");
    let (status, body) = remote.delete(&made.path()).await;
    assert_eq!((status, code(&body)), (409, "VERSION_IN_USE_AS_CLONE_SOURCE"));
    remote.finish_work().await;
    assert_eq!(remote.version_status(&clone).await, "IMPORT_COMPLETE");
    assert_eq!(remote.delete(&made.path()).await.0, 202);
}

#[tokio::test]
async fn a_clone_as_a_version_follows_its_source() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let (status, created) = remote
        .post(
            &format!("{}/clone?action=clone-version", made.path()),
            &cloned_version("MINOR"),
        )
        .await;
    assert_eq!(status, 201, "{created}");
    assert_eq!(
        (&created["versionName"], &created["imageId"]),
        (&json!("1.1.0"), &json!(made.image))
    );
    assert_eq!(created["sourceVersionId"], made.version);
    let (status, _) = remote
        .post(&format!("{}/clone", made.path()), &cloned_version("MINOR"))
        .await;
    assert_eq!(status, 400, "the action is required");
}

#[tokio::test]
async fn a_clone_that_breaks_a_rule_is_refused() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let path = format!("{}/clone?action=clone-version", made.path());
    let with_details = |details: Value| {
        let mut body = cloned_version("MINOR");
        body["assetDetails"] = details;
        body
    };
    for details in [
        json!({"type": "AZURE_NETWORK_RESOURCE"}),
        json!({"type": "AZURE_NETWORK_RESOURCE", "data": {"vNet": "/v"}}),
        json!({"type": "VIEW_INFRA_RESOURCE"}),
    ] {
        let (status, body) = remote.post(&path, &with_details(details.clone())).await;
        assert_eq!((status, code(&body)), (400, "VALIDATION_FAILED"), "{details}");
    }
    let missing = made.path().replace(&made.version, "660000000000000000000000");
    let path = format!("{missing}/clone?action=clone-version");
    assert_eq!(remote.post(&path, &cloned_version("MINOR")).await.0, 404);
    assert_eq!(remote.get(&made.image_path()).await.1["versionCount"], 1);
}

#[tokio::test]
async fn a_version_of_another_image_is_no_source() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let other = remote.available_image("win10").await;
    let body = added_version("MINOR", Some(&other.version));
    let (status, answer) = remote.post(&versions_of(&made), &body).await;
    assert_eq!((status, code(&answer)), (404, "RESOURCE_NOT_FOUND"));
}

#[tokio::test]
async fn a_version_that_is_not_available_cannot_be_cloned() {
    let remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    let path = format!("{}/clone?action=clone-version", made.path());
    assert_eq!(remote.post(&path, &cloned_version("MINOR")).await.0, 409);
}

#[tokio::test]
async fn a_validation_takes_time_and_shows_its_result() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let path = format!("{}/validate", made.path());
    let body = json!({"orgId": ORG, "validationInfraResourceDetails": {}});
    assert_eq!(remote.post(&path, &json!({"orgId": ORG})).await.0, 400);
    let (status, version) = remote.post(&path, &body).await;
    assert_eq!(
        (status, &version["status"]),
        (201, &json!("VALIDATION_IN_PROGRESS"))
    );
    assert_eq!(remote.post(&path, &body).await.0, 400, "one at a time");
    remote.finish_work().await;
    let version = remote.version(&made).await;
    assert_eq!(version["status"], "AVAILABLE");
    assert_eq!(version["versionValidationDetails"]["validationStatus"], "SUCCESS");
}

#[tokio::test]
async fn a_failed_validation_can_be_repeated() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let path = format!("{}/validate", made.path());
    let body = json!({"orgId": ORG, "validationInfraResourceDetails": {}});
    remote
        .fault(json!({
            "match": {"operation": "validateVersion"},
            "effect": {"type": "failWork", "errorCode": "VALIDATION_FAILED"},
        }))
        .await;
    remote.post(&path, &body).await;
    remote.finish_work().await;
    assert_eq!(remote.version_status(&made).await, "VALIDATION_FAILED");
    assert_eq!(remote.post(&path, &body).await.0, 201);
    remote.finish_work().await;
    assert_eq!(remote.version_status(&made).await, "AVAILABLE");
}

#[tokio::test]
async fn a_hidden_version_is_found_by_id_alone() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let effect = json!({"type": "hideFromListings", "seconds": 100});
    remote
        .fault(json!({"match": {"operation": "addVersion"}, "effect": effect}))
        .await;
    let (_, added) = remote
        .post(&versions_of(&made), &added_version("MAJOR", None))
        .await;
    let hidden = Made::of_version(&added);
    assert_eq!(remote.version(&hidden).await["name"], "2.0.0");
    assert_eq!(remote.get(&versions_of(&made)).await.1["totalElements"], 1);
    assert_eq!(
        remote.get("/imagemgmt/v1/image-copies").await.1["totalElements"],
        1
    );
    remote.advance(101).await;
    assert_eq!(remote.get(&versions_of(&made)).await.1["totalElements"], 2);
    assert_eq!(
        remote.get("/imagemgmt/v1/image-copies").await.1["totalElements"],
        2
    );
}

#[tokio::test]
async fn an_image_is_touched_when_its_status_or_its_number_of_versions_changes() {
    let mut remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    let created = remote.get(&made.image_path()).await.1;
    remote.finish_work().await;
    let available = remote.get(&made.image_path()).await.1;
    assert!(available["updatedAt"].as_str() > created["updatedAt"].as_str());
    remote.patch(&made.path(), &json!({"description": "new"})).await;
    assert_eq!(
        remote.get(&made.image_path()).await.1["version"],
        available["version"]
    );
    remote
        .post(&versions_of(&made), &added_version("MAJOR", None))
        .await;
    let grown = remote.get(&made.image_path()).await.1;
    assert!(grown["version"].as_i64() > available["version"].as_i64());
}
