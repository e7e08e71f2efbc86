//! SIGKILL at each request of the way from nothing to Ready, before it is carried out and after.

use serde_json::json;

use super::support::eventually;
use super::support::gallery::{Limits, catalog, connect, create, ready};
use super::workshop::{DEADLINE, WINDOW, Workshop};

/// The requests on that way.
const REQUESTS: [&str; 5] = [
    "signIn",
    "listImages",
    "listImageCopies",
    "createImage",
    "listVersions",
];

#[tokio::test]
async fn an_operator_killed_at_every_request_in_turn_makes_one_image_and_ends_ready() {
    let mut workshop = Workshop::open(WINDOW).await;
    for operation in REQUESTS {
        for hold in ["holdBefore", "holdAfter"] {
            let fault = workshop
                .simulator
                .fault(json!({ "match": { "operation": operation }, "times": 0, "effect": { "type": hold } }))
                .await;
            if operation == REQUESTS[0] && hold == "holdBefore" {
                connect(&workshop.namespace, workshop.simulator.url(), Limits::default()).await;
                create(&workshop.namespace, &catalog("win11")).await;
            }
            at_least_one_held(&workshop, fault, operation, hold).await;
            workshop.kill(Some(fault)).await;
            workshop.simulator.clear_faults().await;
            workshop.operator.restart().await.unwrap();
        }
    }

    let catalog = eventually(DEADLINE, "the catalog is Ready", async || {
        let catalog = workshop.catalogs().await.pop().ok_or("no catalog".to_owned())?;
        ready(&catalog).map(|()| catalog)
    })
    .await;
    let images = workshop.images().await;
    assert_eq!(images["win11"].len(), 1, "{images:?}");
    assert_eq!(workshop.creates().await, 1);
    assert_eq!(
        catalog.status.unwrap().stream_id.as_ref(),
        images["win11"].first()
    );
}

async fn at_least_one_held(workshop: &Workshop, fault: super::support::FaultId, operation: &str, hold: &str) {
    eventually(
        DEADLINE,
        &format!("{hold} at {operation}"),
        async || match workshop.simulator.fault_state(fault).await {
            Some(fault) if fault.holding > 0 => Ok(()),
            other => Err(format!("{other:?}")),
        },
    )
    .await;
}
