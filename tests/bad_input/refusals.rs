//! What the remote refuses, and what fails there later.

use image_operator::api::{ImageCatalog, Reason};
use serde_json::{Value, json};

use crate::scene::{
    DEMO, Scene, catalog, catalog_with, count, image_ids, reconciling, recorded_id, stalled, stream_id,
};
use crate::support::Simulator;

const UNKNOWN_PROVIDER: &str = "65f0c0ffee00000000009999";

#[tokio::test]
async fn an_unknown_provider_instance_is_refused_once_and_corrected_in_place() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    let wrong = catalog_with("remote", json!({ "providerInstanceId": UNKNOWN_PROVIDER }));
    scene.apply::<ImageCatalog>("win11", wrong).await;

    let said = [
        "create image win11",
        UNKNOWN_PROVIDER,
        "HTTP 400",
        "code PROVIDER_INSTANCE_NOT_OF_SAME_ORG",
        "trace ",
    ];
    scene
        .shows::<ImageCatalog>("win11", stalled(Reason::RemoteRejected, &said))
        .await;
    scene.others_go_on().await;
    assert_eq!(
        count(&remote, "createImage").await,
        (1, 0),
        "what was refused is not sent again and again"
    );

    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    scene.available("win11").await;
    assert_eq!(count(&remote, "createImage").await, (2, 1));
    assert_eq!(remote.images().await.len(), 1);
}

#[tokio::test]
async fn a_name_that_a_foreign_image_has_is_not_even_tried() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    let foreign = make_foreign_image(&remote, "win11").await;
    let before = remote.images().await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    let taken: ImageCatalog = scene
        .shows(
            "win11",
            stalled(
                Reason::NameTaken,
                &[&foreign, "\"win11\"", "choose another spec.streamName"],
            ),
        )
        .await;
    let candidates = taken.status.unwrap().managed.candidates;
    assert_eq!(
        candidates.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        [foreign.as_str()]
    );
    scene.others_go_on().await;
    // The one is the foreign image itself.
    assert_eq!(count(&remote, "createImage").await, (1, 1));

    scene
        .apply::<ImageCatalog>(
            "win11",
            catalog_with("remote", json!({ "streamName": "win11-ours" })),
        )
        .await;

    let ours = stream_id(&scene.available("win11").await);
    assert_ne!(ours, foreign);
    let untouched = remote
        .images()
        .await
        .into_iter()
        .find(|image| image["id"] == foreign.as_str())
        .unwrap();
    assert_eq!(untouched["name"], before[0]["name"]);
    assert_eq!(untouched["description"], before[0]["description"]);
    assert_eq!(count(&remote, "createImage").await, (2, 2));
}

#[tokio::test]
async fn a_name_that_an_image_has_that_no_list_shows_yet_is_found_out_by_a_409() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    let hide = json!({
        "match": { "operation": "createImage" },
        "effect": { "type": "hideFromListings", "seconds": 6 },
    });
    remote.fault(hide).await;
    let foreign = make_foreign_image(&remote, "win11").await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    scene
        .shows::<ImageCatalog>(
            "win11",
            reconciling(
                Reason::SettlingUnknownOutcome,
                &["create the image", "IMAGE_ALREADY_EXISTS"],
            ),
        )
        .await;
    scene
        .shows::<ImageCatalog>("win11", stalled(Reason::NameTaken, &[&foreign]))
        .await;
    scene.others_go_on().await;
    assert_eq!(image_ids(&remote).await, [foreign.as_str()]);

    scene
        .apply::<ImageCatalog>(
            "win11",
            catalog_with("remote", json!({ "streamName": "win11-ours" })),
        )
        .await;

    assert_ne!(stream_id(&scene.available("win11").await), foreign);
    assert_eq!(remote.images().await.len(), 2);
}

#[tokio::test]
async fn an_import_that_fails_in_the_background_says_why_and_is_made_again_when_asked() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    let fail = json!({
        "match": { "operation": "createImage" },
        "effect": {
            "type": "failWork",
            "errorCode": "AZURE_QUOTA_EXHAUSTED",
            "errorDetails": "no cores left in westeurope",
        },
    });
    remote.fault(fail).await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    let said = [
        "AZURE_QUOTA_EXHAUSTED: no cores left in westeurope",
        "image-operator.dev/resolve=recreate",
        "streamStatus is FAILED",
    ];
    let failed: ImageCatalog = scene.shows("win11", stalled(Reason::ImportFailed, &said)).await;
    let id = stream_id(&failed);
    assert_eq!(recorded_id(&failed), Some(id.clone()));
    let copies = failed.status.unwrap().copies;
    assert_eq!(copies[0].error_code.as_deref(), Some("AZURE_QUOTA_EXHAUSTED"));
    assert_eq!(
        copies[0].error_details.as_deref(),
        Some("no cores left in westeurope")
    );
    scene.others_go_on().await;
    assert_eq!(
        image_ids(&remote).await,
        [id.as_str()],
        "what failed stays until somebody decides"
    );

    scene
        .annotate::<ImageCatalog>("win11", "image-operator.dev/resolve", "recreate")
        .await;

    let made_again = stream_id(&scene.available("win11").await);
    assert_ne!(made_again, id);
    assert_eq!(image_ids(&remote).await, [made_again]);
}

/// Makes an image as a person in the console does. Returns its id.
async fn make_foreign_image(remote: &Simulator, name: &str) -> String {
    let http = reqwest::Client::new();
    let url = remote.url();
    let sign_in = http
        .post(format!("{url}/csp/gateway/am/api/auth/api-tokens/authorize"))
        .form(&[("refresh_token", DEMO.token)]);
    let token: Value = sign_in.send().await.unwrap().json().await.unwrap();
    let mut request = catalog("");
    let fields = request.as_object_mut().unwrap();
    fields.remove("connectionRef");
    fields.insert("streamName".to_owned(), json!(name));
    fields.insert("streamDescription".to_owned(), json!("made by hand"));
    fields.insert("versionSource".to_owned(), json!("0.0.0"));
    fields.insert("versionType".to_owned(), json!("MAJOR"));
    fields.insert("orgId".to_owned(), json!(DEMO.organisation));
    let create = http
        .post(format!("{url}/imagemgmt/v1/images?action=copy-existing-image"))
        .bearer_auth(token["access_token"].as_str().unwrap())
        .json(&request);
    let answer = create.send().await.unwrap();
    let status = answer.status();
    let made: Value = answer.json().await.unwrap();
    assert_eq!(status, 201, "{made}");
    made["streamId"].as_str().unwrap().to_owned()
}
