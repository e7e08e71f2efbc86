//! SIGTERM while a create is in flight.

use std::time::Duration;

use serde_json::json;

use super::support::eventually;
use super::support::gallery::{Limits, catalog, connect, create, ready};
use super::workshop::{DEADLINE, WINDOW, Workshop};

#[tokio::test]
async fn sigterm_during_a_create_finishes_it_and_keeps_its_id() {
    let mut workshop = Workshop::open(WINDOW).await;
    let fault = workshop
        .simulator
        .fault(json!({ "match": { "operation": "createImage" }, "effect": { "type": "holdBefore" } }))
        .await;
    connect(&workshop.namespace, workshop.simulator.url(), Limits::default()).await;
    create(&workshop.namespace, &catalog("win11")).await;
    workshop.held(fault, 1).await;

    let log = workshop.operator.log_path().to_owned();
    let (simulator, operator) = (&workshop.simulator, &mut workshop.operator);
    let release = async {
        eventually(DEADLINE, "the operator has heard the signal", async || {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            if log.contains("SIGTERM") {
                Ok(())
            } else {
                Err("not in its log".to_owned())
            }
        })
        .await;
        simulator.release(fault).await;
    };
    let (ended, ()) = tokio::join!(operator.terminate(), release);

    assert_eq!(ended.unwrap().code(), Some(0));
    let images = workshop.images().await;
    let catalog = workshop.catalogs().await.pop().unwrap();
    let status = catalog.status.unwrap();
    assert_eq!(status.stream_id.as_ref(), images["win11"].first());
    assert_eq!(status.managed.parts[0].id, status.stream_id);
    assert_eq!(status.managed.parts[0].intent, None);

    workshop.operator.restart().await.unwrap();
    // What is on record need not be waited for.
    eventually(Duration::from_mins(1), "the catalog is Ready", async || {
        ready(&workshop.catalogs().await.pop().ok_or("no catalog")?)
    })
    .await;
    assert_eq!(workshop.creates().await, 1);
}
