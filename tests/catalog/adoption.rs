//! An image that exists becomes that of a resource, or does not.

use std::time::{SystemTime, UNIX_EPOCH};

use image_operator::api::{ImageCatalog, Reason};
use serde_json::json;

use crate::manifests::{gallery, with};
use crate::stage::{DEADLINE, Stage, message, status, stream_id};
use crate::support::eventually;

#[tokio::test]
async fn an_image_that_the_spec_names_is_adopted_and_deleted_with_its_resource() {
    let stage = Stage::set().await;
    let console = stage.console().await;
    let image = console.create_image(&gallery("any"), "by-hand").await;

    stage
        .apply(&with(gallery("win11"), &json!({"streamId": image})))
        .await;
    let catalog = stage.ready("win11", Reason::Available).await;
    assert_eq!(stream_id(&catalog), image);
    assert_eq!(status(&catalog).version_status.as_deref(), Some("AVAILABLE"));
    assert_eq!(
        status(&catalog).stream_description.as_deref(),
        Some("made by hand")
    );

    stage.delete("imagecatalog", "win11").await;
    stage.gone("win11").await;
    stage.no_image_is_left().await;
    assert_eq!(stage.creates().await, 1, "the one by hand");
}

#[tokio::test]
async fn an_id_that_does_not_exist_is_said_and_corrected_by_an_edit() {
    let stage = Stage::set().await;
    let console = stage.console().await;
    let image = console.create_image(&gallery("any"), "by-hand").await;
    let wrong = json!({"streamId": "65f000000000000000000000"});
    stage.apply(&with(gallery("win11"), &wrong)).await;
    let stalled = stage.stalled("win11", Reason::RemoteMissing).await;
    assert!(
        message(&stalled).contains("check the id"),
        "{}",
        message(&stalled)
    );

    stage.edit("win11", &json!({"streamId": image})).await;

    stage.ready("win11", Reason::Available).await;
    assert_eq!(stage.creates().await, 1, "the one by hand");
}

#[tokio::test]
async fn an_image_of_the_same_name_is_adopted_only_where_the_policy_says_so() {
    let stage = Stage::set().await;
    let console = stage.console().await;
    let image = console.create_image(&gallery("any"), "win11").await;

    stage.apply(&gallery("win11")).await;
    let stalled = stage.stalled("win11", Reason::NameTaken).await;
    assert!(message(&stalled).contains(&image), "{}", message(&stalled));
    assert_eq!(
        status(&stalled)
            .managed
            .candidates
            .first()
            .map(|one| one.id.as_str()),
        Some(image.as_str())
    );

    stage
        .edit("win11", &json!({"adoptionPolicy": "IfNameMatches"}))
        .await;
    let catalog = stage.ready("win11", Reason::Available).await;
    assert_eq!(stream_id(&catalog), image);
    assert!(status(&catalog).managed.candidates.is_empty());
    assert_eq!(stage.creates().await, 1, "the one by hand");
}

#[tokio::test]
async fn an_image_of_the_same_name_that_bears_anothers_mark_is_never_adopted() {
    let stage = Stage::set().await;
    stage.apply(&gallery("first")).await;
    let first = stage.ready("first", Reason::Available).await;
    let before = stage.last_request().await;

    let same_name = json!({"streamName": "first", "adoptionPolicy": "IfNameMatches"});
    stage.apply(&with(gallery("second"), &same_name)).await;
    stage.stalled("second", Reason::NameTaken).await;
    stage.delete("imagecatalog", "second").await;

    stage.gone("second").await;
    assert_eq!(stage.image_ids().await, [stream_id(&first)]);
    assert_eq!(stage.changes_since(before).await.len(), 0);
}

#[tokio::test]
async fn an_image_is_found_again_by_its_mark_when_the_resource_remembers_nothing() {
    let mut stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let image = stream_id(&stage.ready("win11", Reason::Available).await);

    stage.operator.kill().await.unwrap();
    stage.lose_memory("win11").await;
    stage.operator.restart().await.unwrap();

    let found = stage.ready("win11", Reason::Available).await;
    assert_eq!(stream_id(&found), image);
    assert_eq!(stage.creates().await, 1);
}

#[tokio::test]
async fn a_memory_that_is_lost_under_the_running_operator_is_restored() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let image = stream_id(&stage.ready("win11", Reason::Available).await);

    stage.lose_memory("win11").await;
    stage
        .request_reconcile("imagecatalog", "win11", "after the loss")
        .await;

    let found = stage.ready("win11", Reason::Available).await;
    assert_eq!(stream_id(&found), image);
    assert_eq!(stage.creates().await, 1);
}

#[tokio::test]
async fn of_two_resources_that_claim_one_image_the_older_keeps_it() {
    let stage = Stage::set().await;
    let console = stage.console().await;
    let image = console.create_image(&gallery("any"), "by-hand").await;
    let claim = json!({"streamId": image, "deletionPolicy": "Retain"});
    stage.apply(&with(gallery("older"), &claim)).await;
    let older = stage.ready("older", Reason::Available).await;
    wait_until_the_next_is_younger(&older).await;

    stage.apply(&with(gallery("younger"), &claim)).await;
    let refused = stage.stalled("younger", Reason::OwnedByOther).await;
    let owner = format!("ImageCatalog {}/older", stage.namespace.name);
    assert!(message(&refused).contains(&owner), "{}", message(&refused));
    stage.ready("older", Reason::Available).await;

    let before = stage.last_request().await;
    stage.delete("imagecatalog", "older").await;
    stage.gone("older").await;
    stage
        .request_reconcile("imagecatalog", "younger", "the older is gone")
        .await;
    let taken_over = stage.ready("younger", Reason::Available).await;
    assert_eq!(stream_id(&taken_over), image);
    assert_eq!(stage.changes_since(before).await.len(), 0);
}

#[tokio::test]
async fn deleting_the_younger_of_two_claimants_leaves_the_image_to_the_older() {
    let stage = Stage::set().await;
    let console = stage.console().await;
    let image = console.create_image(&gallery("any"), "by-hand").await;
    let claim = json!({"streamId": image});
    stage.apply(&with(gallery("older"), &claim)).await;
    let older = stage.ready("older", Reason::Available).await;
    wait_until_the_next_is_younger(&older).await;
    stage.apply(&with(gallery("younger"), &claim)).await;
    stage.stalled("younger", Reason::OwnedByOther).await;

    stage.delete("imagecatalog", "younger").await;

    stage.gone("younger").await;
    assert_eq!(stage.image_ids().await, [image]);
    stage.ready("older", Reason::Available).await;
}

#[tokio::test]
async fn an_image_that_differs_in_what_cannot_change_is_not_adopted() {
    let stage = Stage::set().await;
    let console = stage.console().await;
    let image = console.create_image(&gallery("any"), "by-hand").await;

    let differing = json!({"streamId": image, "os": "Windows 10 Enterprise, 22H2"});
    stage.apply(&with(gallery("win11"), &differing)).await;

    let stalled = stage.stalled("win11", Reason::AdoptionMismatch).await;
    assert!(
        message(&stalled)
            .contains(r#"os is "Windows 11 Enterprise, 24H2" there and "Windows 10 Enterprise, 22H2" here"#),
        "{}",
        message(&stalled)
    );
    stage.delete("imagecatalog", "win11").await;
    stage.gone("win11").await;
    assert_eq!(stage.image_ids().await, [image], "it was never its image");
}

/// The age of a resource is known to the second.
async fn wait_until_the_next_is_younger(older: &ImageCatalog) {
    let born = older.metadata.creation_timestamp.as_ref().unwrap().0.as_second();
    eventually(DEADLINE, "a second has passed", async || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        if i64::try_from(now).unwrap() > born {
            Ok(())
        } else {
            Err(now.to_string())
        }
    })
    .await;
}
