//! The connection that images are reached over.

use image_operator::api::Reason;
use image_operator::api::names::RECONCILE_REQUESTED_AT;
use serde_json::json;

use crate::manifests::{self, API_TOKEN, CONNECTION, TOKEN_SECRET, gallery};
use crate::stage::{DEADLINE, Stage, condition, message};
use crate::support::eventually;
use image_operator::api::CloudConnection;

#[tokio::test]
async fn a_secret_that_appears_later_is_picked_up() {
    let stage = Stage::bare().await;
    stage.apply(&gallery("win11")).await;
    let waiting = stage.reconciling("win11", Reason::ConnectionNotFound).await;
    assert!(
        message(&waiting).contains(r#"there is no CloudConnection "demo""#),
        "{}",
        message(&waiting)
    );
    stage.apply(&manifests::connection(stage.simulator.url())).await;
    stage
        .connection_is(CONNECTION, "False", Reason::SecretNotFound)
        .await;
    stage.reconciling("win11", Reason::ConnectionNotReady).await;

    stage.secrets().await;

    stage.connection_is(CONNECTION, "True", Reason::Connected).await;
    stage.ready("win11", Reason::Available).await;
}

#[tokio::test]
async fn a_rotated_secret_is_picked_up() {
    let stage = Stage::set().await;

    let wrong = [("token", "no such token")];
    stage.namespace.secret(TOKEN_SECRET, &wrong).await;
    stage
        .request_reconcile("cloudconnection", CONNECTION, "rotated to a wrong one")
        .await;
    stage
        .connection_is(CONNECTION, "False", Reason::InvalidCredentials)
        .await;
    stage.apply(&gallery("win11")).await;
    stage.reconciling("win11", Reason::ConnectionNotReady).await;

    let right = [("token", API_TOKEN)];
    stage.namespace.secret(TOKEN_SECRET, &right).await;
    stage.connection_is(CONNECTION, "True", Reason::Connected).await;
    stage.ready("win11", Reason::Available).await;
}

#[tokio::test]
async fn a_connection_in_use_goes_after_its_images() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    stage.ready("win11", Reason::Available).await;

    let secret = ["delete", "secret", TOKEN_SECRET];
    stage.namespace.kubectl(&secret).await.unwrap();
    stage.delete("cloudconnection", CONNECTION).await;
    let connections = stage.namespace.api::<CloudConnection>();
    let in_use = eventually(DEADLINE, "the connection says that it is in use", async || {
        let connection = connections
            .get(CONNECTION)
            .await
            .map_err(|error| error.to_string())?;
        let status = connection.status.unwrap_or_default();
        match condition(&status.conditions, "InUse") {
            Some(in_use) if in_use.status == "True" => Ok(in_use.clone()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    assert!(
        in_use.message.contains("ImageCatalog/win11"),
        "{}",
        in_use.message
    );
    assert_eq!(stage.image_ids().await.len(), 1);

    stage.delete("imagecatalog", "win11").await;

    stage.gone("win11").await;
    stage.no_image_is_left().await;
    stage.connection_gone(CONNECTION).await;
}

#[tokio::test]
async fn the_account_of_a_connection_cannot_be_changed() {
    let stage = Stage::set().await;
    let mut another = manifests::connection(stage.simulator.url());
    another["spec"]["horizonCloud"]["orgId"] = json!("00000000-0000-4000-8000-000000000002");

    let words = stage.refused(&another).await;

    assert!(
        words.contains("orgId cannot be changed: create another CloudConnection"),
        "{words}"
    );
}

#[tokio::test]
async fn a_requested_look_at_a_connection_is_echoed() {
    let stage = Stage::set().await;
    stage
        .annotate(
            "cloudconnection",
            CONNECTION,
            &format!("{RECONCILE_REQUESTED_AT}=now"),
        )
        .await;

    let connections = stage.namespace.api::<CloudConnection>();
    eventually(DEADLINE, "the request is echoed", async || {
        let connection = connections
            .get(CONNECTION)
            .await
            .map_err(|error| error.to_string())?;
        let heard = connection
            .status
            .and_then(|status| status.last_handled_reconcile_at);
        if heard.as_deref() == Some("now") {
            Ok(())
        } else {
            Err(format!("{heard:?}"))
        }
    })
    .await;
}
