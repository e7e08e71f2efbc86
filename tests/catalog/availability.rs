//! An image is declared and becomes available.

use futures::{StreamExt, TryStreamExt};
use image_operator::api::{ImageCatalog, ImageCatalogStatus, Reason};
use k8s_openapi::api::events::v1::Event;
use kube::api::{ListParams, WatchEvent, WatchParams};
use serde_json::json;

use crate::manifests::{self, gallery, market_place, published, with};
use crate::stage::{DEADLINE, Stage, condition, remote_id, status, stream_id, text};
use crate::support::eventually;

#[tokio::test]
async fn an_image_of_a_gallery_becomes_available_and_its_status_mirrors_the_remote() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;

    let catalog = stage.ready("win11", Reason::Available).await;

    let status = status(&catalog);
    let remote = stage.simulator.state().await;
    let (image, version, copy) = (&remote["images"][0], &remote["versions"][0], &remote["copies"][0]);
    let mirrored = |field: &Option<String>| field.clone().unwrap_or_default();
    assert_eq!(mirrored(&status.stream_id), text(&image["id"]));
    assert_eq!(mirrored(&status.stream_name), "win11");
    assert_eq!(mirrored(&status.stream_status), "AVAILABLE");
    assert_eq!(mirrored(&status.version_id), text(&version["id"]));
    assert_eq!(mirrored(&status.version_name), "1.0.0");
    assert_eq!(mirrored(&status.version_status), "AVAILABLE");
    assert_eq!(mirrored(&status.asset_id), text(&copy["id"]));
    assert_eq!(mirrored(&status.asset_status), "AVAILABLE");
    assert_eq!(
        mirrored(&status.stream_description),
        "Windows 11 from the gallery of the image factory",
        "without the owner mark"
    );
    assert_eq!(status.versions.len(), 1);
    assert_eq!(
        status.versions[0].managed_by.as_deref(),
        Some("ImageCatalog/win11")
    );
    assert_eq!(status.copies.len(), 1);
    assert_eq!(
        status.copies[0].provider_instance_id.as_deref(),
        Some("65f0c0ffee0000000000a001")
    );
    assert!(remote_id(&catalog).is_some_and(|remembered| remembered.contains(&stream_id(&catalog))));
    assert_eq!(stage.creates().await, 1);
}

#[tokio::test]
async fn a_person_sees_with_kubectl_where_an_image_stands() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;

    let wait = ["wait", "--for=condition=Ready", "icat/win11", "--timeout=90s"];
    stage.namespace.kubectl(&wait).await.unwrap();

    let table = stage.namespace.kubectl(&["get", "imagecatalogs"]).await.unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        rows[0],
        ["NAME", "STREAM", "VERSION", "ASSET", "READY", "REASON", "AGE"]
    );
    assert_eq!(
        rows[1][..6],
        ["win11", "AVAILABLE", "1.0.0", "AVAILABLE", "True", "Available"]
    );
    let everything = stage.namespace.kubectl(&["get", "image-operator"]).await.unwrap();
    assert!(
        everything.contains("cloudconnection.image-operator.dev/demo"),
        "{everything}"
    );
}

#[tokio::test]
async fn every_status_on_the_way_says_where_the_image_stands() {
    let stage = Stage::set().await;
    let catalogs = stage.namespace.api::<ImageCatalog>();
    let win11 = WatchParams::default().fields("metadata.name=win11");
    let mut watched = catalogs.watch(&win11, "0").await.unwrap().boxed();
    stage.apply(&gallery("win11")).await;

    let mut written = Vec::new();
    let is_ready = |status: &ImageCatalogStatus| {
        condition(&status.managed.conditions, "Ready").is_some_and(|ready| ready.status == "True")
    };
    while !written.last().is_some_and(is_ready) {
        let event = tokio::time::timeout(DEADLINE, watched.try_next()).await;
        if let Some(WatchEvent::Added(catalog) | WatchEvent::Modified(catalog)) =
            event.expect("it becomes ready").unwrap()
        {
            written.push(status(&catalog).clone());
        }
    }

    let looked_at = written
        .iter()
        .filter(|status| status.managed.observed_generation != -1);
    for status in looked_at {
        let conditions = &status.managed.conditions;
        assert!(condition(conditions, "Ready").is_some(), "{status:?}");
        assert_ne!(
            is_ready(status),
            condition(conditions, "Reconciling").is_some_and(|condition| condition.status == "True"),
            "{status:?}"
        );
        assert!(condition(conditions, "Stalled").is_none(), "{status:?}");
    }
    let intents = written
        .iter()
        .filter(|status| status.managed.parts.iter().any(|part| part.intent.is_some()));
    assert_eq!(intents.count(), 1, "the create was written ahead, once");
}

#[tokio::test]
async fn what_happens_to_an_image_is_told_in_events() {
    let stage = Stage::set().await;
    stage.apply(&gallery("win11")).await;
    let catalog = stage.ready("win11", Reason::Available).await;

    let events = stage.namespace.api::<Event>();
    let told = eventually(DEADLINE, "the events are told", async || {
        let listed = events.list(&ListParams::default()).await;
        let listed = listed.map_err(|error| error.to_string())?;
        let reasons: Vec<String> = listed
            .items
            .iter()
            .filter(|event| {
                event
                    .regarding
                    .as_ref()
                    .is_some_and(|object| object.uid == catalog.metadata.uid)
            })
            .filter_map(|event| event.reason.clone())
            .collect();
        let told = ["Creating", "Available"]
            .iter()
            .all(|wanted| reasons.iter().any(|reason| reason == wanted));
        if told {
            Ok(reasons)
        } else {
            Err(format!("{reasons:?}"))
        }
    })
    .await;
    assert!(told.len() < 10, "not every pass is worth telling: {told:?}");
}

#[tokio::test]
async fn an_image_that_is_imported_waits_for_a_person_and_is_published_when_told() {
    let stage = Stage::set().await;
    stage.apply(&market_place("desk")).await;
    let imported = stage.ready("desk", Reason::ImportComplete).await;
    assert_eq!(
        status(&imported).version_status.as_deref(),
        Some("IMPORT_COMPLETE")
    );
    assert_eq!(status(&imported).markers[0].name.as_deref(), Some("default"));

    stage
        .edit("desk", &json!({"publish": manifests::publish()}))
        .await;

    let available = stage.ready("desk", Reason::Available).await;
    assert_eq!(stream_id(&available), stream_id(&imported));
    assert_eq!(status(&available).stream_status.as_deref(), Some("AVAILABLE"));
    let copies: Vec<_> = status(&available)
        .copies
        .iter()
        .map(|copy| (copy.provider_instance_id.as_deref(), copy.asset_status.as_deref()))
        .collect();
    assert!(
        copies.contains(&(Some("65f0c0ffee0000000000a002"), Some("AVAILABLE"))),
        "{copies:?}"
    );
    assert_eq!(operations(&stage).await, ["createImage", "publishVersion"]);
}

#[tokio::test]
async fn an_image_with_publish_goes_from_the_market_place_to_available_by_itself() {
    let stage = Stage::set().await;
    stage.apply(&published("desk")).await;

    let available = stage.ready("desk", Reason::Available).await;

    assert_eq!(status(&available).version_status.as_deref(), Some("AVAILABLE"));
    assert_eq!(operations(&stage).await, ["createImage", "publishVersion"]);
    let changed = with(
        published("desk"),
        &json!({"publish": {"proxyServer": "proxy:3128"}}),
    );
    let words = stage.refused(&changed).await;
    assert!(
        words.contains("publish cannot be changed or removed once the image may be published"),
        "{words}"
    );
}

#[tokio::test]
async fn a_publish_that_comes_too_soon_after_the_import_is_tried_again() {
    let stage = Stage::set().await;
    stage
        .simulator
        .settings(json!({"publishSettleSeconds": 2400}))
        .await;
    stage.apply(&published("desk")).await;

    stage.ready("desk", Reason::Available).await;

    let requests = stage.simulator.requests().await;
    let answers: Vec<Option<u16>> = requests
        .iter()
        .filter(|request| request.operation == "publishVersion")
        .map(|request| request.status)
        .collect();
    assert_eq!(answers.first(), Some(&Some(412)), "{answers:?}");
    assert_eq!(answers.last(), Some(&Some(201)), "{answers:?}");
    assert_eq!(operations(&stage).await, ["createImage", "publishVersion"]);
}

/// What was changed remotely, in order.
async fn operations(stage: &Stage) -> Vec<String> {
    let changes = stage.changes_since(0).await;
    changes
        .into_iter()
        .filter(|request| request.operation != "signIn")
        .map(|request| request.operation)
        .collect()
}
