//! Every fault, as a client sees it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{COPY_IMAGE, IMAGES, Made, Remote, code, eventually, gallery_image};

async fn on_create(remote: &Remote, effect: Value) -> u64 {
    remote
        .fault(json!({"match": {"operation": "createImage"}, "effect": effect}))
        .await
}

async fn images(remote: &Remote) -> usize {
    remote.state().await["images"].as_array().unwrap().len()
}

/// Waits until a fault holds so many requests.
async fn holds(remote: &Remote, fault: u64, count: u64) {
    eventually("the fault to hold", || async {
        let faults = remote.control(Method::GET, "faults", &json!({})).await;
        let held = faults
            .as_array()
            .unwrap()
            .iter()
            .find(|held| held["id"] == fault)?["holding"]
            .as_u64();
        (held == Some(count)).then_some(())
    })
    .await;
}

async fn create(remote: &Remote) -> (u16, Value) {
    remote.post(COPY_IMAGE, &gallery_image("win11")).await
}

/// Sends a create on a connection of its own; aborting the task closes it.
fn spawn_create(remote: &Remote) -> tokio::task::JoinHandle<Result<u16, reqwest::Error>> {
    let request = remote.request(Method::POST, COPY_IMAGE, Some(&gallery_image("win11")));
    tokio::spawn(async move { Ok(request.send().await?.status().as_u16()) })
}

#[tokio::test]
async fn a_request_held_before_goes_on_when_released() {
    let remote = Remote::start().await;
    let fault = on_create(&remote, json!({"type": "holdBefore"})).await;
    let sent = spawn_create(&remote);
    holds(&remote, fault, 1).await;
    assert_eq!(images(&remote).await, 0);
    let held = remote.last_request().await;
    assert_eq!(
        (&held["outcome"], &held["status"]),
        (&json!("held"), &Value::Null)
    );
    remote
        .control(Method::POST, &format!("faults/{fault}/release"), &json!({}))
        .await;
    assert_eq!(sent.await.unwrap().unwrap(), 201);
    assert_eq!(images(&remote).await, 1);
    assert_eq!(remote.last_request().await["outcome"], "answered");
}

#[tokio::test]
async fn a_client_that_leaves_while_held_before_gets_nothing_done() {
    let remote = Remote::start().await;
    let fault = on_create(&remote, json!({"type": "holdBefore"})).await;
    let sent = spawn_create(&remote);
    holds(&remote, fault, 1).await;
    sent.abort();
    holds(&remote, fault, 0).await;
    let left = remote.last_request().await;
    assert_eq!(
        (&left["outcome"], &left["changed"]),
        (&json!("dropped"), &json!(false))
    );
    remote
        .control(Method::POST, &format!("faults/{fault}/release"), &json!({}))
        .await;
    assert_eq!(images(&remote).await, 0);
}

#[tokio::test]
async fn a_client_that_leaves_while_held_after_has_it_done() {
    let remote = Remote::start().await;
    let fault = on_create(&remote, json!({"type": "holdAfter"})).await;
    let sent = spawn_create(&remote);
    holds(&remote, fault, 1).await;
    assert_eq!(images(&remote).await, 1);
    sent.abort();
    holds(&remote, fault, 0).await;
    let left = remote.last_request().await;
    assert_eq!(
        (&left["outcome"], &left["changed"]),
        (&json!("dropped"), &json!(true))
    );
}

#[tokio::test]
async fn taking_a_fault_away_lets_go_what_it_holds() {
    let remote = Remote::start().await;
    let fault = on_create(&remote, json!({"type": "holdAfter"})).await;
    let sent = spawn_create(&remote);
    holds(&remote, fault, 1).await;
    remote
        .control(Method::DELETE, &format!("faults/{fault}"), &json!({}))
        .await;
    assert_eq!(sent.await.unwrap().unwrap(), 201);
}

#[tokio::test]
async fn a_dropped_connection_is_an_error_without_a_status() {
    let remote = Remote::start().await;
    for (effect, done) in [("dropBefore", 0), ("dropAfter", 1)] {
        on_create(&remote, json!({"type": effect})).await;
        let request = remote.request(Method::POST, COPY_IMAGE, Some(&gallery_image("win11")));
        let problem = request.send().await.expect_err("the connection breaks");
        assert_eq!(problem.status(), None);
        assert!(!problem.is_connect(), "the request was sent");
        assert_eq!(images(&remote).await, done, "{effect}");
        let last = remote.last_request().await;
        assert_eq!(
            (&last["outcome"], &last["changed"]),
            (&json!("dropped"), &json!(done == 1))
        );
        assert_eq!(last["status"], Value::Null);
    }
}

#[tokio::test]
async fn a_refusal_says_what_it_is_told_to() {
    let remote = Remote::start().await;
    on_create(
        &remote,
        json!({"type": "refuse", "status": 400, "code": "INVALID_OS_TYPE", "message": "no"}),
    )
    .await;
    let (status, body) = create(&remote).await;
    assert_eq!((status, code(&body)), (400, "INVALID_OS_TYPE"));
    assert_eq!(body["errors"][0]["message"], "no");
    let effect = json!({
        "type": "refuse", "status": 502, "headers": {"content-type": "text/html"}, "body": "<html>Bad Gateway",
    });
    on_create(&remote, effect).await;
    let request = remote.request(Method::POST, COPY_IMAGE, Some(&gallery_image("win11")));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 502);
    assert_eq!(response.headers()["content-type"], "text/html");
    assert_eq!(response.text().await.unwrap(), "<html>Bad Gateway");
    assert_eq!(images(&remote).await, 0);
}

#[tokio::test]
async fn a_throttled_request_is_told_when_to_come_back() {
    let remote = Remote::start().await;
    on_create(&remote, json!({"type": "throttle", "retryAfterSeconds": 7})).await;
    let request = remote.request(Method::POST, COPY_IMAGE, Some(&gallery_image("win11")));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(images(&remote).await, 0);
    assert_eq!(create(&remote).await.0, 201);
}

#[tokio::test]
async fn an_error_after_hides_that_it_was_done() {
    let remote = Remote::start().await;
    on_create(&remote, json!({"type": "errorAfter", "status": 503})).await;
    assert_eq!(create(&remote).await.0, 503);
    assert_eq!(images(&remote).await, 1);
    let last = remote.last_request().await;
    assert_eq!((&last["status"], &last["changed"]), (&json!(503), &json!(true)));
}

#[tokio::test]
async fn a_delay_is_waited_for() {
    let remote = Remote::start().await;
    on_create(&remote, json!({"type": "delay", "milliseconds": 60})).await;
    let begin = Instant::now();
    assert_eq!(create(&remote).await.0, 201);
    assert!(begin.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn the_latency_slows_every_request() {
    let remote = Remote::start_with(json!({"latencyMillis": 40})).await;
    let begin = Instant::now();
    remote.get(IMAGES).await;
    assert!(begin.elapsed() >= Duration::from_millis(40));
}

#[tokio::test]
async fn what_is_hidden_is_found_by_id_alone_until_its_time() {
    let remote = Remote::start().await;
    on_create(&remote, json!({"type": "hideFromListings", "seconds": 100})).await;
    let (_, created) = create(&remote).await;
    let made = Made::of_create(&created);
    let search = format!("{IMAGES}?search=name%20%24eq%20win11");
    let copies = "/imagemgmt/v1/image-copies";
    assert_eq!(remote.get(&made.image_path()).await.0, 200);
    assert_eq!(remote.get(&made.path()).await.0, 200);
    assert_eq!(remote.get(IMAGES).await.0, 404);
    assert_eq!(remote.get(&search).await.0, 404);
    assert_eq!(remote.get(copies).await.0, 204);
    assert_eq!(create(&remote).await.0, 409, "its name is taken all the same");
    remote.advance(101).await;
    assert_eq!(remote.get(IMAGES).await.0, 200);
    assert_eq!(remote.get(&search).await.0, 200);
    assert_eq!(remote.get(copies).await.0, 200);
}

#[tokio::test]
async fn hiding_and_dropping_go_together() {
    let remote = Remote::start().await;
    on_create(&remote, json!({"type": "hideFromListings", "seconds": 100})).await;
    on_create(&remote, json!({"type": "dropAfter"})).await;
    let request = remote.request(Method::POST, COPY_IMAGE, Some(&gallery_image("win11")));
    assert!(request.send().await.is_err());
    assert_eq!(images(&remote).await, 1);
    assert_eq!(remote.get(IMAGES).await.0, 404);
}

#[tokio::test]
async fn a_damaged_body_comes_with_its_usual_status() {
    let remote = Remote::start().await;
    remote.create_image("win11").await;
    for how in ["truncate", "html", "empty", "unknownStatus"] {
        let effect = json!({"type": "corrupt", "how": how});
        remote
            .fault(json!({"match": {"operation": "listImages"}, "effect": effect}))
            .await;
        let response = remote.request(Method::GET, IMAGES, None).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let text = response.text().await.unwrap();
        let parsed = serde_json::from_str::<Value>(&text);
        match how {
            "truncate" => assert!(text.starts_with('{') && parsed.is_err()),
            "html" => assert!(text.starts_with("<!DOCTYPE html>")),
            "empty" => assert_eq!(text, ""),
            _ => assert_eq!(parsed.unwrap()["content"][0]["status"], "SIMULATED_FUTURE_STATUS"),
        }
    }
}

#[tokio::test]
async fn a_huge_body_does_not_end_soon() {
    let remote = Remote::start().await;
    remote
        .fault(json!({"effect": {"type": "corrupt", "how": "huge"}}))
        .await;
    let mut response = remote.request(Method::GET, IMAGES, None).send().await.unwrap();
    let mut read = 0;
    while let Some(piece) = response.chunk().await.unwrap() {
        read += piece.len();
    }
    assert_eq!(read, 64 << 20);
}

#[tokio::test]
async fn expired_tokens_need_a_new_sign_in() {
    let mut remote = Remote::start().await;
    on_create(&remote, json!({"type": "expireTokens"})).await;
    assert_eq!(create(&remote).await.0, 401);
    assert_eq!(create(&remote).await.0, 401);
    remote.sign_in("demo-api-token").await;
    assert_eq!(create(&remote).await.0, 201);
}

#[tokio::test]
async fn work_can_be_made_to_fail_later() {
    let mut remote = Remote::start().await;
    let effect =
        json!({"type": "failWork", "errorCode": "AZURE_QUOTA_EXHAUSTED", "errorDetails": "no cores left"});
    on_create(&remote, effect).await;
    let (status, created) = create(&remote).await;
    assert_eq!((status, &created["streamStatus"]), (201, &json!("PENDING")));
    remote.finish_work().await;
    let made = Made::of_create(&created);
    assert_eq!(remote.version_status(&made).await, "FAILED");
    let copies = remote.get(&format!("{}/copies", made.path())).await.1;
    assert_eq!(copies["content"][0]["errorCode"], "AZURE_QUOTA_EXHAUSTED");
    assert_eq!(copies["content"][0]["errorDetails"], "no cores left");
}

#[tokio::test]
async fn a_delete_can_be_made_to_fail_later() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let effect = json!({"type": "failWork", "errorCode": "AIMS_DELETE_ASSET_FAILED"});
    remote
        .fault(json!({"match": {"method": "DELETE"}, "effect": effect}))
        .await;
    assert_eq!(remote.delete(&made.path()).await.0, 202);
    remote.finish_work().await;
    assert_eq!(remote.version_status(&made).await, "FAILED");
    assert_eq!(remote.delete(&made.path()).await.0, 202);
    remote.finish_work().await;
    assert_eq!(remote.get(&made.path()).await.0, 404);
}

#[tokio::test]
async fn sign_ins_suffer_faults_too() {
    let remote = Remote::start().await;
    remote
        .fault(json!({"match": {"operation": "signIn"}, "effect": {"type": "refuse", "status": 503}}))
        .await;
    let path = "/csp/gateway/am/api/auth/api-tokens/authorize";
    let form = [("refresh_token", "demo-api-token")];
    assert_eq!(
        remote
            .http
            .post(remote.at(path))
            .form(&form)
            .send()
            .await
            .unwrap()
            .status(),
        503
    );
    assert_eq!(remote.last_request().await["operation"], "signIn");
}

#[tokio::test]
async fn a_fault_is_for_some_requests_and_so_many_of_them() {
    let remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    let fault = json!({
        "match": {"pathContains": made.image, "method": "GET"},
        "skip": 1, "times": 2,
        "effect": {"type": "refuse", "status": 500},
    });
    let id = remote.fault(fault).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        assert_eq!(remote.get(IMAGES).await.0, 200, "another path");
        statuses.push(remote.get(&made.image_path()).await.0);
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
    let faults = remote.control(Method::GET, "faults", &json!({})).await;
    assert_eq!((&faults[0]["id"], &faults[0]["matched"]), (&json!(id), &json!(2)));
}

#[tokio::test]
async fn a_fault_that_makes_no_sense_is_refused() {
    let remote = Remote::start().await;
    for fault in [
        json!({"effect": {"type": "explode"}}),
        json!({"effect": {"type": "dropBefore", "times": 3}}),
        json!({"effect": {"type": "refuse", "status": 99}}),
        json!({"effect": {"type": "refuse", "status": 400, "headers": {"no header": "x"}}}),
        json!({"match": {"operation": "makeImage"}, "effect": {"type": "dropBefore"}}),
        json!({"matches": {}, "effect": {"type": "dropBefore"}}),
        json!({}),
    ] {
        let (status, body) = remote.try_control(Method::POST, "faults", &fault).await;
        assert_eq!(status, 400, "{fault}");
        assert!(body["error"].is_string(), "{body}");
    }
}
