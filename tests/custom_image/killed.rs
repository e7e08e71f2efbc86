//! SIGKILL at each request of the way from nothing to Ready and back to nothing, before it is carried out and after.

use image_operator::api::Reason;
use serde_json::{Value, json};

use crate::stage::{DEADLINE, Stage, image, status};
use crate::support::{FaultId, eventually};

#[tokio::test]
async fn an_operator_killed_at_every_request_in_turn_makes_and_deletes_everything_once() {
    let mut stage = Stage::with_window("--settling-window=4s").await;
    stage.keys("demo-public", "demo-private").await;
    stage.connect(&json!({})).await;
    stage.connection_is("True", Reason::Connected).await;
    let copies = json!({ "copies": [{ "region": "sg", "projectId": "org-demo" }] });

    let manifest = image("debian", &copies);
    for operation in ["describeImage", "importCustomImage", "copyCustomImage"] {
        for hold in ["holdBefore", "holdAfter"] {
            let fault = hold_all(&stage, operation, hold).await;
            stage.apply(&manifest).await;
            kill_when_held(&mut stage, fault, operation, hold).await;
        }
    }
    let ready = stage.ready("debian", Reason::Available).await;
    let images = stage.remote_images().await;
    assert_eq!(images.len(), 2, "{images:?}");
    assert_eq!(stage.changes("importCustomImage").await, 1);
    assert_eq!(stage.changes("copyCustomImage").await, 1);
    assert_eq!(status(&ready).image_id.as_deref(), images[0]["ImageId"].as_str());
    assert_eq!(
        status(&ready).copies[0].image_id.as_deref(),
        images[1]["ImageId"].as_str()
    );

    for hold in ["holdBefore", "holdAfter"] {
        let fault = hold_all(&stage, "terminateCustomImage", hold).await;
        stage.delete("debian").await;
        kill_when_held(&mut stage, fault, "terminateCustomImage", hold).await;
    }
    stage.gone("debian").await;
    assert_eq!(stage.remote_images().await, Vec::<Value>::new());
    assert_eq!(stage.changes("terminateCustomImage").await, 2);
}

async fn hold_all(stage: &Stage, operation: &str, hold: &str) -> FaultId {
    stage
        .simulator
        .fault(json!({ "match": { "operation": operation }, "times": 0, "effect": { "type": hold } }))
        .await
}

async fn kill_when_held(stage: &mut Stage, fault: FaultId, operation: &str, hold: &str) {
    let holds = async |stage: &Stage, wanted: fn(u64) -> bool| {
        eventually(DEADLINE, &format!("{hold} at {operation}"), async || match stage
            .simulator
            .fault_state(fault)
            .await
        {
            Some(fault) if wanted(fault.holding) => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
    };
    holds(stage, |holding| holding > 0).await;
    stage.operator.kill().await.unwrap();
    holds(stage, |holding| holding == 0).await;
    stage.simulator.clear_faults().await;
    stage.operator.restart().await.unwrap();
}
