//! What the remote refuses, and that it goes on by itself once the cause is gone.

use image_operator::api::Reason;
use serde_json::{Value, json};

use crate::manifests::{ADMIN_SECRET, market_place, published, with};
use crate::stage::{CATALOG, DEADLINE, Stage, clone, gallery_version, message, status};
use crate::support::eventually;
use crate::support::gallery::{SECOND, published_to};

#[tokio::test]
async fn what_the_manifest_itself_shows_is_refused_by_the_api_server_until_it_is_corrected() {
    let stage = Stage::set().await;
    let rows = [
        (
            json!({ "versionType": "PATCH" }),
            "spec.versionType",
            "a PATCH version cannot be added: set versionType to MAJOR or MINOR",
        ),
        (
            json!({ "sourceVersionRef": null }),
            "spec.sourceVersionRef",
            "a MINOR version follows another one: name that with sourceVersionRef or sourceVersionId",
        ),
        (
            json!({ "sourceType": "AZURE_MARKET_PLACE" }),
            "spec.sourceType",
            "a version can be added from AZURE_SIG or AZURE_CUSTOM_VM only: to change an image of another source, \
             clone one of its versions with spec.clone",
        ),
        (
            json!({ "gpuType": "INTEL" }),
            "spec.gpuType",
            r#"Unsupported value: "INTEL": supported values: "NONE", "AMD", "NVIDIA""#,
        ),
    ];
    for (wrong, field, words) in rows {
        let refused = stage.refused(&with(gallery_version("november"), &wrong)).await;
        assert!(refused.contains(field), "{wrong}: {refused}");
        assert!(refused.contains(words), "{wrong}: {refused}");
    }

    stage.apply(&gallery_version("november")).await;
    stage.ready("november", Reason::Available).await;
}

#[tokio::test]
async fn an_operating_system_or_graphics_card_other_than_the_images_is_told_until_corrected() {
    let stage = Stage::set().await;
    for (field, wrong, theirs) in [("osType", "LINUX", "WINDOWS"), ("gpuType", "NVIDIA", "NONE")] {
        let name = field.to_lowercase();
        stage
            .apply(&with(gallery_version(&name), &json!({ field: wrong })))
            .await;
        let stalled = stage.stalled(&name, Reason::InvalidSpec).await;
        assert_eq!(
            message(&stalled),
            format!(
                "spec.{field} is {wrong}, and the image of ImageCatalog \"win11\" is for {theirs}: leave {field} out, \
                 or make the version in another image"
            )
        );
    }
    assert_eq!(stage.requests("addVersion").await.len(), 0);

    stage.edit("ostype", &json!({ "osType": null })).await;
    stage.edit("gputype", &json!({ "gpuType": "NONE" })).await;
    stage.ready("ostype", Reason::Available).await;
    stage.ready("gputype", Reason::Available).await;
}

#[tokio::test]
async fn a_version_of_an_image_of_the_market_place_is_cloned_and_not_added() {
    let stage = Stage::connected().await;
    let password = [("password", "change-Me-1234")];
    stage.namespace.secret(ADMIN_SECRET, &password).await;
    stage.apply(&market_place(CATALOG)).await;
    stage.apply(&gallery_version("november")).await;

    let stalled = stage.stalled("november", Reason::InvalidSpec).await;
    assert_eq!(
        message(&stalled),
        "no version can be added to an image from AZURE_MARKET_PLACE, such as that of ImageCatalog \"win11\": clone one \
         of its versions with spec.clone in place of sourceType and assetDetails"
    );
    assert_eq!(stage.requests("addVersion").await.len(), 0);

    let cloned = clone("november")["spec"]["clone"].clone();
    let as_told = json!({ "sourceType": null, "assetDetails": null, "clone": cloned });
    stage.edit("november", &as_told).await;
    stage.apply(&published(CATALOG)).await;
    stage.ready("november", Reason::ImportComplete).await;
}

#[tokio::test]
async fn what_the_remote_refuses_is_said_in_its_words_and_sent_again_when_corrected() {
    let stage = Stage::set().await;
    let unknown = "65f0c0ffee00000000009999";
    let wrong = json!({ "providerInstanceId": unknown });
    stage.apply(&with(gallery_version("november"), &wrong)).await;
    let stalled = stage.stalled("november", Reason::RemoteRejected).await;
    for words in [
        "add version to image",
        unknown,
        "HTTP 400",
        "sent again when the spec changes",
    ] {
        assert!(message(&stalled).contains(words), "{}", message(&stalled));
    }
    assert_eq!(stage.requests("addVersion").await.len(), 1);

    stage
        .edit("november", &json!({ "providerInstanceId": null }))
        .await;
    stage.ready("november", Reason::Available).await;
    assert_eq!(stage.version_names().await, ["1.0.0", "1.1.0"]);
}

#[tokio::test]
async fn a_republish_that_is_refused_for_what_it_depends_on_is_sent_until_that_is_there() {
    let stage = Stage::set().await;
    stage
        .apply(&with(gallery_version("november"), &json!({ "publish": {} })))
        .await;
    stage.ready("november", Reason::Available).await;
    refuse(&stage, "republishVersion", 424).await;

    stage.edit("november", &published_to(&[SECOND])).await;
    let waiting = stage.reconciling("november", Reason::Retrying).await;
    for words in [
        "does not allow the request to",
        "sent again within a minute",
        "not as things are",
        "HTTP 424",
    ] {
        assert!(message(&waiting).contains(words), "{}", message(&waiting));
    }
    eventually(DEADLINE, "it is tried several times", async || {
        let tries = stage.requests("republishVersion").await.len();
        (tries > 3).then_some(()).ok_or(tries.to_string())
    })
    .await;

    stage.simulator.clear_faults().await;
    stage
        .version_is("november", "both copies are there", |version| {
            status(version).copies.len() == 2
        })
        .await;
    stage.ready("november", Reason::Available).await;
}

#[tokio::test]
async fn a_version_that_is_created_without_an_answer_is_not_created_twice() {
    let stage = Stage::set().await;
    let lost: Value = json!({
        "match": { "operation": "addVersion" }, "times": 1, "effect": { "type": "dropAfter" },
    });
    stage.simulator.fault(lost).await;

    stage.apply(&gallery_version("november")).await;

    stage.ready("november", Reason::Available).await;
    assert_eq!(stage.requests("addVersion").await.len(), 1);
    assert_eq!(stage.version_names().await, ["1.0.0", "1.1.0"]);
}

async fn refuse(stage: &Stage, operation: &str, status: u16) {
    let fault = json!({
        "match": { "operation": operation },
        "times": 0,
        "effect": { "type": "refuse", "status": status, "code": "REFUSED", "message": "not as things are" },
    });
    stage.simulator.fault(fault).await;
}
