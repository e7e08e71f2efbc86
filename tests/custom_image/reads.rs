//! How often the remote is asked.

use std::time::{Duration, Instant};

use image_operator::api::Reason;
use serde_json::json;

use crate::stage::{Stage, image};
use crate::support::cluster;

#[tokio::test]
async fn a_hundred_images_at_rest_cost_one_list_per_interval_and_nothing_is_written() {
    let stage = Stage::set().await;
    let all: Vec<String> = (0..100)
        .map(|number| image(&format!("i-{number}"), &json!({})).to_string())
        .collect();
    stage.namespace.apply(&all.join("\n---\n")).await.unwrap();
    for number in 0..100 {
        stage.ready(&format!("i-{number}"), Reason::Available).await;
    }
    quiet(&stage).await;

    let before = stage.last_request().await;
    let began = Instant::now();
    let position = cluster().audit().position();
    let requests = crate::support::eventually(crate::stage::DEADLINE, "two listings", async || {
        let requests = stage.simulator.requests_since(before).await;
        if requests.len() < 2 {
            Err(requests.len().to_string())
        } else {
            Ok(requests)
        }
    })
    .await;
    // An interval is 10 seconds, give or take a tenth; a hundred images fill one page.
    assert!(
        requests
            .iter()
            .all(|request| request.operation == "describeImage")
            && requests.len() == 2,
        "{requests:?}"
    );
    assert!(began.elapsed() > Duration::from_secs(9), "{:?}", began.elapsed());
    let writes = cluster().audit().writes_in(&stage.namespace.name, position);
    assert_eq!(writes, []);
}

/// Waits until nothing has been asked for a while: lists are read more often for some time after a write.
async fn quiet(stage: &Stage) {
    crate::support::eventually(crate::stage::DEADLINE, "the remote is left alone", async || {
        let before = stage.last_request().await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        let after = stage.last_request().await;
        if after == before {
            Ok(())
        } else {
            Err(format!("{} requests", after - before))
        }
    })
    .await;
}
