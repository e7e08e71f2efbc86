//! What cannot work says so, with what to do about it.

use image_operator::api::Reason;
use serde_json::{Value, json};

use crate::stage::{Stage, image, message};
use crate::support::surfercloud::CONNECTION;

#[tokio::test]
async fn the_api_server_refuses_what_the_remote_would() {
    let stage = Stage::set().await;
    let rows = [
        (
            json!({ "format": "QCOW2" }),
            "spec.format",
            r#"Unsupported value: "QCOW2": supported values: "RAW", "VHD", "VMDK", "qcow2""#,
        ),
        (
            json!({ "ufileUrl": "ftp://host/disk" }),
            "spec.ufileUrl",
            "give the address of a file, such as https://bucket.hk.ufileos.com/disk.qcow2",
        ),
        (
            json!({ "osName": "Debian 12" }),
            "spec.osName",
            "osType Other needs osName Other",
        ),
        (
            json!({ "imageName": "x".repeat(64) }),
            "spec.imageName",
            "Too long: may not be more than 63 bytes",
        ),
    ];
    for (changes, field, words) in rows {
        let applied = stage.namespace.apply(&image("bad", &changes).to_string()).await;
        let said = applied.unwrap_err().to_string();
        assert!(said.contains(field), "{changes}: {said}");
        assert!(said.contains(words), "{changes}: {said}");
    }

    stage.apply(&image("bad", &json!({}))).await;
    stage.ready("bad", Reason::Available).await;
}

#[tokio::test]
async fn a_full_quota_is_said_and_the_image_is_imported_once_there_is_room() {
    let stage = Stage::set().await;
    let quota = json!({ "surferCloud": { "imageQuota": 1 } });
    stage.simulator.settings(quota).await;
    stage.apply(&image("fine", &json!({}))).await;
    stage.ready("fine", Reason::Available).await;
    stage.apply(&image("one-too-many", &json!({}))).await;
    let refused = stage.stalled("one-too-many", Reason::RemoteRejected).await;
    for words in [
        "8095",
        "the quota of custom images is used up: delete some, or ask the vendor for more",
        "sent again every minute",
    ] {
        assert!(message(&refused).contains(words), "{}", message(&refused));
    }
    // Elsewhere there is room.
    stage.apply(&image("elsewhere", &json!({ "region": "sg" }))).await;
    stage.ready("elsewhere", Reason::Available).await;

    stage.delete("fine").await;
    stage.gone("fine").await;
    stage.ready("one-too-many", Reason::Available).await;
}

#[tokio::test]
async fn a_wrong_key_a_wrong_project_and_a_missing_permission_are_told_apart() {
    let stage = Stage::bare().await;
    let rows: [(&str, &str, Value, Reason, &str); 4] = [
        (
            "demo-public",
            "wrong",
            json!({}),
            Reason::InvalidCredentials,
            "check the private key",
        ),
        (
            "nobody",
            "demo-private",
            json!({}),
            Reason::InvalidCredentials,
            "the public key is not known",
        ),
        (
            "demo-public",
            "demo-private",
            json!({ "projectId": "org-typo" }),
            Reason::ProjectNotFound,
            "check projectId",
        ),
        (
            "sub-public",
            "sub-private",
            json!({ "projectId": null }),
            Reason::AccessDenied,
            "those of a sub-account also need projectId",
        ),
    ];
    for (public, private, more, reason, words) in rows {
        stage.keys(public, private).await;
        stage.connect(&more).await;
        let said = stage.connection_is("False", reason).await;
        assert!(said.contains(words), "{said}");
        let arguments = ["delete", "cloudconnection", CONNECTION];
        stage.namespace.kubectl(&arguments).await.unwrap();
    }
}

#[tokio::test]
async fn an_image_waits_for_the_project_that_a_sub_account_needs() {
    let stage = Stage::bare().await;
    stage.keys("sub-public", "sub-private").await;
    stage.connect(&json!({ "projectId": null })).await;
    stage.apply(&image("debian", &json!({}))).await;
    let waiting = stage.reconciling("debian", Reason::ConnectionNotReady).await;
    for words in [
        "AccessDenied",
        "those of a sub-account also need projectId: it cannot be added later, so create another CloudConnection with it",
    ] {
        assert!(message(&waiting).contains(words), "{}", message(&waiting));
    }

    stage.connect_as("surfer-demo", &json!({})).await;
    let another = json!({ "connectionRef": { "name": "surfer-demo" } });
    stage.edit("debian", &another).await;
    stage.ready("debian", Reason::Available).await;
}

#[tokio::test]
async fn a_project_that_an_image_names_wrongly_is_its_own_problem() {
    let stage = Stage::set().await;
    stage
        .apply(&image("typo", &json!({ "projectId": "org-typo" })))
        .await;
    let typo = stage.stalled("typo", Reason::ProjectNotFound).await;
    assert!(message(&typo).contains("check projectId"), "{}", message(&typo));
    stage.apply(&image("fine", &json!({}))).await;
    stage.ready("fine", Reason::Available).await;
    stage.connection_is("True", Reason::Connected).await;

    stage.edit("typo", &json!({ "projectId": "org-demo" })).await;
    stage.ready("typo", Reason::Available).await;
}

#[tokio::test]
async fn a_connection_to_another_kind_of_account_is_said() {
    let stage = Stage::set().await;
    let catalog = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "ImageCatalog",
        "metadata": { "name": "win11" },
        "spec": {
            "connectionRef": { "name": CONNECTION },
            "sourceStreamType": "AZURE_SIG", "providerLabel": "AZURE", "providerInstanceId": "p-1",
            "os": "Windows 11", "osType": "WINDOWS", "gpuType": "NONE",
            "assetDetails": { "type": "AZURE_IMAGE_IN_SIG", "data": {
                "galleryAzureADTenantId": "t", "galleryImageResourceId": "/subscriptions/s",
            } },
        },
    });
    stage.apply(&catalog).await;
    let catalogs = stage.namespace.api::<image_operator::api::ImageCatalog>();
    let reason = crate::support::eventually(crate::stage::DEADLINE, "it is said", async || {
        let catalog = catalogs.get("win11").await.map_err(|error| error.to_string())?;
        let status = catalog.status.ok_or("no status")?;
        let ready = status.managed.conditions.first().cloned().ok_or("no condition")?;
        if ready.reason == "ConnectionNotReady" {
            Err(ready.message)
        } else {
            Ok(ready)
        }
    })
    .await;
    assert_eq!(reason.reason, Reason::ConnectionKindMismatch.as_str());
    assert!(
        reason.message.contains("surferCloud/hk/org-demo"),
        "{}",
        reason.message
    );
}
