//! Copies of everything, with and without the details of their catalog.

use serde_json::{Value, json};

use crate::support::{AZURE, AZURE_2, Remote};

const CATALOG: &str = "/ims-catalog/v1/image-copies?include_catalog_details=true";
const PLAIN: &str = "/imagemgmt/v1/image-copies?include_catalog_details=true";

#[tokio::test]
async fn only_the_catalog_service_tells_which_image_a_copy_belongs_to() {
    let remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    let (status, page) = remote.get(CATALOG).await;
    assert_eq!(status, 200);
    let copy = &page["content"][0];
    assert_eq!(copy["versionId"], made.version);
    assert_eq!(copy["catalogDetails"]["imageId"], made.image);
    assert_eq!(copy["catalogDetails"]["imageName"], "win11");
    assert!(copy.get("imageId").is_none());
    assert_eq!(
        remote.get(PLAIN).await.1["content"][0]["catalogDetails"],
        Value::Null
    );
    remote.settings(json!({"catalogDetails": false})).await;
    assert_eq!(
        remote.get(CATALOG).await.1["content"][0]["catalogDetails"],
        Value::Null
    );
}

#[tokio::test]
async fn no_copies_at_all_are_a_204() {
    let remote = Remote::start().await;
    assert_eq!(remote.get(PLAIN).await, (204, Value::Null));
}

#[tokio::test]
async fn copies_are_found_by_their_provider() {
    let remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    for (provider, count) in [(AZURE, 200), (AZURE_2, 204)] {
        let path = format!("/imagemgmt/v1/image-copies?search=providerInstanceId%20%24eq%20{provider}");
        assert_eq!(remote.get(&path).await.0, count);
    }
    let copies = format!("{}/copies", made.path());
    assert_eq!(
        remote
            .get(&format!("{copies}?provider_instance_id={AZURE}"))
            .await
            .0,
        200
    );
    assert_eq!(
        remote
            .get(&format!("{copies}?provider_instance_id={AZURE_2}"))
            .await
            .0,
        404
    );
    let id = remote.get(&copies).await.1["content"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(remote.get(&format!("{copies}/{id}")).await.1["id"], json!(id));
}
