//! Suspended resources make no remote call.

use image_operator::api::{CloudConnection, Reason};
use serde_json::json;

use crate::manifests::{self, gallery, with};
use crate::stage::DEADLINE;
use crate::stage::{Stage, status, stream_id};
use crate::support::eventually;

#[tokio::test]
async fn a_suspended_resource_is_not_created_until_it_is_let_go() {
    let stage = Stage::set().await;
    let before = stage.last_request().await;
    stage
        .apply(&with(gallery("win11"), &json!({"suspend": true})))
        .await;
    stage.suspended("win11").await;
    // The list of the account may be read meanwhile, for its connection.
    let changes = stage.changes_since(before).await;
    assert!(changes.is_empty(), "{changes:?}");

    stage.edit("win11", &json!({"suspend": false})).await;

    stage.ready("win11", Reason::Available).await;
    assert_eq!(stage.creates().await, 1);
}

#[tokio::test]
async fn a_suspended_image_stays_ready_while_nothing_else_was_asked_for() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    stage.ready("win11", Reason::Available).await;

    stage.edit("win11", &json!({"suspend": true})).await;

    stage.ready("win11", Reason::Available).await;
}

#[tokio::test]
async fn an_edit_of_a_suspended_image_is_not_applied_and_not_called_ready() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let image = stream_id(&stage.ready("win11", Reason::Available).await);
    stage.edit("win11", &json!({"suspend": true})).await;
    stage.ready("win11", Reason::Available).await;
    let before = stage.last_request().await;

    stage
        .edit("win11", &json!({"versionDescription": "edited"}))
        .await;

    stage.suspended("win11").await;
    let about_it: Vec<_> = stage
        .simulator
        .requests_since(before)
        .await
        .into_iter()
        .filter(|request| request.changed || request.path.contains(&image))
        .collect();
    assert!(about_it.is_empty(), "{about_it:?}");

    stage.edit("win11", &json!({"suspend": false})).await;
    let catalog = stage.ready("win11", Reason::Available).await;
    let version = status(&catalog).version_id.clone().unwrap();
    let console = stage.console().await;
    console
        .description_becomes(&image, &version, |description| {
            description.starts_with("edited [io1:")
        })
        .await;
}

#[tokio::test]
async fn an_edit_that_comes_together_with_the_suspension_is_not_called_ready() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    stage.ready("win11", Reason::Available).await;

    let both = json!({"suspend": true, "versionDescription": "edited"});
    stage.edit("win11", &both).await;

    stage.suspended("win11").await;
}

#[tokio::test]
async fn a_suspended_resource_that_is_deleted_waits_and_its_image_stays() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let catalog = stage.ready("win11", Reason::Available).await;
    stage.edit("win11", &json!({"suspend": true})).await;
    stage.ready("win11", Reason::Available).await;

    stage.delete("imagecatalog", "win11").await;
    stage.suspended("win11").await;
    assert_eq!(stage.image_ids().await, [stream_id(&catalog)]);

    stage.edit("win11", &json!({"suspend": false})).await;
    stage.gone("win11").await;
    stage.no_image_is_left().await;
}

#[tokio::test]
async fn a_suspended_connection_stops_every_call_of_its_account() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    stage.ready("win11", Reason::Available).await;
    suspend_connection(&stage, true).await;
    let before = stage.last_request().await;

    stage.apply(&gallery("win10")).await;
    stage.suspended("win10").await;
    stage
        .request_reconcile("imagecatalog", "win11", "while suspended")
        .await;
    stage
        .request_reconcile("cloudconnection", manifests::CONNECTION, "while suspended")
        .await;
    eventually(DEADLINE, "the connection has heard the request", async || {
        let connection = stage.namespace.api::<CloudConnection>();
        let connection = connection.get(manifests::CONNECTION).await.unwrap();
        let heard = connection
            .status
            .and_then(|status| status.last_handled_reconcile_at);
        if heard.as_deref() == Some("while suspended") {
            Ok(())
        } else {
            Err(format!("{heard:?}"))
        }
    })
    .await;
    stage.ready("win11", Reason::Available).await;
    let calls = stage.simulator.requests_since(before).await;
    assert!(calls.is_empty(), "{calls:?}");

    suspend_connection(&stage, false).await;
    stage.ready("win10", Reason::Available).await;
}

async fn suspend_connection(stage: &Stage, suspend: bool) {
    let mut connection = manifests::connection(stage.simulator.url());
    connection["spec"]["suspend"] = json!(suspend);
    stage.apply(&connection).await;
    let (ready, reason) = if suspend {
        ("False", Reason::Suspended)
    } else {
        ("True", Reason::Connected)
    };
    stage.connection_is(manifests::CONNECTION, ready, reason).await;
}
