//! A resource is deleted, and its image with it, or not.

use image_operator::api::Reason;
use k8s_openapi::api::core::v1::Secret;
use serde_json::json;

use crate::manifests::{CONNECTION, TOKEN_SECRET, gallery, with};
use crate::stage::{DEADLINE, Stage, message, stream_id};
use crate::support::eventually;

#[tokio::test]
async fn deleting_a_resource_removes_its_image() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    stage.apply(&gallery("win10")).await;
    let kept = stage.ready("win10", Reason::Available).await;
    stage.ready("win11", Reason::Available).await;

    stage.delete("imagecatalog", "win11").await;

    stage.gone("win11").await;
    assert_eq!(stage.image_ids().await, [stream_id(&kept)]);
}

#[tokio::test]
async fn a_retained_image_stays_when_its_resource_is_deleted() {
    let stage = Stage::set().await;
    stage
        .apply(&with(gallery("win11"), &json!({"deletionPolicy": "Retain"})))
        .await;
    let catalog = stage.ready("win11", Reason::Available).await;
    let before = stage.last_request().await;

    stage.delete("imagecatalog", "win11").await;

    stage.gone("win11").await;
    assert_eq!(stage.image_ids().await, [stream_id(&catalog)]);
    assert_eq!(stage.changes_since(before).await.len(), 0);
}

#[tokio::test]
async fn an_observed_image_is_mirrored_and_never_written_to() {
    let stage = Stage::set().await;
    let console = stage.console().await;
    let image = console.create_image(&gallery("any"), "by-hand").await;
    let before = stage.last_request().await;
    let observed = json!({
        "managementPolicy": "Observe", "streamId": image, "versionDescription": "another", "initialVersion": "Remove",
    });
    stage.apply(&with(gallery("win11"), &observed)).await;
    let catalog = stage.ready("win11", Reason::Observed).await;
    assert_eq!(stream_id(&catalog), image);

    stage.delete("imagecatalog", "win11").await;

    stage.gone("win11").await;
    assert_eq!(stage.image_ids().await, [image]);
    let writes: Vec<_> = stage
        .simulator
        .requests_since(before)
        .await
        .into_iter()
        .filter(|request| request.method != "GET" && request.operation != "signIn")
        .collect();
    assert!(writes.is_empty(), "{writes:?}");
}

#[tokio::test]
async fn an_image_that_is_being_imported_is_deleted_when_the_remote_lets_it() {
    let stage = Stage::set().await;
    stage.simulator.settings(json!({"copySeconds": 36000})).await;
    stage.apply(&gallery("win11")).await;
    stage.reconciling("win11", Reason::Importing).await;

    stage.delete("imagecatalog", "win11").await;
    let waiting = stage.reconciling("win11", Reason::WaitingToDelete).await;
    assert!(message(&waiting).contains("422"), "{}", message(&waiting));
    assert_eq!(stage.image_ids().await.len(), 1);

    stage.simulator.advance(36000).await;
    stage.gone("win11").await;
    stage.no_image_is_left().await;
}

#[tokio::test]
async fn an_image_in_use_stays_until_it_is_free() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let catalog = stage.ready("win11", Reason::Available).await;
    let version = catalog.status.unwrap().version_id.unwrap();
    let image = stage.image_ids().await.remove(0);
    stage
        .simulator
        .pool(json!({"imageId": image, "versionId": version}))
        .await;

    stage.delete("imagecatalog", "win11").await;
    let stalled = stage.stalled("win11", Reason::InUse).await;
    assert!(
        message(&stalled).contains("is used by a pool"),
        "{}",
        message(&stalled)
    );
    assert_eq!(stage.image_ids().await, [image]);

    stage.simulator.clear_pools().await;
    stage
        .request_reconcile("imagecatalog", "win11", "the pool is gone")
        .await;
    stage.gone("win11").await;
    stage.no_image_is_left().await;
}

#[tokio::test]
async fn versions_that_others_made_keep_an_image_from_being_deleted() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let image = stream_id(&stage.ready("win11", Reason::Available).await);
    let console = stage.console().await;
    let foreign = console.add_version(&image, &gallery("any")).await;
    stage
        .catalog_is("win11", "two versions are seen", |catalog| {
            catalog
                .status
                .as_ref()
                .is_some_and(|status| status.versions.len() == 2)
        })
        .await;
    let before = stage.last_request().await;

    stage.delete("imagecatalog", "win11").await;
    let stalled = stage.stalled("win11", Reason::ForeignVersions).await;
    assert!(message(&stalled).contains("2.0.0"), "{}", message(&stalled));
    assert_eq!(stage.changes_since(before).await.len(), 0);

    console.delete_version(&image, &foreign).await;
    eventually(DEADLINE, "the other version is gone", async || {
        let versions = stage.simulator.versions().await;
        if versions.len() == 1 {
            Ok(())
        } else {
            Err(format!("{versions:?}"))
        }
    })
    .await;
    stage
        .request_reconcile("imagecatalog", "win11", "the version is gone")
        .await;
    stage.gone("win11").await;
    stage.no_image_is_left().await;
}

#[tokio::test]
async fn a_deleted_namespace_takes_its_images_along() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    stage.apply(&gallery("win10")).await;
    stage.ready("win11", Reason::Available).await;
    stage.ready("win10", Reason::Available).await;

    stage.delete_namespace().await;

    stage.no_image_is_left().await;
    stage.connection_gone(CONNECTION).await;
    stage.namespace_gone().await;
}

#[tokio::test]
async fn a_namespace_whose_secret_went_first_says_how_to_get_out() {
    let mut stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let image = stream_id(&stage.ready("win11", Reason::Available).await);
    stage.operator.kill().await.unwrap();
    stage.delete_namespace().await;
    let secrets = stage.namespace.api::<Secret>();
    eventually(DEADLINE, "the Secret is gone", async || {
        match secrets.get_opt(TOKEN_SECRET).await {
            Ok(None) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;

    stage.operator.restart().await.unwrap();
    let waiting = stage.reconciling("win11", Reason::SecretGoneWithNamespace).await;
    assert!(
        message(&waiting).contains("deletionPolicy: Retain"),
        "{}",
        message(&waiting)
    );
    assert_eq!(stage.image_ids().await, std::slice::from_ref(&image));

    stage.edit("win11", &json!({"deletionPolicy": "Retain"})).await;
    stage.namespace_gone().await;
    assert_eq!(stage.image_ids().await, [image]);
}
