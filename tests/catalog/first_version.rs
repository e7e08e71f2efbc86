//! What becomes of the first version of an image: its description, its mark, its retirement.

use image_operator::api::Reason;
use serde_json::json;

use crate::manifests::{gallery, with};
use crate::stage::{DEADLINE, Stage, message, status, stream_id, text};
use crate::support::eventually;

#[tokio::test]
async fn the_description_of_the_first_version_is_changed_in_place() {
    let stage = Stage::set().await;
    stage
        .apply(&with(gallery("win11"), &json!({"versionDescription": "July"})))
        .await;
    let catalog = stage.ready("win11", Reason::Available).await;
    assert_eq!(status(&catalog).version_description.as_deref(), Some("July"));
    let (image, version) = (stream_id(&catalog), status(&catalog).version_id.clone().unwrap());
    let before = stage.last_request().await;

    stage
        .edit("win11", &json!({"versionDescription": "August"}))
        .await;

    let catalog = stage
        .catalog_is("win11", "the new description is mirrored", |catalog| {
            status(catalog).version_description.as_deref() == Some("August")
        })
        .await;
    assert_eq!(stream_id(&catalog), image);
    let console = stage.console().await;
    let there = text(&console.version(&image, &version).await["description"]);
    assert!(there.starts_with("August [io1:"), "{there}");
    stage.ready("win11", Reason::Available).await;
    let changes = stage.changes_since(before).await;
    let operations: Vec<&str> = changes.iter().map(|change| change.operation.as_str()).collect();
    assert_eq!(operations, ["patchVersion"]);
}

#[tokio::test]
async fn a_mark_that_is_edited_away_is_put_back() {
    let stage = Stage::set().await;
    stage
        .apply(&with(gallery("win11"), &json!({"versionDescription": "July"})))
        .await;
    let catalog = stage.ready("win11", Reason::Available).await;
    let (image, version) = (stream_id(&catalog), status(&catalog).version_id.clone().unwrap());
    let console = stage.console().await;
    let marked = text(&console.version(&image, &version).await["description"]);

    let edited = json!({"description": "somebody else's words"});
    console.patch_version(&image, &version, &edited).await;
    stage
        .request_reconcile("imagecatalog", "win11", "after the edit")
        .await;

    console
        .description_becomes(&image, &version, |description| description == marked)
        .await;
    stage.ready("win11", Reason::Available).await;
}

#[tokio::test]
async fn a_description_that_the_remote_does_not_keep_is_given_up() {
    let stage = Stage::set().await;
    stage.simulator.settings(json!({"keepDescriptions": false})).await;
    stage
        .apply(&with(gallery("win11"), &json!({"versionDescription": "July"})))
        .await;

    let given_up = stage.stalled("win11", Reason::GivenUp).await;

    assert!(
        message(&given_up).contains("sent 5 times and had no effect"),
        "{}",
        message(&given_up)
    );
    assert_eq!(status(&given_up).version_status.as_deref(), Some("AVAILABLE"));
    let requests = stage.simulator.requests().await;
    let patches = requests
        .iter()
        .filter(|request| request.operation == "patchVersion");
    assert_eq!(patches.count(), 5);
    assert_eq!(stage.creates().await, 1);
}

#[tokio::test]
async fn the_first_version_is_retired_once_another_has_taken_its_place() {
    let stage = Stage::set().await;
    let markers = json!({"initialVersion": "Remove", "markers": [{"name": "default"}]});
    stage.apply(&with(gallery("win11"), &markers)).await;
    let catalog = stage.ready("win11", Reason::Available).await;
    let image = stream_id(&catalog);
    let console = stage.console().await;

    let second = console.add_version(&image, &gallery("any")).await;
    stage
        .catalog_is("win11", "both versions are available", |catalog| {
            let versions = &status(catalog).versions;
            versions.len() == 2
                && versions
                    .iter()
                    .all(|version| version.version_status.as_deref() == Some("AVAILABLE"))
        })
        .await;
    stage
        .request_reconcile("imagecatalog", "win11", "with a marker on the first")
        .await;
    stage
        .catalog_is("win11", "the request is heard", |catalog| {
            status(catalog).managed.last_handled_reconcile_at.as_deref() == Some("with a marker on the first")
        })
        .await;
    assert_eq!(
        version_names(&stage).await,
        ["1.0.0", "2.0.0"],
        "a marker points at the first"
    );

    let promoted = json!({"markers": [{"name": "default", "versionId": second}]});
    stage.edit("win11", &promoted).await;

    eventually(DEADLINE, "the first version is retired", async || {
        let left = version_names(&stage).await;
        if left == ["2.0.0"] {
            Ok(())
        } else {
            Err(format!("{left:?}"))
        }
    })
    .await;
    let retired = stage
        .catalog_is("win11", "one version is left in status", |catalog| {
            let names: Vec<_> = status(catalog)
                .versions
                .iter()
                .filter_map(|version| version.name.as_deref())
                .collect();
            names == ["2.0.0"]
        })
        .await;
    assert_eq!(stream_id(&retired), image);
    let ready = stage.ready("win11", Reason::Available).await;
    assert_eq!(status(&ready).versions[0].managed_by, None);
    assert_eq!(stage.creates().await, 1);
}

/// The names of all remote versions, in order.
async fn version_names(stage: &Stage) -> Vec<String> {
    let versions = stage.simulator.versions().await;
    let mut names: Vec<String> = versions.iter().map(|version| text(&version["name"])).collect();
    names.sort();
    names
}
