//! Custom images of SurferCloud: one path, signed parameters, business errors in HTTP 200.

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use crate::support::{Answer, Remote, answer};

const DEMO: (&str, &str) = ("demo-public", "demo-private");

fn signed(parameters: &[(&str, &str)], (public, private): (&str, &str)) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    all.insert("PublicKey".into(), public.into());
    let mut text: Vec<&str> = Vec::new();
    for (name, value) in &all {
        text.extend([name.as_str(), value.as_str()]);
    }
    text.push(private);
    let digest = Sha1::digest(text.concat());
    let hex: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let signature = hex.concat();
    all.insert("Signature".into(), signature);
    all
}

fn form(remote: &Remote, parameters: &[(&str, &str)], keys: (&str, &str)) -> RequestBuilder {
    remote.http.post(remote.at("/")).form(&signed(parameters, keys))
}

async fn call(remote: &Remote, parameters: &[(&str, &str)]) -> Value {
    call_with(remote, parameters, DEMO).await
}

/// The body of an answer, which is HTTP 200 whatever it says.
async fn call_with(remote: &Remote, parameters: &[(&str, &str)], keys: (&str, &str)) -> Value {
    let (status, body) = answer(form(remote, parameters, keys)).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// These parameters with others in place of some of them; an empty one is left out.
fn with<'p>(base: &[(&'p str, &'p str)], changes: &[(&'p str, &'p str)]) -> Vec<(&'p str, &'p str)> {
    let is_replaced = |name: &str| changes.iter().any(|(other, _)| *other == name);
    let kept = base.iter().filter(|(name, _)| !is_replaced(name)).copied();
    let new = changes.iter().filter(|(_, value)| !value.is_empty()).copied();
    kept.chain(new).collect()
}

const IMPORT: [(&str, &str); 9] = [
    ("Action", "ImportCustomImage"),
    ("Region", "hk"),
    ("ProjectId", "org-demo"),
    ("ImageName", "debian-12"),
    ("UFileUrl", "https://images.hk.ufileos.com/debian-12.qcow2"),
    ("OsType", "Other"),
    ("OsName", "Other"),
    ("Format", "qcow2"),
    ("Auth", "true"),
];

const DESCRIBE: [(&str, &str); 4] = [
    ("Action", "DescribeImage"),
    ("Region", "hk"),
    ("ProjectId", "org-demo"),
    ("ImageType", "Custom"),
];

async fn import(remote: &Remote, name: &str) -> String {
    let body = call(remote, &with(&IMPORT, &[("ImageName", name)])).await;
    assert_eq!(body["RetCode"], 0, "{body}");
    body["ImageId"].as_str().unwrap().to_owned()
}

async fn terminate(remote: &Remote, image: &str) -> Value {
    let parameters = [
        ("Action", "TerminateCustomImage"),
        ("Region", "hk"),
        ("ProjectId", "org-demo"),
        ("ImageId", image),
    ];
    call(remote, &parameters).await
}

async fn listed(remote: &Remote) -> Vec<String> {
    let body = call(remote, &DESCRIBE).await;
    let images = body["ImageSet"].as_array().unwrap();
    let names = images
        .iter()
        .map(|image| image["ImageName"].as_str().unwrap().to_owned());
    names.collect()
}

async fn state_of(remote: &Remote, image: &str) -> Value {
    let body = call(remote, &with(&DESCRIBE, &[("ImageId", image)])).await;
    body["ImageSet"][0]["State"].clone()
}

fn code(body: &Value) -> i64 {
    body["RetCode"].as_i64().unwrap_or(-1)
}

#[tokio::test]
async fn an_import_is_making_then_available_then_terminated() {
    let remote = Remote::start().await;
    let id = import(&remote, "debian-12").await;
    assert!(id.starts_with("uimage-"), "{id}");
    let body = call(&remote, &DESCRIBE).await;
    assert_eq!(body["Action"], "DescribeImageResponse");
    assert_eq!(body["TotalCount"], 1);
    let image = &body["ImageSet"][0];
    assert_eq!(
        (&image["State"], &image["OsType"]),
        (&json!("Making"), &json!("Linux"))
    );
    remote.advance(1200).await;
    assert_eq!(state_of(&remote, &id).await, "Available");
    assert_eq!(remote.state().await["customImages"][0]["ProjectId"], "org-demo");

    let body = terminate(&remote, &id).await;
    assert_eq!((code(&body), &body["ImageId"]), (0, &json!(id)));
    assert_eq!(remote.last_request().await["changed"], true);
    assert_eq!(remote.last_request().await["operation"], "terminateCustomImage");
    assert_eq!(remote.last_request().await["imageId"], json!(id));
    assert!(listed(&remote).await.is_empty());
    let again = terminate(&remote, &id).await;
    assert_eq!(code(&again), 8956);
}

#[tokio::test]
async fn forms_queries_and_json_are_taken_alike() {
    let remote = Remote::start().await;
    let parameters = signed(&DESCRIBE, DEMO);
    let requests = [
        remote.http.get(remote.at("/")).query(&parameters),
        remote.http.post(remote.at("/")).json(&parameters),
        remote
            .http
            .post(remote.at("/?Action=DescribeImage"))
            .form(&parameters),
    ];
    for request in requests {
        let (status, body) = answer(request).await;
        assert_eq!((status, code(&body)), (200, 0), "{body}");
    }
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let remote = Remote::start().await;
    for parameters in [&DESCRIBE[..], &[("Action", "Nothing")]] {
        let response = form(&remote, parameters, DEMO).send().await.unwrap();
        assert!(response.headers().contains_key("x-ucloud-request-uuid"));
    }
}

#[tokio::test]
async fn checks_come_in_an_order_and_each_has_its_code() {
    let remote = Remote::start().await;
    let unsigned = async |parameters: Value| {
        let (status, body) = answer(remote.http.post(remote.at("/")).json(&parameters)).await;
        assert_eq!(status, 200);
        code(&body)
    };
    assert_eq!(unsigned(json!({})).await, 160);
    assert_eq!(unsigned(json!({"Action": "MakeCoffee"})).await, 161);
    assert_eq!(unsigned(json!({"Action": "DescribeImage"})).await, 170);
    let as_of = async |changes: &[(&'static str, &'static str)], keys| {
        code(&call_with(&remote, &with(&IMPORT, changes), keys).await)
    };
    assert_eq!(as_of(&[], ("nobody", "demo-private")).await, 172);
    assert_eq!(as_of(&[], ("demo-public", "wrong")).await, 171);
    assert_eq!(as_of(&[("ProjectId", "org-none")], DEMO).await, 292);
    assert_eq!(as_of(&[("Region", "mars")], DEMO).await, 230);
    assert_eq!(as_of(&[("Region", "")], DEMO).await, 210);
    assert_eq!(as_of(&[("ProjectId", "org-foreign")], DEMO).await, 292);
}

#[tokio::test]
async fn a_signature_is_over_what_was_sent() {
    let remote = Remote::start().await;
    let mut parameters = signed(&IMPORT, DEMO);
    parameters.insert("Auth".into(), "True".into());
    let (_, body) = answer(remote.http.post(remote.at("/")).form(&parameters)).await;
    assert_eq!(
        body,
        json!({"RetCode": 171, "Message": "Signature VerifyAC Error"})
    );
    assert_eq!(code(&call(&remote, &with(&IMPORT, &[("Auth", "True")])).await), 0);
}

#[tokio::test]
async fn a_sub_account_has_to_name_its_project() {
    let remote = Remote::start().await;
    let sub = ("sub-public", "sub-private");
    let as_sub =
        async |project| code(&call_with(&remote, &with(&DESCRIBE, &[("ProjectId", project)]), sub).await);
    assert_eq!(as_sub("").await, 299);
    assert_eq!(as_sub("org-other").await, 299);
    assert_eq!(as_sub("org-demo").await, 0);
    let main = call(&remote, &with(&DESCRIBE, &[("ProjectId", "")])).await;
    assert_eq!(code(&main), 0);
}

#[tokio::test]
async fn temporary_keys_come_with_their_token() {
    let remote = Remote::start().await;
    let keys = ("temporary-public", "temporary-private");
    assert_eq!(code(&call_with(&remote, &DESCRIBE, keys).await), 174);
    let parameters = with(&DESCRIBE, &[("SecurityToken", "demo-security-token")]);
    assert_eq!(code(&call_with(&remote, &parameters, keys).await), 0);
}

#[tokio::test]
async fn what_an_import_needs_is_checked() {
    let remote = Remote::start().await;
    let long_name = "x".repeat(64);
    let long_text = "x".repeat(256);
    let table = [
        ("ImageName", "", 210),
        ("UFileUrl", "", 210),
        ("Auth", "", 210),
        ("Format", "ISO", 230),
        ("Format", "QCOW2", 230),
        ("UFileUrl", "ftp://images/debian", 230),
        ("OsName", "CentOS 7.2 64位", 230),
        ("ImageName", long_name.as_str(), 230),
        ("ImageName", "a b", 230),
        ("ImageDescription", long_text.as_str(), 240),
        ("Auth", "false", 8300),
    ];
    for (name, value, expected) in table {
        let body = call(&remote, &with(&IMPORT, &[(name, value)])).await;
        assert_eq!(code(&body), expected, "{name}={value}: {body}");
    }
    assert!(listed(&remote).await.is_empty());
}

#[tokio::test]
async fn a_list_has_pages_filters_and_a_total() {
    let remote = Remote::start().await;
    for number in 0..25 {
        import(&remote, &format!("image-{number}")).await;
    }
    let page = call(&remote, &DESCRIBE).await;
    assert_eq!(page["TotalCount"], 25);
    assert_eq!(page["ImageSet"].as_array().unwrap().len(), 20);
    let rest = call(&remote, &with(&DESCRIBE, &[("Offset", "20"), ("Limit", "100")])).await;
    assert_eq!(rest["ImageSet"].as_array().unwrap().len(), 5);
    let all = call(&remote, &with(&DESCRIBE, &[("ImageType", "")])).await;
    assert_eq!(all["TotalCount"], 27, "the vendor's own images are there too");
    let windows = call(&remote, &with(&DESCRIBE, &[("OsType", "Windows")])).await;
    assert_eq!(windows["TotalCount"], 0);
    for scope in [("Region", "sg"), ("ProjectId", "org-other")] {
        assert_eq!(call(&remote, &with(&DESCRIBE, &[scope])).await["TotalCount"], 0);
    }
}

#[tokio::test]
async fn an_unknown_id_shows_nothing_in_the_way_that_is_set() {
    let remote = Remote::start().await;
    let unknown = with(&DESCRIBE, &[("ImageId", "uimage-none")]);
    let empty = call(&remote, &unknown).await;
    assert_eq!(
        (&empty["TotalCount"], &empty["ImageSet"]),
        (&json!(0), &json!([]))
    );
    remote
        .settings(json!({"surferCloud": {"emptyImageSet": "omitted"}}))
        .await;
    assert!(call(&remote, &unknown).await.get("ImageSet").is_none());
    remote
        .settings(json!({"surferCloud": {"emptyImageSet": "null"}}))
        .await;
    assert_eq!(call(&remote, &unknown).await.get("ImageSet"), Some(&Value::Null));
}

fn copy<'p>(source: &'p str, changes: &[(&'p str, &'p str)]) -> Vec<(&'p str, &'p str)> {
    let base = [
        ("Action", "CopyCustomImage"),
        ("Region", "hk"),
        ("ProjectId", "org-demo"),
        ("SourceImageId", source),
        ("TargetProjectId", "org-demo"),
        ("TargetRegion", "sg"),
    ];
    with(&base, changes)
}

#[tokio::test]
async fn a_copy_is_made_of_what_is_available_and_appears_where_it_goes() {
    let remote = Remote::start().await;
    let parameters = with(&IMPORT, &[("ImageDescription", "mine [io1:x]")]);
    let body = call(&remote, &parameters).await;
    let source = body["ImageId"].as_str().unwrap();
    assert_eq!(code(&call(&remote, &copy(source, &[])).await), 8961);
    remote.advance(1200).await;
    assert_eq!(
        code(&call(&remote, &copy(source, &[("TargetRegion", "hk")])).await),
        8962
    );
    assert_eq!(code(&call(&remote, &copy("uimage-none", &[])).await), 8956);
    assert_eq!(
        code(&call(&remote, &copy(source, &[("TargetProjectId", "")])).await),
        210
    );
    let body = call(&remote, &copy(source, &[])).await;
    let target = body["TargetImageId"].as_str().unwrap().to_owned();
    let there = with(&DESCRIBE, &[("Region", "sg")]);
    let shown = call(&remote, &there).await["ImageSet"][0].clone();
    assert_eq!(
        (&shown["ImageId"], &shown["State"]),
        (&json!(target), &json!("Copying"))
    );
    assert_eq!(
        shown["ImageDescription"], "mine [io1:x]",
        "a description is inherited"
    );
    remote.advance(1200).await;
    assert_eq!(call(&remote, &there).await["ImageSet"][0]["State"], "Available");
}

#[tokio::test]
async fn an_image_is_made_of_a_host() {
    let remote = Remote::start().await;
    let parameters = [
        ("Action", "CreateCustomImage"),
        ("Region", "hk"),
        ("UHostId", "uhost-1"),
        ("ImageName", "host"),
    ];
    assert_eq!(code(&call(&remote, &parameters).await), 0);
    assert_eq!(listed(&remote).await, ["host"]);
}

#[tokio::test]
async fn the_account_calls_need_no_region() {
    let remote = Remote::start().await;
    let projects = call(&remote, &[("Action", "GetProjectList")]).await;
    assert_eq!(projects["ProjectCount"], 2);
    assert_eq!(projects["ProjectSet"][0]["ProjectId"], "org-demo");
    assert_eq!(projects["ProjectSet"][0]["IsDefault"], true);
    let regions = call(&remote, &[("Action", "GetRegion")]).await;
    assert_eq!(regions["Regions"][0]["Region"], "hk");
}

async fn import_under(effect: Value) -> (Remote, Option<Answer>) {
    let remote = Remote::start().await;
    let fault = json!({"match": {"operation": "importCustomImage"}, "effect": effect});
    remote.fault(fault).await;
    let response = form(&remote, &IMPORT, DEMO).send().await;
    let answered = match response {
        Ok(response) => {
            let status = response.status().as_u16();
            let text = response.text().await.unwrap();
            Some((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
        }
        Err(_) => None,
    };
    (remote, answered)
}

#[tokio::test]
async fn an_import_may_be_done_and_its_answer_lost_in_every_way() {
    let (remote, nothing) = import_under(json!({"type": "dropAfter"})).await;
    assert_eq!(nothing, None);
    assert_eq!(listed(&remote).await.len(), 1);
    let (remote, timeout) = import_under(json!({"type": "errorAfter", "status": 200, "code": "110"})).await;
    let (status, body) = timeout.unwrap();
    assert_eq!((status, code(&body)), (200, 110));
    assert_eq!(listed(&remote).await.len(), 1);
    let (remote, gateway) = import_under(json!({"type": "errorAfter", "status": 504})).await;
    assert_eq!(gateway.unwrap().0, 504);
    assert_eq!(listed(&remote).await.len(), 1);
    for how in ["html", "truncate", "empty"] {
        let (remote, damaged) = import_under(json!({"type": "corrupt", "how": how})).await;
        assert!(damaged.unwrap().1.is_string(), "{how}");
        assert_eq!(listed(&remote).await.len(), 1);
    }
}

#[tokio::test]
async fn a_code_can_be_asked_for_and_nothing_is_done() {
    for wanted in [130, 150, 153, 8022, 8095] {
        let effect = json!({"type": "refuse", "status": 200, "code": wanted.to_string(), "message": "no"});
        let (remote, answered) = import_under(effect).await;
        assert_eq!(answered.unwrap().1, json!({"RetCode": wanted, "Message": "no"}));
        assert!(listed(&remote).await.is_empty());
    }
}

#[tokio::test]
async fn a_new_image_can_stay_out_of_sight() {
    let (remote, answered) = import_under(json!({"type": "hideFromListings", "seconds": 60})).await;
    assert_eq!(code(&answered.unwrap().1), 0);
    assert!(listed(&remote).await.is_empty());
    remote.advance(60).await;
    assert_eq!(listed(&remote).await.len(), 1);
}

#[tokio::test]
async fn an_import_can_fail_later_without_a_reason() {
    let (remote, answered) = import_under(json!({"type": "failWork", "errorCode": "ANY"})).await;
    let body = answered.unwrap().1;
    let id = body["ImageId"].as_str().unwrap();
    assert_eq!(state_of(&remote, id).await, "Making");
    remote.advance(1200).await;
    assert_eq!(state_of(&remote, id).await, "Unavailable");
}

#[tokio::test]
async fn an_image_is_changed_and_taken_away_behind_everybody_s_back() {
    let remote = Remote::start().await;
    let id = import(&remote, "debian-12").await;
    let path = format!("custom-images/{id}");
    remote
        .control(Method::PATCH, &path, &json!({"state": "Unavailable"}))
        .await;
    assert_eq!(state_of(&remote, &id).await, "Unavailable");
    remote.control(Method::DELETE, &path, &json!({})).await;
    assert!(listed(&remote).await.is_empty());
    let (status, _) = remote.try_control(Method::DELETE, &path, &json!({})).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn what_the_public_record_is_silent_about_can_be_set() {
    let remote = Remote::start_with(json!({"surferCloud": {
        "imageQuota": 2, "uniqueNames": true, "textRetCodes": true, "formatRule": "anyCase", "authRule": "ignored",
        "sparseImages": true, "terminateSeconds": 30, "maxLimit": 1,
    }}))
    .await;
    let body = call(&remote, &with(&IMPORT, &[("Format", "QCOW2"), ("Auth", "0")])).await;
    assert_eq!(body["RetCode"], "0");
    let first = body["ImageId"].as_str().unwrap().to_owned();
    assert_eq!(call(&remote, &IMPORT).await["RetCode"], "230");
    assert_eq!(
        call(&remote, &with(&IMPORT, &[("ImageName", "b")])).await["RetCode"],
        "0"
    );
    assert_eq!(
        call(&remote, &with(&IMPORT, &[("ImageName", "c")])).await["RetCode"],
        "8095"
    );
    let page = call(&remote, &DESCRIBE).await;
    assert_eq!(page["TotalCount"], 2);
    assert_eq!(page["ImageSet"].as_array().unwrap().len(), 1);
    assert!(page["ImageSet"][0].get("ImageSize").is_none());
    assert_eq!(terminate(&remote, &first).await["RetCode"], "0");
    assert_eq!(remote.last_request().await["changed"], true);
    assert_eq!(terminate(&remote, &first).await["RetCode"], "0");
    assert_eq!(remote.last_request().await["changed"], false);
    assert_eq!(call(&remote, &DESCRIBE).await["TotalCount"], 2);
    remote.advance(30).await;
    assert_eq!(call(&remote, &DESCRIBE).await["TotalCount"], 1);
}
