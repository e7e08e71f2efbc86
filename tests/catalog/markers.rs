//! Markers follow the spec: promotion and rollback are an edit of one line.

use image_operator::api::{ImageCatalog, Reason};
use serde_json::{Value, json};

use crate::console::Console;
use crate::manifests::{gallery, with};
use crate::stage::{DEADLINE, Stage, condition, message, status, stream_id, text};
use crate::support::eventually;

/// A catalog with two versions that are available and a marker `default` on the first.
struct Promoted {
    stage: Stage,
    console: Console,
    image: String,
    first: String,
    second: String,
}

impl Promoted {
    async fn set() -> Self {
        let stage = Stage::set().await;
        let marker = json!({"markers": [{"name": "default"}]});
        stage.apply(&with(gallery("win11"), &marker)).await;
        let catalog = stage.ready("win11", Reason::Available).await;
        let (image, first) = (stream_id(&catalog), status(&catalog).version_id.clone().unwrap());
        let console = stage.console().await;
        let second = console.add_version(&image, &gallery("any")).await;
        Promoted {
            stage,
            console,
            image,
            first,
            second,
        }
    }

    /// Changes the entries of the spec.
    async fn ask(&self, markers: Value) {
        self.stage.edit("win11", &json!({ "markers": markers })).await;
    }

    /// Waits until a marker points at a version.
    async fn points_at(&self, name: &str, version: &str) {
        eventually(DEADLINE, &format!("{name} points at {version}"), async || {
            let all = self.stage.simulator.markers().await;
            let found = all.iter().find(|marker| marker["name"] == name);
            match found {
                Some(marker) if marker["versionId"] == version && marker["nextVersionId"].is_null() => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    }

    /// Waits until the condition `MarkersCurrent` says this of the present generation.
    async fn markers_current(&self, is_current: &str, reason: Reason) -> ImageCatalog {
        let description = format!("MarkersCurrent={is_current} for the reason {reason}");
        self.stage
            .catalog_is("win11", &description, |catalog| {
                let said = condition(&status(catalog).managed.conditions, "MarkersCurrent");
                said.is_some_and(|said| {
                    said.status == is_current
                        && said.reason == reason.as_str()
                        && said.observed_generation == catalog.metadata.generation
                })
            })
            .await
    }

    async fn request(&self, when: &str) {
        self.stage.request_reconcile("imagecatalog", "win11", when).await;
    }

    /// What was changed remotely since then.
    async fn operations_since(&self, seq: u64) -> Vec<String> {
        let changes = self.stage.changes_since(seq).await;
        changes.into_iter().map(|change| change.operation).collect()
    }
}

#[tokio::test]
async fn a_marker_is_promoted_and_rolled_back_by_one_line() {
    let scene = Promoted::set().await;
    scene.markers_current("True", Reason::MarkersInPlace).await;
    let before = scene.stage.last_request().await;

    scene
        .ask(json!([{"name": "default", "versionName": "2.0.0"}]))
        .await;
    scene.points_at("default", &scene.second).await;
    let promoted = scene.markers_current("True", Reason::MarkersInPlace).await;
    let shown = &status(&promoted).markers[0];
    assert_eq!(
        (shown.version_id.as_deref(), shown.status.as_deref()),
        (Some(scene.second.as_str()), Some("UPDATES_COMPLETED"))
    );
    scene.stage.ready("win11", Reason::Available).await;

    scene
        .ask(json!([{"name": "default", "versionId": scene.first}]))
        .await;
    scene.points_at("default", &scene.first).await;
    scene.stage.ready("win11", Reason::Available).await;
    assert_eq!(
        scene.operations_since(before).await,
        ["patchVersion", "patchVersion"]
    );

    scene.request("nothing is left to do").await;
    scene.stage.ready("win11", Reason::Available).await;
    assert_eq!(scene.operations_since(before).await.len(), 2);
}

#[tokio::test]
async fn a_move_under_way_is_told_until_it_is_done() {
    let scene = Promoted::set().await;
    scene
        .stage
        .simulator
        .settings(json!({"markerMoveSeconds": 360_000}))
        .await;

    scene
        .ask(json!([{"name": "default", "versionName": "2.0.0"}]))
        .await;

    let moving = scene.stage.reconciling("win11", Reason::MovingMarker).await;
    assert!(message(&moving).contains("marker"), "{}", message(&moving));
    let moving = scene.markers_current("False", Reason::MovingMarker).await;
    assert_eq!(
        status(&moving).managed_markers[0].moved_to.as_deref(),
        Some(scene.second.as_str())
    );
    scene.stage.simulator.advance(360_000).await;
    scene.stage.ready("win11", Reason::Available).await;
    scene.points_at("default", &scene.second).await;
}

#[tokio::test]
async fn a_marker_that_is_moved_by_hand_is_moved_back() {
    let scene = Promoted::set().await;
    let by_hand = json!({"markers": [{"name": "default"}]});
    scene
        .console
        .patch_version(&scene.image, &scene.second, &by_hand)
        .await;
    scene.points_at("default", &scene.second).await;

    scene.points_at("default", &scene.first).await;
    scene.stage.ready("win11", Reason::Available).await;
}

#[tokio::test]
async fn an_entry_that_is_removed_takes_its_marker_along_and_no_other() {
    let scene = Promoted::set().await;
    let theirs = json!({"markers": [{"name": "theirs"}]});
    scene
        .console
        .patch_version(&scene.image, &scene.second, &theirs)
        .await;

    scene.ask(json!([])).await;

    eventually(DEADLINE, "only the other marker is left", async || {
        let all = scene.stage.simulator.markers().await;
        let names: Vec<String> = all.iter().map(|marker| text(&marker["name"])).collect();
        if names == ["theirs"] {
            Ok(())
        } else {
            Err(format!("{names:?}"))
        }
    })
    .await;
    let ready = scene.stage.ready("win11", Reason::Available).await;
    assert_eq!(
        condition(&status(&ready).managed.conditions, "MarkersCurrent"),
        None
    );
}

#[tokio::test]
async fn a_marker_in_use_stays_until_it_is_free() {
    let scene = Promoted::set().await;
    let marker = text(&scene.stage.simulator.markers().await[0]["id"]);
    let pool = json!({"imageId": scene.image, "markerId": marker});
    scene.stage.simulator.pool(pool).await;

    scene.ask(json!([])).await;
    let stalled = scene.stage.stalled("win11", Reason::InUse).await;
    for words in [
        "free it there, and the request is sent again within a minute",
        "is used by a pool",
        "HTTP 409",
    ] {
        assert!(message(&stalled).contains(words), "{}", message(&stalled));
    }

    scene.stage.simulator.clear_pools().await;
    scene.stage.ready("win11", Reason::Available).await;
    assert!(scene.stage.simulator.markers().await.is_empty());
}

#[tokio::test]
async fn a_move_that_fails_stalls_until_somebody_asks_again() {
    let scene = Promoted::set().await;
    let effect = json!({
        "type": "failWork", "errorCode": "MARKER_MOVEMENT_CALL_FAILED", "errorDetails": "no pool answers",
    });
    let fault = json!({"match": {"operation": "patchVersion"}, "effect": effect});
    scene.stage.simulator.fault(fault).await;
    let before = scene.stage.last_request().await;

    scene
        .ask(json!([{"name": "default", "versionName": "2.0.0"}]))
        .await;
    let stalled = scene.stage.stalled("win11", Reason::MarkerMoveFailed).await;
    assert!(
        message(&stalled).contains("no pool answers"),
        "{}",
        message(&stalled)
    );
    scene.markers_current("False", Reason::MarkerMoveFailed).await;
    assert_eq!(scene.operations_since(before).await, ["patchVersion"]);

    scene.request("the pools answer").await;
    scene.points_at("default", &scene.second).await;
    scene.stage.ready("win11", Reason::Available).await;
    assert_eq!(scene.operations_since(before).await.len(), 2);
}

#[tokio::test]
async fn a_move_in_part_is_told_and_the_image_stays_ready() {
    let scene = Promoted::set().await;
    let effect = json!({
        "type": "failWork", "errorCode": "MARKER_MOVEMENT_PARTIALLY_SUCCEEDED", "errorDetails": "one pool is busy",
    });
    let fault = json!({"match": {"operation": "patchVersion"}, "effect": effect});
    scene.stage.simulator.fault(fault).await;

    scene
        .ask(json!([{"name": "default", "versionName": "2.0.0"}]))
        .await;

    let said = scene.markers_current("False", Reason::MarkerMovedInPart).await;
    let said = condition(&status(&said).managed.conditions, "MarkersCurrent").unwrap();
    assert!(said.message.contains("one pool is busy"), "{}", said.message);
    scene.stage.ready("win11", Reason::Available).await;
}

#[tokio::test]
async fn a_marker_waits_for_a_version_that_is_not_there_and_the_image_is_ready() {
    let scene = Promoted::set().await;
    let before = scene.stage.last_request().await;
    scene
        .ask(json!([{"name": "default"}, {"name": "next", "versionName": "3.0.0"}]))
        .await;

    let waiting = scene.markers_current("False", Reason::MarkerTargetAbsent).await;
    let said = condition(&status(&waiting).managed.conditions, "MarkersCurrent").unwrap();
    assert!(said.message.contains("no version 3.0.0"), "{}", said.message);
    scene.stage.ready("win11", Reason::Available).await;
    assert!(scene.operations_since(before).await.is_empty());

    let third = scene.console.add_version(&scene.image, &gallery("any")).await;
    scene.points_at("next", &third).await;
    scene.markers_current("True", Reason::MarkersInPlace).await;
}

#[tokio::test]
async fn a_lost_answer_to_a_move_leads_to_one_move() {
    let scene = Promoted::set().await;
    let fault = json!({"match": {"operation": "patchVersion"}, "effect": {"type": "dropAfter"}});
    scene.stage.simulator.fault(fault).await;
    let before = scene.stage.last_request().await;

    scene
        .ask(json!([{"name": "default", "versionName": "2.0.0"}]))
        .await;

    scene.points_at("default", &scene.second).await;
    scene.stage.ready("win11", Reason::Available).await;
    assert_eq!(scene.operations_since(before).await, ["patchVersion"]);
}

#[tokio::test]
async fn two_entries_for_one_marker_are_refused() {
    let scene = Stage::set().await;
    let twice = json!({"markers": [{"name": "default"}, {"name": "default", "versionName": "2.0.0"}]});
    let words = scene.refused(&with(gallery("win11"), &twice)).await;
    let duplicate = r#"spec.markers[1]: Duplicate value: {"name":"default"}"#;
    assert!(words.contains(duplicate), "{words}");

    let once = json!({"markers": [{"name": "default"}]});
    scene.apply(&with(gallery("win11"), &once)).await;
    scene.ready("win11", Reason::Available).await;
    assert_eq!(scene.simulator.markers().await.len(), 1);
}

#[tokio::test]
async fn a_version_id_of_another_catalog_is_told_and_the_marker_goes_where_it_is_corrected_to() {
    let scene = Promoted::set().await;
    scene.stage.apply(&gallery("win10")).await;
    let other = scene.stage.ready("win10", Reason::Available).await;
    let theirs = status(&other).version_id.clone().unwrap();
    let before = scene.stage.last_request().await;

    scene.ask(json!([{"name": "default", "versionId": theirs}])).await;
    let waiting = scene.markers_current("False", Reason::MarkerTargetAbsent).await;
    let said = condition(&status(&waiting).managed.conditions, "MarkersCurrent").unwrap();
    assert_eq!(
        said.message,
        format!("marker default waits: the image has no version with the id {theirs}: correct versionId")
    );
    scene.stage.ready("win11", Reason::Available).await;
    assert!(scene.operations_since(before).await.is_empty());

    scene
        .ask(json!([{"name": "default", "versionId": scene.second}]))
        .await;
    scene.points_at("default", &scene.second).await;
    scene.markers_current("True", Reason::MarkersInPlace).await;
}
