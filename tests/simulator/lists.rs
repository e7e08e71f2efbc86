//! Lists: empty ones, pages, searches, both services.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, IMAGES, Remote, answer, code};

async fn search(remote: &Remote, search: &str) -> Answer {
    answer(
        remote
            .request(Method::GET, IMAGES, None)
            .query(&[("search", search)]),
    )
    .await
}

fn names(page: &Value) -> Vec<&str> {
    page["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| image["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_empty_list_is_a_404_unless_set_otherwise() {
    let remote = Remote::start().await;
    let (status, body) = remote.get(IMAGES).await;
    assert_eq!((status, code(&body)), (404, "RESOURCE_NOT_FOUND"));
    remote.settings(json!({"emptyListAnswer": 204})).await;
    assert_eq!(remote.get(IMAGES).await, (204, Value::Null));
    remote.settings(json!({"emptyListAnswer": 200})).await;
    let (status, page) = remote.get(IMAGES).await;
    assert_eq!(
        (status, &page["content"], &page["empty"]),
        (200, &json!([]), &json!(true))
    );
}

#[tokio::test]
async fn pages_hold_ten_and_count_from_zero() {
    let remote = Remote::start_with(json!({"maxPageSize": 12})).await;
    for number in 0..15 {
        remote.create_image(&format!("image-{number:02}")).await;
    }
    let (_, page) = remote.get(IMAGES).await;
    assert_eq!(
        (&page["totalElements"], &page["totalPages"]),
        (&json!(15), &json!(2))
    );
    assert_eq!(names(&page).len(), 10);
    let (_, page) = remote
        .get(&format!("{IMAGES}?page=1&size=12&sort=name,desc"))
        .await;
    assert_eq!(names(&page), ["image-02", "image-01", "image-00"]);
    let (_, page) = remote.get(&format!("{IMAGES}?size=1000")).await;
    assert_eq!((&page["size"], names(&page).len()), (&json!(12), 12));
}

#[tokio::test]
async fn both_services_read_and_one_writes() {
    let remote = Remote::start().await;
    remote.create_image("win11").await;
    let (status, page) = remote.get("/ims-catalog/v1/images").await;
    assert_eq!((status, names(&page)), (200, vec!["win11"]));
    assert_eq!(remote.post("/ims-catalog/v1/images", &json!({})).await.0, 405);
}

#[tokio::test]
async fn images_are_found_by_name() {
    let remote = Remote::start().await;
    for name in ["win11", "win10", "ubuntu"] {
        remote.create_image(name).await;
    }
    assert_eq!(names(&search(&remote, "name $eq win11").await.1), ["win11"]);
    assert_eq!(
        names(&search(&remote, "name $in [ubuntu, win10]").await.1),
        ["win10", "ubuntu"]
    );
    assert_eq!(
        names(&search(&remote, "name $like 'win'").await.1),
        ["win11", "win10"]
    );
    let both = "name $eq ubuntu OR name $eq win10 AND status $eq AVAILABLE";
    assert_eq!(names(&search(&remote, both).await.1), ["ubuntu"]);
    assert_eq!(search(&remote, "name $eq nothing").await.0, 404);
}

#[tokio::test]
async fn a_search_that_is_not_supported_is_a_400() {
    let remote = Remote::start().await;
    for text in ["description $eq x", "name $regex x", "name"] {
        let (status, body) = search(&remote, text).await;
        assert_eq!((status, code(&body)), (400, "INVALID_SEARCH_USAGE"), "{text}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_404() {
    let remote = Remote::start().await;
    assert_eq!(remote.get("/imagemgmt/v1/nothing").await.0, 404);
    assert_eq!(remote.get(&format!("{IMAGES}/none/versions")).await.0, 404);
    assert_eq!(remote.get(&format!("{IMAGES}/none/markers")).await.0, 404);
}
