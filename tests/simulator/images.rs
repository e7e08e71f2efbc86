//! Creating images: the rules for the body, the answers, the way to the end state.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    AZURE, COPY_IMAGE, IMAGES, Made, Remote, VIEW, answer, code, gallery_image, market_place_image,
    view_image,
};

#[tokio::test]
async fn a_create_answers_in_its_own_words_and_a_read_in_others() {
    let remote = Remote::start().await;
    let (status, created) = remote.post(COPY_IMAGE, &gallery_image("win11")).await;
    assert_eq!(status, 201);
    assert_eq!(created["streamName"], "win11");
    assert_eq!(created["streamStatus"], "PENDING");
    assert_eq!(created["versionStatus"], "PENDING");
    assert_eq!(created["versionName"], "1.0.0");
    assert_eq!(created["assetStatus"], "IMPORT_PENDING");
    assert_eq!(created["streamId"].as_str().unwrap().len(), 24);
    let (status, read) = remote.get(&Made::of_create(&created).image_path()).await;
    assert_eq!(status, 200);
    assert_eq!(read["id"], created["streamId"]);
    assert_eq!(read["name"], "win11");
    assert_eq!(read["status"], "PENDING");
    assert_eq!(read["versionCount"], 1);
    assert!(read.get("streamId").is_none());
}

#[tokio::test]
async fn a_gallery_image_is_copied_and_then_available_at_once() {
    let mut remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    remote.advance(60).await;
    assert_eq!(remote.version_status(&made).await, "IMPORT_IN_PROGRESS");
    assert_eq!(remote.get(&made.image_path()).await.1["status"], "IN_PROGRESS");
    let copies = remote.get(&format!("{}/copies", made.path())).await.1;
    assert_eq!(copies["content"][0]["status"], "COPYING_IMAGE");
    remote.finish_work().await;
    let version = remote.version(&made).await;
    assert_eq!(
        (&version["status"], &version["state"]),
        (&json!("AVAILABLE"), &json!("PUBLISHED"))
    );
    assert_eq!(remote.get(&made.image_path()).await.1["status"], "AVAILABLE");
    let copies = remote.get(&format!("{}/copies", made.path())).await.1;
    assert_eq!(
        copies["content"][0]["assetDetails"]["data"]["galleryVersion"],
        "1.0.0"
    );
}

#[tokio::test]
async fn a_market_place_image_ends_imported() {
    let mut remote = Remote::start().await;
    let made = remote.imported_image("win11").await;
    let version = remote.version(&made).await;
    assert_eq!(
        (&version["status"], &version["state"]),
        (&json!("IMPORT_COMPLETE"), &json!("UNPUBLISHED"))
    );
    assert_eq!(version["lastTriggeredAction"], "IMPORT");
    assert_eq!(
        remote.get(&made.image_path()).await.1["status"],
        "IMPORT_COMPLETE"
    );
}

#[tokio::test]
async fn each_source_has_its_action_and_another_is_a_405() {
    let remote = Remote::start().await;
    for (action, body) in [
        ("copy-existing-image", market_place_image("a1")),
        ("import-custom-vm", market_place_image("a2")),
        ("import", gallery_image("a3")),
        ("copy-existing-image", view_image("a4")),
    ] {
        let (status, body) = remote.post(&format!("{IMAGES}?action={action}"), &body).await;
        assert_eq!((status, code(&body)), (405, "UNSUPPORTED_METHOD"), "{action}");
    }
    let (status, _) = remote
        .post(&format!("{IMAGES}?action=steal"), &gallery_image("a5"))
        .await;
    assert_eq!(status, 400);
    let (status, _) = remote.post(IMAGES, &view_image("view")).await;
    assert_eq!(status, 201, "import is the default");
}

#[tokio::test]
async fn a_body_that_breaks_a_rule_is_a_400_with_a_code() {
    let remote = Remote::start().await;
    let cases: [(&str, Value, &str); 9] = [
        ("/streamName", json!("win_11"), "VALIDATION_FAILED"),
        (
            "/sourceStreamType",
            json!("NUTANIX_IMAGES"),
            "UNSUPPORTED_PROVIDER",
        ),
        ("/sourceStreamType", json!("SOMETHING"), "VALIDATION_FAILED"),
        (
            "/providerLabel",
            json!("VIEW"),
            "ILLEGAL_SOURCE_TYPE_FOR_GIVEN_PROVIDER",
        ),
        (
            "/providerInstanceId",
            json!("65f0c0ffee00000000000000"),
            "PROVIDER_INSTANCE_NOT_OF_SAME_ORG",
        ),
        (
            "/providerInstanceId",
            json!(VIEW),
            "UNSUPPORTED_PROVIDER_INSTANCE",
        ),
        ("/assetDetails/type", json!("AZURE_VM_IN_RG"), "VALIDATION_FAILED"),
        (
            "/assetDetails/data",
            json!({"galleryImageResourceId": "x"}),
            "VALIDATION_FAILED",
        ),
        ("/versionSource", json!("first"), "VALIDATION_FAILED"),
    ];
    for (field, value, expected) in cases {
        let mut image = gallery_image("win11");
        *image.pointer_mut(field).unwrap() = value;
        let (status, body) = remote.post(COPY_IMAGE, &image).await;
        assert_eq!((status, code(&body)), (400, expected), "{field}: {body}");
    }
    assert_eq!(remote.state().await["images"], json!([]));
}

#[tokio::test]
async fn every_documented_field_is_required() {
    let remote = Remote::start().await;
    for field in [
        "streamName",
        "versionSource",
        "os",
        "osType",
        "gpuType",
        "assetDetails",
        "providerInstanceId",
    ] {
        let mut image = gallery_image("win11");
        image.as_object_mut().unwrap().remove(field);
        let (status, body) = remote.post(COPY_IMAGE, &image).await;
        assert_eq!(status, 400, "{field}");
        assert!(
            body["errors"][0]["message"].as_str().unwrap().contains(field),
            "{body}"
        );
    }
}

#[tokio::test]
async fn fields_that_nobody_documented_are_tolerated() {
    let remote = Remote::start().await;
    let mut image = gallery_image("win11");
    image["isMultiSession"] = json!(true);
    image["assetDetails"]["vmInfo"] = json!({"username": "u", "password": ["s", "e", "c"]});
    image["assetDetails"]["options"] = json!({"createPublicIp": "false"});
    let (status, body) = remote.post(COPY_IMAGE, &image).await;
    assert_eq!(status, 201, "{body}");
    assert!(
        !remote.state().await.to_string().contains("password"),
        "a password is never shown again"
    );
}

#[tokio::test]
async fn a_public_address_on_linux_needs_the_ssh_port() {
    let remote = Remote::start().await;
    let mut image = market_place_image("ubuntu");
    image["osType"] = json!("LINUX");
    image["assetDetails"]["options"] = json!({"createPublicIp": true});
    assert_eq!(remote.post(IMAGES, &image).await.0, 400);
    image["assetDetails"]["options"]["openSSHPort"] = json!(true);
    assert_eq!(remote.post(IMAGES, &image).await.0, 201);
}

#[tokio::test]
async fn a_name_that_is_taken_is_a_409_unless_set_otherwise() {
    let remote = Remote::start().await;
    remote.create_image("win11").await;
    let (status, body) = remote.post(COPY_IMAGE, &gallery_image("win11")).await;
    assert_eq!((status, code(&body)), (409, "IMAGE_ALREADY_EXISTS"));
    remote.settings(json!({"uniqueNames": false})).await;
    assert_eq!(remote.post(COPY_IMAGE, &gallery_image("win11")).await.0, 201);
    assert_eq!(remote.state().await["images"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_wrong_gallery_id_is_accepted_and_fails_in_the_background() {
    let mut remote = Remote::start().await;
    let mut image = gallery_image("win11");
    image["assetDetails"]["data"]["galleryImageResourceId"] = json!("win11-image");
    let (status, created) = remote.post(COPY_IMAGE, &image).await;
    assert_eq!(status, 201);
    remote.finish_work().await;
    let made = Made::of_create(&created);
    assert_eq!(remote.version_status(&made).await, "FAILED");
    assert_eq!(remote.get(&made.image_path()).await.1["status"], "FAILED");
    let copies = remote.get(&format!("{}/copies", made.path())).await.1;
    assert_eq!(copies["content"][0]["status"], "IMPORT_FAILED");
    assert_eq!(copies["content"][0]["errorCode"], "AZURE_INVALID_SIG_ID_FORMAT");
    assert_eq!(
        copies["content"][0]["errorsHistory"][0]["code"],
        "AZURE_INVALID_SIG_ID_FORMAT"
    );
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_415() {
    let remote = Remote::start().await;
    let request = remote
        .request(Method::POST, COPY_IMAGE, None)
        .header("content-type", "text/plain");
    let (status, _) = answer(request.body(gallery_image("win11").to_string())).await;
    assert_eq!(status, 415);
    let request = remote
        .request(Method::POST, COPY_IMAGE, None)
        .header("content-type", "application/json");
    let (status, body) = answer(request.body("{")).await;
    assert_eq!((status, code(&body)), (400, "VALIDATION_FAILED"));
}

#[tokio::test]
async fn an_image_cannot_be_deleted_or_patched() {
    let remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    let (status, body) = remote.delete(&made.image_path()).await;
    assert_eq!((status, code(&body)), (405, "DELETE_STREAM_NOT_SUPPORTED"));
    assert_eq!(
        remote
            .patch(&made.image_path(), &json!({"description": "x"}))
            .await
            .0,
        405
    );
}

#[tokio::test]
async fn descriptions_are_kept_unless_set_otherwise() {
    let remote = Remote::start().await;
    let mut image = gallery_image("kept");
    image["streamDescription"] = json!("golden [io1:a:b]");
    let (_, created) = remote.post(COPY_IMAGE, &image).await;
    assert_eq!(
        remote.get(&Made::of_create(&created).image_path()).await.1["description"],
        "golden [io1:a:b]"
    );
    remote.settings(json!({"keepDescriptions": false})).await;
    image["streamName"] = json!("dropped");
    let (_, created) = remote.post(COPY_IMAGE, &image).await;
    assert_eq!(
        remote.get(&Made::of_create(&created).image_path()).await.1["description"],
        Value::Null
    );
}

#[tokio::test]
async fn an_error_body_says_what_the_documents_say() {
    let remote = Remote::start().await;
    let (status, body) = remote.get(&format!("{IMAGES}/660000000000000000000000")).await;
    assert_eq!(status, 404);
    assert_eq!(body["status"], 404);
    assert_eq!(body["resource"], format!("{IMAGES}/660000000000000000000000"));
    let error = &body["errors"][0];
    assert_eq!(
        (&error["domain"], &error["severity"]),
        (&json!("Image"), &json!("Critical"))
    );
    let time = error["timestampInUtc"].as_str().unwrap();
    assert!(time.contains(" UTC "), "written as date prints it: {time}");
}

#[tokio::test]
async fn what_images_can_be_made_from_is_listed() {
    let remote = Remote::start().await;
    let (status, instances) = remote.get("/admin/v2/providers/azure/instances").await;
    assert_eq!((status, &instances["totalElements"]), (200, &json!(2)));
    assert_eq!(instances["content"][0]["id"], AZURE);
    let of_provider = format!("provider_instance_id={AZURE}&provider_type=AZURE");
    let sources = format!("/imagemgmt/v1/image-sources?{of_provider}&source_stream=AZURE_MARKET_PLACE");
    assert_eq!(
        remote.get(&sources).await.1["content"][0]["sourceType"],
        "AZURE_MARKET_PLACE"
    );
    let machines = format!("/imagemgmt/v1/custom-vms?{of_provider}&container_id=/rg");
    assert_eq!(
        remote.get(&machines).await.1["content"][0]["vmName"],
        "golden-vm-1"
    );
    assert_eq!(remote.get("/imagemgmt/v1/custom-vms").await.0, 400);
}
