//! The four sign-ins, and what a token is good for.

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::{Answer, IMAGES, ORG, OTHER_ORG, Remote, answer, code, gallery_image};

const API_TOKEN: &str = "/csp/gateway/am/api/auth/api-tokens/authorize";
const OAUTH_APP: &str = "/csp/gateway/am/api/auth/authorize";
const SERVICE: &str = "/auth/v1/oauth/token";
const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

fn claims(token: &str) -> Value {
    use base64::Engine;
    let part = token.split('.').nth(1).expect("a JWT has three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(part)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn an_api_token_is_taken_under_both_names() {
    let remote = Remote::start().await;
    for name in ["refresh_token", "api_token"] {
        let form = [(name, "demo-api-token"), ("grant_type", "refresh_token")];
        let (status, body) = answer(remote.http.post(remote.at(API_TOKEN)).form(&form)).await;
        assert_eq!(status, 200, "{name}: {body}");
        assert_eq!(body["token_type"], "bearer");
        assert_eq!(body["expires_in"], 1799);
        let claims = claims(body["access_token"].as_str().unwrap());
        assert_eq!(claims["context_name"], ORG);
        assert_eq!(
            claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
            1799
        );
    }
}

#[tokio::test]
async fn a_bad_api_token_is_a_404_or_a_400() {
    let remote = Remote::start().await;
    for status in [404, 400] {
        remote.settings(json!({"badTokenAnswer": status})).await;
        let form = [("refresh_token", "wrong")];
        let (got, body) = answer(remote.http.post(remote.at(API_TOKEN)).form(&form)).await;
        assert_eq!(got, status);
        assert_eq!(body["statusCode"], status);
        assert!(
            body["message"].as_str().unwrap().starts_with("invalid_grant"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_oauth_app_signs_in_by_basic_and_the_grant_may_stand_in_the_query() {
    let remote = Remote::start().await;
    let by_form = remote.http.post(remote.at(OAUTH_APP)).form(&GRANT);
    let by_query = remote
        .http
        .post(remote.at(&format!("{OAUTH_APP}?grant_type=client_credentials")));
    for request in [by_form, by_query] {
        let (status, body) = answer(request.basic_auth("demo-client", Some("demo-secret"))).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["id_token"], Value::Null);
    }
    let wrong = remote.http.post(remote.at(OAUTH_APP)).form(&GRANT);
    assert_eq!(
        answer(wrong.basic_auth("demo-client", Some("wrong"))).await.0,
        400
    );
}

#[tokio::test]
async fn the_service_signs_in_by_itself_for_five_hours() {
    let remote = Remote::start().await;
    let request = remote.http.post(remote.at(SERVICE)).form(&GRANT);
    let (status, body) = answer(request.basic_auth("demo-client", Some("demo-secret"))).await;
    assert_eq!((status, &body["expires_in"]), (200, &json!(17_999)));
    assert!(body.get("refresh_token").is_none());
    let wrong = remote.http.post(remote.at(SERVICE)).form(&GRANT);
    assert_eq!(
        answer(wrong.basic_auth("demo-client", Some("wrong"))).await.0,
        401
    );
}

/// Signs in to Citrix Cloud, with these media types.
async fn citrix(remote: &Remote, customer: &str, secret: &str, kind: &str, accept: &str) -> (u16, String) {
    let form = format!("grant_type=client_credentials&client_id=demo-client&client_secret={secret}");
    let path = format!("/cctrustoauth2/{customer}/tokens/clients");
    let request = remote
        .http
        .post(remote.at(&path))
        .header(CONTENT_TYPE, kind)
        .header(ACCEPT, accept);
    let response = request.body(form).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

#[tokio::test]
async fn citrix_cloud_answers_with_white_space_and_a_lifetime_in_a_string() {
    let remote = Remote::start().await;
    for customer in ["democust", "root"] {
        let (status, text) = citrix(&remote, customer, "demo-secret", FORM, JSON).await;
        assert_eq!(status, 200, "{text}");
        assert!(text.starts_with("\n "), "{text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["expires_in"], "3600");
    }
}

#[tokio::test]
async fn citrix_cloud_refuses_a_charset_and_any_other_accept() {
    let remote = Remote::start().await;
    let with_charset = format!("{FORM}; charset=utf-8");
    assert_eq!(
        citrix(&remote, "democust", "demo-secret", &with_charset, JSON)
            .await
            .0,
        415
    );
    assert_eq!(
        citrix(&remote, "democust", "demo-secret", FORM, "*/*").await.0,
        406
    );
}

#[tokio::test]
async fn citrix_cloud_answers_400_to_a_wrong_client_or_customer() {
    let remote = Remote::start().await;
    for (customer, secret) in [("democust", "wrong"), ("othercust", "demo-secret")] {
        let (status, text) = citrix(&remote, customer, secret, FORM, JSON).await;
        assert_eq!(status, 400);
        assert!(text.contains("invalid_client"), "{text}");
    }
}

async fn citrix_get(remote: &Remote, authorization: &str, customer: Option<&str>) -> Answer {
    let request = remote
        .http
        .get(remote.at(IMAGES))
        .header(AUTHORIZATION, authorization)
        .header(ACCEPT, JSON);
    match customer {
        Some(customer) => answer(request.header("Citrix-CustomerId", customer)).await,
        None => answer(request).await,
    }
}

#[tokio::test]
async fn a_citrix_token_works_in_its_own_scheme_and_with_its_customer_only() {
    let remote = Remote::start().await;
    remote.create_image("win11").await;
    let (_, text) = citrix(&remote, "democust", "demo-secret", FORM, JSON).await;
    let body: Value = serde_json::from_str(&text).unwrap();
    let token = body["access_token"].as_str().unwrap();
    let scheme = format!("CwsAuth Bearer={token}");
    assert_eq!(citrix_get(&remote, &scheme, Some("democust")).await.0, 200);
    assert_eq!(
        citrix_get(&remote, &scheme.to_lowercase(), Some("democust"))
            .await
            .0,
        401,
        "the token has a case"
    );
    assert_eq!(
        citrix_get(&remote, &format!("CWSAuth bearer={token}"), Some("democust"))
            .await
            .0,
        200
    );
    assert_eq!(citrix_get(&remote, &scheme, None).await.0, 400);
    assert_eq!(citrix_get(&remote, &scheme, Some("othercust")).await.0, 403);
    assert_eq!(
        citrix_get(&remote, &format!("Bearer {token}"), Some("democust"))
            .await
            .0,
        401
    );
    let (status, body) = citrix_get(&remote, "CwsAuth Bearer=wrong", Some("democust")).await;
    assert_eq!(status, 401);
    assert_eq!(body["type"], "https://errors-api.cloud.com/common/authentication");
}

#[tokio::test]
async fn without_a_token_every_operation_is_a_401() {
    let remote = Remote::start().await;
    let (status, body) = answer(remote.http.get(remote.at(IMAGES))).await;
    assert_eq!(status, 401);
    assert_eq!(body["status"], 401);
    assert!(body["traceId"].is_string());
}

#[tokio::test]
async fn a_token_dies_after_its_lifetime() {
    let remote = Remote::start_with(json!({"emptyListAnswer": 200})).await;
    remote.advance(1790).await;
    assert_eq!(remote.get(IMAGES).await.0, 200);
    remote.advance(10).await;
    assert_eq!(remote.get(IMAGES).await.0, 401);
}

#[tokio::test]
async fn the_lifetime_can_be_set() {
    let mut remote = Remote::start_with(json!({"tokenLifetimeSeconds": 5, "emptyListAnswer": 200})).await;
    remote.advance(6).await;
    assert_eq!(remote.get(IMAGES).await.0, 401);
    remote.sign_in("demo-api-token").await;
    assert_eq!(remote.get(IMAGES).await.0, 200);
}

#[tokio::test]
async fn an_organisation_sees_its_own_images_only() {
    let mut remote = Remote::start().await;
    let made = remote.create_image("win11").await;
    remote.sign_in("other-api-token").await;
    assert_eq!(remote.get(IMAGES).await.0, 404);
    assert_eq!(remote.get(&made.image_path()).await.0, 404);
}

#[tokio::test]
async fn another_organisation_in_the_request_is_a_403_unless_set_otherwise() {
    let remote = Remote::start().await;
    remote.create_image("win11").await;
    let list = format!("{IMAGES}?org_id={OTHER_ORG}");
    let (status, body) = remote.get(&list).await;
    assert_eq!((status, code(&body)), (403, "FORBIDDEN"));
    remote.settings(json!({"wrongOrgAnswer": "notFound"})).await;
    assert_eq!(remote.get(&list).await.0, 404);
    remote.settings(json!({"wrongOrgAnswer": "empty"})).await;
    let (status, body) = remote.get(&list).await;
    assert_eq!((status, &body["totalElements"]), (200, &json!(0)));
    assert_eq!(
        remote.get(&format!("{IMAGES}?orgId={ORG}")).await.1["totalElements"],
        1
    );
}

#[tokio::test]
async fn a_write_for_another_organisation_is_always_a_403() {
    let remote = Remote::start_with(json!({"wrongOrgAnswer": "empty"})).await;
    let mut image = gallery_image("win11");
    image["orgId"] = json!(OTHER_ORG);
    let (status, _) = remote
        .post("/imagemgmt/v1/images?action=copy-existing-image", &image)
        .await;
    assert_eq!(status, 403);
    assert_eq!(remote.state().await["images"], json!([]));
}
