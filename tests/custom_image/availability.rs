//! From a manifest to an image that can be used, or to a sentence that says why not.

use image_operator::api::Reason;
use serde_json::json;

use crate::stage::{Stage, image, message, status};

#[tokio::test]
async fn an_image_is_imported_and_mirrored() {
    let stage = Stage::set().await;
    stage
        .apply(&image(
            "debian",
            &json!({ "imageDescription": "by the pipeline" }),
        ))
        .await;
    let ready = stage.ready("debian", Reason::Available).await;
    let status = status(&ready);
    let remote = stage.remote_images().await;
    assert_eq!(remote.len(), 1, "{remote:?}");
    assert_eq!(status.image_id.as_deref(), remote[0]["ImageId"].as_str());
    assert_eq!(status.state.as_deref(), Some("Available"));
    assert_eq!(status.image_name.as_deref(), Some("debian"));
    assert_eq!(status.image_description.as_deref(), Some("by the pipeline"));
    assert_eq!(
        (status.image_size, status.zone.as_deref()),
        (Some(20), Some("hk-01"))
    );
    assert_eq!(
        (status.region.as_deref(), status.project_id.as_deref()),
        (Some("hk"), Some("org-demo"))
    );
    assert_eq!(status.features, ["NetEnhnced", "HotPlug"]);
    assert!(status.create_time.is_some());
}

#[tokio::test]
async fn an_image_is_made_in_the_region_and_project_that_it_names() {
    let stage = Stage::set().await;
    let elsewhere = json!({ "region": "us-ca", "projectId": "org-other" });
    stage.apply(&image("debian", &elsewhere)).await;
    stage.ready("debian", Reason::Available).await;
    let remote = stage.remote_images().await;
    assert_eq!(
        (&remote[0]["Region"], &remote[0]["ProjectId"]),
        (&json!("us-ca"), &json!("org-other"))
    );
}

#[tokio::test]
async fn an_import_that_fails_later_says_what_to_check_and_is_made_again_on_request() {
    let stage = Stage::set().await;
    let fails = json!({ "match": { "operation": "importCustomImage" },
        "effect": { "type": "failWork", "errorCode": "none" } });
    stage.simulator.fault(fails).await;
    stage.apply(&image("broken", &json!({}))).await;
    let failed = stage.stalled("broken", Reason::ImportFailed).await;
    assert_eq!(status(&failed).state.as_deref(), Some("Unavailable"));
    for words in ["gives no reason", "ufileUrl", "spec.format", "recreate"] {
        assert!(message(&failed).contains(words), "{}", message(&failed));
    }

    stage.resolve("broken", "recreate").await;
    let ready = stage.ready("broken", Reason::Available).await;
    let remote = stage.remote_images().await;
    assert_eq!(remote.len(), 1, "{remote:?}");
    assert_eq!(status(&ready).image_id.as_deref(), remote[0]["ImageId"].as_str());
    assert_eq!(stage.changes("importCustomImage").await, 2);
}

#[tokio::test]
async fn a_presigned_address_comes_from_a_secret_and_is_shown_nowhere() {
    let stage = Stage::set().await;
    let secret = "TOPSECRETSIGNATURE";
    let url = format!("https://images.hk.ufileos.com/debian.qcow2?Signature={secret}&Expires=1");
    let from_secret = json!({ "ufileUrl": null, "ufileUrlSecretRef": { "name": "file", "key": "url" } });
    stage.apply(&image("debian", &from_secret)).await;
    let waits = stage.reconciling("debian", Reason::SecretNotFound).await;
    assert!(message(&waits).contains("\"file\""), "{}", message(&waits));

    stage.namespace.secret("file", &[("url", &url)]).await;
    let ready = stage.ready("debian", Reason::Available).await;
    let shown = serde_json::to_string(&ready).unwrap();
    assert!(!shown.contains(secret), "{shown}");
    assert!(!stage.operator.log().contains(secret));
}
