//! What a catalog does about its ImageVersions: its markers follow them, and its image goes after them.

use image_operator::api::{DeletionPolicy, ImageCatalog, ImageVersion, Reason};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde_json::{Value, json};

use crate::manifests::{gallery, with};
use crate::stage::{CATALOG, DEADLINE, Stage, gallery_version, status};
use crate::support::eventually;

/// The catalog with a marker `default` on an ImageVersion, or on the first version.
fn promoting(version: Option<&str>) -> Value {
    let marker = match version {
        Some(name) => json!({"name": "default", "versionRef": {"name": name}}),
        None => json!({"name": "default"}),
    };
    with(gallery(CATALOG), &json!({ "markers": [marker] }))
}

/// Waits until every marker of the catalog is in place.
async fn markers_are_in_place(stage: &Stage) -> ImageCatalog {
    let (what, reason) = ("the marker is in place", Reason::MarkersInPlace);
    catalog_says(stage, what, "MarkersCurrent", "True", reason).await
}

/// Waits until something holds of the conditions of the catalog.
async fn catalog_says(stage: &Stage, what: &str, kind: &str, status: &str, reason: Reason) -> ImageCatalog {
    let catalogs = stage.namespace.api::<ImageCatalog>();
    eventually(DEADLINE, what, async || {
        let catalog = catalogs.get(CATALOG).await.map_err(|error| error.to_string())?;
        let says = |condition: &Condition| {
            condition.type_ == kind && condition.status == status && condition.reason == reason.as_str()
        };
        let conditions = catalog.status.as_ref().map(|status| &status.managed.conditions);
        if conditions.is_some_and(|conditions| conditions.iter().any(says)) {
            Ok(catalog)
        } else {
            Err(serde_json::to_string(&catalog.status).unwrap())
        }
    })
    .await
}

fn message<'a>(catalog: &'a ImageCatalog, kind: &str) -> &'a str {
    let mut conditions = catalog
        .status
        .iter()
        .flat_map(|status| &status.managed.conditions);
    let found = conditions.find(|condition| condition.type_ == kind);
    found
        .map(|condition| condition.message.as_str())
        .unwrap_or_default()
}

async fn marker_is_at(stage: &Stage, version: &str) {
    eventually(DEADLINE, &format!("the marker points at {version}"), async || {
        let all = stage.simulator.markers().await;
        match all.as_slice() {
            [marker] if marker["versionId"] == version && marker["nextVersionId"].is_null() => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

#[tokio::test]
async fn a_marker_follows_an_imageversion_that_is_applied_with_it_and_back() {
    let stage = Stage::connected().await;
    let file = format!(
        "{}\n---\n{}",
        promoting(Some("november")),
        gallery_version("november")
    );
    stage.namespace.apply(&file).await.unwrap();

    let version = stage.ready("november", Reason::Available).await;
    let id = status(&version).version_id.clone().unwrap();
    marker_is_at(&stage, &id).await;
    let promoted = markers_are_in_place(&stage).await;
    let catalog = promoted.status.unwrap();
    let managed_by: Vec<_> = catalog
        .versions
        .iter()
        .map(|version| version.managed_by.as_deref())
        .collect();
    assert_eq!(
        managed_by,
        [Some("ImageCatalog/win11"), Some("ImageVersion/november")]
    );

    stage.apply(&promoting(None)).await;
    marker_is_at(&stage, &catalog.version_id.unwrap()).await;
    let moves = stage.requests("patchVersion").await;
    assert_eq!(moves.len(), 2, "{moves:?}");
}

#[tokio::test]
async fn one_line_of_the_sample_promotes_and_rolls_back() {
    let stage = Stage::connected().await;
    let sample = include_str!("../../deploy/samples/promotion.yaml");
    let line = "    - name: production\n      versionName: 1.0.0\n";
    let promoted = "    - name: production\n      versionRef: { name: desk-2025-11 }\n";
    let production_at = async |version: &str| {
        eventually(DEADLINE, &format!("production points at {version}"), async || {
            let versions = stage.simulator.versions().await;
            let id = versions.iter().find(|there| there["name"] == version);
            let markers = stage.simulator.markers().await;
            let marker = markers.iter().find(|marker| marker["name"] == "production");
            let there = id.zip(marker).is_some_and(|(version, marker)| {
                marker["versionId"] == version["id"] && marker["nextVersionId"].is_null()
            });
            there.then_some(()).ok_or(format!("{markers:?}"))
        })
        .await;
    };
    assert!(sample.contains(line));

    stage.namespace.apply(sample).await.unwrap();
    stage.ready("desk-2025-11", Reason::Available).await;
    production_at("1.0.0").await;
    stage
        .namespace
        .apply(&sample.replace(line, promoted))
        .await
        .unwrap();
    production_at("2.0.0").await;
    stage.namespace.apply(sample).await.unwrap();
    production_at("1.0.0").await;
}

#[tokio::test]
async fn a_marker_waits_for_an_imageversion_and_the_catalog_is_ready() {
    let stage = Stage::connected().await;
    stage.apply(&promoting(Some("november"))).await;
    let waiting = catalog_says(
        &stage,
        "the marker waits",
        "MarkersCurrent",
        "False",
        Reason::MarkerTargetAbsent,
    )
    .await;
    let said = message(&waiting, "MarkersCurrent");
    assert!(said.contains("there is no ImageVersion november"), "{said}");
    catalog_says(&stage, "the image is ready", "Ready", "True", Reason::Available).await;

    stage.simulator.settings(json!({ "copySeconds": 36000 })).await;
    stage.apply(&gallery_version("november")).await;
    catalog_says(
        &stage,
        "it waits on",
        "MarkersCurrent",
        "False",
        Reason::MarkerTargetNotAvailable,
    )
    .await;
    assert!(stage.simulator.markers().await.is_empty());

    stage.simulator.advance(36000).await;
    let version = stage.ready("november", Reason::Available).await;
    marker_is_at(&stage, status(&version).version_id.as_deref().unwrap()).await;
}

#[tokio::test]
async fn a_marker_does_not_follow_an_imageversion_of_another_catalog() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win10")).await;
    let theirs = with(
        gallery_version("theirs"),
        &json!({
            "catalogRef": {"name": "win10"}, "versionType": "MAJOR", "sourceVersionRef": null,
        }),
    );
    stage.apply(&theirs).await;
    stage.ready("theirs", Reason::Available).await;

    stage.apply(&promoting(Some("theirs"))).await;

    let waiting = catalog_says(
        &stage,
        "the marker waits",
        "MarkersCurrent",
        "False",
        Reason::MarkerTargetAbsent,
    )
    .await;
    let said = message(&waiting, "MarkersCurrent");
    assert_eq!(
        said,
        "marker default waits: there is no ImageVersion theirs with catalogRef win11: create it, or correct versionRef"
    );

    stage.apply(&gallery_version("ours")).await;
    let ours = stage.ready("ours", Reason::Available).await;
    stage.apply(&promoting(Some("ours"))).await;
    marker_is_at(&stage, status(&ours).version_id.as_deref().unwrap()).await;
    markers_are_in_place(&stage).await;
}

#[tokio::test]
async fn a_catalog_waits_for_its_imageversions_and_goes_after_them() {
    let stage = Stage::set().await;
    stage.apply(&gallery_version("november")).await;
    stage.ready("november", Reason::Available).await;
    let before = stage.last_request().await;

    stage.delete("imagecatalog", &[CATALOG]).await;
    let waiting = catalog_says(
        &stage,
        "the catalog waits",
        "Reconciling",
        "True",
        Reason::DependentsExist,
    )
    .await;
    let said = message(&waiting, "Ready");
    assert!(said.contains("ImageVersion/november"), "{said}");
    assert!(stage.changes_since(before).await.is_empty());

    stage.delete("imageversion", &["november"]).await;
    stage.gone::<ImageVersion>("november").await;
    stage.gone::<ImageCatalog>(CATALOG).await;
    assert!(stage.simulator.images().await.is_empty());
    assert_eq!(
        stage.changes_since(before).await,
        ["deleteVersion", "deleteVersion"]
    );
}

#[tokio::test]
async fn a_version_that_was_retained_keeps_the_image() {
    let stage = Stage::set().await;
    let retained = with(
        gallery_version("november"),
        &json!({ "deletionPolicy": DeletionPolicy::Retain }),
    );
    stage.apply(&retained).await;
    stage.ready("november", Reason::Available).await;
    stage.delete("imageversion", &["november"]).await;
    stage.gone::<ImageVersion>("november").await;

    stage.delete("imagecatalog", &[CATALOG]).await;

    let stalled = catalog_says(
        &stage,
        "the version is named",
        "Stalled",
        "True",
        Reason::ForeignVersions,
    )
    .await;
    assert!(
        message(&stalled, "Ready").contains("1.1.0"),
        "{}",
        message(&stalled, "Ready")
    );
    assert_eq!(stage.version_names().await, ["1.0.0", "1.1.0"]);
}

#[tokio::test]
async fn the_first_version_and_another_one_that_go_at_once_do_not_take_the_image_along() {
    let stage = Stage::set().await;
    stage.apply(&gallery_version("november")).await;
    stage.ready("november", Reason::Available).await;
    let hold = json!({ "match": { "operation": "deleteVersion" }, "effect": { "type": "holdBefore" } });
    let hold = stage.simulator.fault(hold).await;
    stage
        .apply(&with(gallery(CATALOG), &json!({ "initialVersion": "Remove" })))
        .await;
    eventually(DEADLINE, "the first version is about to go", async || {
        let fault = stage.simulator.fault_state(hold).await;
        let holding = fault.as_ref().is_some_and(|fault| fault.holding > 0);
        holding.then_some(()).ok_or(format!("{fault:?}"))
    })
    .await;

    stage.delete("imageversion", &["november"]).await;
    stage
        .version_is("november", "its deletion is written down", |version| {
            let mut parts = status(version).managed.parts.iter();
            parts.any(|part| {
                part.intent
                    .as_ref()
                    .is_some_and(|intent| intent.operation == "delete")
            })
        })
        .await;
    stage.simulator.release(hold).await;

    stage.gone::<ImageVersion>("november").await;
    assert_eq!(stage.version_names().await, ["1.1.0"]);
    let deletes = stage.requests("deleteVersion").await;
    assert_eq!(deletes.len(), 1, "{deletes:?}");
}
