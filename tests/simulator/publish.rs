//! Publishing, publishing again or further, and shrinking.

use serde_json::{Value, json};

use crate::support::{AZURE, AZURE_2, IMAGES, Made, Remote, VIEW, code, view_image};

fn publication() -> Value {
    json!({"providerLabel": "AZURE", "replicas": [{"providerInstanceId": AZURE_2}]})
}

async fn publish(remote: &Remote, made: &Made, body: &Value) -> (u16, Value) {
    remote
        .post(&format!("{}?action=publish", made.path()), body)
        .await
}

async fn copies(remote: &Remote, made: &Made) -> Vec<(String, String)> {
    let (_, page) = remote
        .get(&format!("{}/copies?sort=createdAt", made.path()))
        .await;
    let text = |copy: &Value, field: &str| copy[field].as_str().unwrap().to_owned();
    let all = page["content"].as_array().unwrap();
    all.iter()
        .map(|copy| (text(copy, "providerInstanceId"), text(copy, "status")))
        .collect()
}

fn copy(provider: &str, status: &str) -> (String, String) {
    (provider.to_owned(), status.to_owned())
}

#[tokio::test]
async fn a_publication_goes_through_its_stages_and_makes_replicas() {
    let mut remote = Remote::start().await;
    let made = remote.imported_image("win11").await;
    let mut body = publication();
    body["options"] = json!({"validateImage": true});
    let (status, answer) = publish(&remote, &made, &body).await;
    assert_eq!(
        (status, &answer["versionStatus"]),
        (201, &json!("PUBLISH_IN_PROGRESS")),
        "{answer}"
    );
    assert_eq!(answer["versionId"], made.version);
    let expected = [
        copy(AZURE, "PUBLISH_IN_PROGRESS"),
        copy(AZURE_2, "REPLICATION_PENDING"),
    ];
    assert_eq!(copies(&remote, &made).await, expected);
    for (seconds, version, first, second) in [
        (700, "PUBLISH_IN_PROGRESS", "SYSPREPING", "REPLICATION_PENDING"),
        (
            300,
            "PUBLISH_IN_PROGRESS",
            "CAPTURING_AND_UPLOADING_IMAGE_TO_SIG",
            "REPLICATION_PENDING",
        ),
        (400, "REPLICATION_IN_PROGRESS", "PUBLISH_COMPLETE", "REPLICATING"),
        (
            500,
            "VALIDATION_IN_PROGRESS",
            "VALIDATION_IN_PROGRESS",
            "VALIDATION_IN_PROGRESS",
        ),
        (400, "AVAILABLE", "AVAILABLE", "AVAILABLE"),
    ] {
        remote.advance(seconds).await;
        if seconds == 400 {
            remote.sign_in("demo-api-token").await;
        }
        assert_eq!(remote.version_status(&made).await, version);
        assert_eq!(
            copies(&remote, &made).await,
            [copy(AZURE, first), copy(AZURE_2, second)]
        );
    }
    let version = remote.version(&made).await;
    assert_eq!(
        (&version["state"], &version["options"]["validateImage"]),
        (&json!("PUBLISHED"), &json!(true))
    );
}

#[tokio::test]
async fn only_an_imported_version_can_be_published() {
    let mut remote = Remote::start().await;
    let made = remote.imported_image("win11").await;
    assert_eq!(publish(&remote, &made, &publication()).await.0, 201);
    let (status, body) = publish(&remote, &made, &publication()).await;
    assert_eq!((status, code(&body)), (412, "INVALID_RESOURCE_STATE"));
    remote.finish_work().await;
    assert_eq!(publish(&remote, &made, &publication()).await.0, 412);
}

#[tokio::test]
async fn a_publication_right_after_the_import_can_be_refused() {
    let mut remote = Remote::start_with(json!({"publishSettleSeconds": 60, "importSeconds": 9_970})).await;
    let made = remote.imported_image("win11").await;
    assert_eq!(remote.version_status(&made).await, "IMPORT_COMPLETE");
    assert_eq!(publish(&remote, &made, &publication()).await.0, 412);
    remote.advance(60).await;
    assert_eq!(publish(&remote, &made, &publication()).await.0, 201);
}

#[tokio::test]
async fn a_publication_needs_the_action_the_right_provider_and_known_replicas() {
    let mut remote = Remote::start().await;
    let made = remote.imported_image("win11").await;
    assert_eq!(remote.post(&made.path(), &publication()).await.0, 400);
    let (status, body) = publish(&remote, &made, &json!({"providerLabel": "VIEW"})).await;
    assert_eq!((status, code(&body)), (400, "UNSUPPORTED_PROVIDER"));
    let unknown = json!({"providerLabel": "AZURE", "replicas": [{"providerInstanceId": "x"}]});
    assert_eq!(publish(&remote, &made, &unknown).await.0, 400);
    assert_eq!(remote.version_status(&made).await, "IMPORT_COMPLETE");
}

#[tokio::test]
async fn a_failed_publication_is_published_again_by_republish() {
    let mut remote = Remote::start().await;
    let made = remote.imported_image("win11").await;
    let effect =
        json!({"type": "failWork", "errorCode": "AZURE_QUOTA_EXHAUSTED", "errorDetails": "no cores left"});
    remote
        .fault(json!({"match": {"operation": "publishVersion"}, "effect": effect}))
        .await;
    publish(&remote, &made, &publication()).await;
    remote.finish_work().await;
    assert_eq!(remote.version_status(&made).await, "FAILED");
    assert_eq!(
        copies(&remote, &made).await,
        [copy(AZURE, "PUBLISH_FAILED"), copy(AZURE_2, "REPLICATION_FAILED")]
    );
    let (status, answer) = remote
        .post(&format!("{}/republish", made.path()), &json!({}))
        .await;
    assert_eq!(
        (status, &answer["versionStatus"]),
        (202, &json!("PUBLISH_IN_PROGRESS"))
    );
    remote.finish_work().await;
    assert_eq!(remote.version_status(&made).await, "AVAILABLE");
    assert_eq!(
        copies(&remote, &made).await,
        [copy(AZURE, "AVAILABLE"), copy(AZURE_2, "AVAILABLE")]
    );
    let (_, page) = remote.get(&format!("{}/copies", made.path())).await;
    assert_eq!(page["content"][0]["errorCode"], Value::Null);
    assert_eq!(
        page["content"][0]["errorsHistory"][0]["code"],
        "AZURE_QUOTA_EXHAUSTED"
    );
}

#[tokio::test]
async fn a_failed_replica_leaves_the_version_partially_available() {
    let mut remote = Remote::start().await;
    let made = remote.imported_image("win11").await;
    let effect = json!({"type": "failWork", "errorCode": "IMAGE_REPLICATION_FAILED", "work": "replicate"});
    remote
        .fault(json!({"match": {"operation": "publishVersion"}, "effect": effect}))
        .await;
    publish(&remote, &made, &publication()).await;
    remote.finish_work().await;
    let version = remote.version(&made).await;
    assert_eq!(version["status"], "PARTIALLY_AVAILABLE");
    assert_eq!(version["state"], "PARTIALLY_PUBLISHED");
    assert_eq!(
        remote.get(&made.image_path()).await.1["status"],
        "PARTIALLY_AVAILABLE"
    );
    assert_eq!(
        copies(&remote, &made).await,
        [copy(AZURE, "AVAILABLE"), copy(AZURE_2, "REPLICATION_FAILED")]
    );
}

#[tokio::test]
async fn replicas_are_added_by_republish_and_taken_away_by_shrink() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let more = json!({"additionalReplicas": [{"providerInstanceId": AZURE_2}]});
    let (status, answer) = remote.post(&format!("{}/republish", made.path()), &more).await;
    assert_eq!(
        (status, &answer["versionStatus"]),
        (202, &json!("REPLICATION_IN_PROGRESS"))
    );
    assert_eq!(
        remote.post(&format!("{}/republish", made.path()), &more).await.0,
        409
    );
    remote.finish_work().await;
    assert_eq!(
        copies(&remote, &made).await,
        [copy(AZURE, "AVAILABLE"), copy(AZURE_2, "AVAILABLE")]
    );

    let shrink = format!("{}/shrink", made.path());
    let (status, answer) = remote
        .post(&shrink, &json!({"replicas": [{"providerInstanceId": AZURE_2}]}))
        .await;
    assert_eq!((status, &answer["status"]), (202, &json!("SHRINK_IN_PROGRESS")));
    let (status, body) = remote
        .post(&shrink, &json!({"replicas": [{"providerInstanceId": AZURE}]}))
        .await;
    assert_eq!((status, code(&body)), (412, "INVALID_RESOURCE_STATE"));
    remote.finish_work().await;
    assert_eq!(copies(&remote, &made).await, [copy(AZURE, "AVAILABLE")]);
    assert_eq!(remote.version(&made).await["lastTriggeredAction"], "SHRINK");
    for replicas in [
        json!([]),
        json!([{"providerInstanceId": AZURE}]),
        json!([{"providerInstanceId": AZURE_2}]),
    ] {
        assert_eq!(
            remote.post(&shrink, &json!({"replicas": replicas})).await.0,
            400,
            "{replicas}"
        );
    }
}

#[tokio::test]
async fn a_failed_import_cannot_be_republished() {
    let mut remote = Remote::start().await;
    let effect = json!({"type": "failWork", "errorCode": "INITATE_IMAGE_IMPORT_FAILED"});
    remote
        .fault(json!({"match": {"operation": "createImage"}, "effect": effect}))
        .await;
    let made = remote.imported_image("win11").await;
    assert_eq!(remote.version_status(&made).await, "FAILED");
    let (status, body) = remote
        .post(&format!("{}/republish", made.path()), &json!({}))
        .await;
    assert_eq!((status, code(&body)), (424, "INITIATE_VERSION_REPUBLISH_FAILED"));
}

#[tokio::test]
async fn a_view_image_is_published_in_its_own_form() {
    let mut remote = Remote::start().await;
    let (status, created) = remote.post(IMAGES, &view_image("golden")).await;
    assert_eq!(status, 201, "{created}");
    let made = Made::of_create(&created);
    remote.finish_work().await;
    let (status, body) = publish(&remote, &made, &publication()).await;
    assert_eq!((status, code(&body)), (400, "UNSUPPORTED_PROVIDER"));
    let targets = json!({"targetProviders": [{"providerInstanceId": VIEW, "providerLabel": "VIEW"}]});
    let (status, answer) = remote.post(&format!("{}/publish", made.path()), &targets).await;
    assert_eq!(
        (status, &answer["versionStatus"]),
        (201, &json!("PUBLISH_IN_PROGRESS")),
        "{answer}"
    );
    assert_eq!(answer["targetProviders"][0]["providerInstanceId"], VIEW);
    remote.finish_work().await;
    assert_eq!(remote.version_status(&made).await, "AVAILABLE");
    let v2 = made.path().replace("/v1/", "/v2/");
    assert_eq!(remote.post(&format!("{v2}/republish"), &json!({})).await.0, 400);
    assert_eq!(remote.post(&format!("{v2}/republish"), &targets).await.0, 202);
    assert_eq!(
        remote
            .post(&format!("{}/republish", made.path()), &json!({}))
            .await
            .0,
        400
    );
}
