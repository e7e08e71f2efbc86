//! Answers that leave it open whether something was made: what was made is found by its mark, and nothing twice.

use image_operator::api::{CustomImage, Reason};
use serde_json::{Value, json};

use crate::stage::{Stage, image, status};

/// What becomes of the answer to an import.
fn effects() -> [(&'static str, Value); 7] {
    [
        (
            "code-110",
            json!({ "type": "errorAfter", "status": 200, "code": "110" }),
        ),
        ("gateway-timeout", json!({ "type": "errorAfter", "status": 504 })),
        ("dropped", json!({ "type": "dropAfter" })),
        ("empty-body", json!({ "type": "corrupt", "how": "empty" })),
        ("truncated", json!({ "type": "corrupt", "how": "truncate" })),
        ("never-done", json!({ "type": "dropBefore" })),
        (
            "no-id",
            json!({ "type": "refuse", "status": 200, "body": { "RetCode": 0 } }),
        ),
    ]
}

fn has_been_answered(image: &CustomImage) -> bool {
    let managed = &status(image).managed;
    let settling = Reason::SettlingUnknownOutcome.as_str();
    managed.parts.iter().any(|part| part.id.is_some())
        || managed
            .conditions
            .iter()
            .any(|condition| condition.reason == settling)
}

#[tokio::test]
async fn whatever_becomes_of_the_answer_there_is_one_image_in_the_end() {
    let stage = Stage::set().await;
    for (name, effect) in effects() {
        let fault = json!({ "match": { "operation": "importCustomImage" }, "effect": effect });
        stage.simulator.fault(fault).await;
        stage.apply(&image(name, &json!({}))).await;
        let description = format!("{name}: the answer is lost, or the image found");
        stage.image_is(name, &description, has_been_answered).await;
    }
    for (name, _) in effects() {
        stage.ready(name, Reason::Available).await;
    }
    let images = stage.remote_images().await;
    assert_eq!(images.len(), effects().len(), "{images:?}");
    assert_eq!(stage.changes("importCustomImage").await, effects().len());
}
