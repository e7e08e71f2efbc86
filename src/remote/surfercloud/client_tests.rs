//! The client against a server that answers by a script.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::model::{CopyImage, FileUrl, Format, ImportImage, Location};
use super::{Client, Keys};
use crate::lifecycle::{Outcome, ProblemKind, RemoteId};
use crate::remote::http::scripted::{Asked, Reply, Scripted, wire_with};
use crate::remote::http::{NoRecorder, Transport, TransportSettings};
use crate::remote::listing::{Coherence, ListAnswer};
use crate::remote::phase::Phase;

const PRIVATE: &str = "46f09bb9fab4f12dfc160dae12273d5332b5debe";

fn client(server: &Scripted) -> Client {
    let wire = wire_with(|settings| settings.body_limit = 64 * 1024);
    let mut settings = TransportSettings::default();
    settings.retry.first_pause = Duration::from_millis(1);
    let transport = Transport::new(wire, settings, Arc::new(NoRecorder));
    let keys = Keys {
        public_key: "ucloudsomeone@example.com1296235120854146120".into(),
        private_key: PRIVATE.into(),
        security_token: None,
    };
    Client::new(Arc::new(transport), server.base_url(), keys)
}

fn id(text: &str) -> RemoteId {
    text.parse().unwrap()
}

fn location() -> Location {
    Location {
        region: "hk".parse().unwrap(),
        project_id: Some("org-test".parse().unwrap()),
    }
}

fn import() -> ImportImage {
    ImportImage {
        image_name: "debian-12".parse().unwrap(),
        ufile_url: FileUrl::new("https://images.hk.ufileos.com/debian-12.qcow2").unwrap(),
        os_type: "Other".into(),
        os_name: "Other".into(),
        format: Format::Qcow2,
        image_description: "built by ci".into(),
    }
}

fn done(fields: &Value) -> Reply {
    let mut body = json!({ "RetCode": 0, "Action": "SomeResponse" });
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    Reply::json(200, &body)
}

fn failed(code: i64, message: &str) -> Reply {
    Reply::json(200, &json!({ "RetCode": code, "Message": message }))
}

fn page(total: i64, ids: &[&str]) -> Reply {
    let images: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "ImageId": id, "State": "Available" }))
        .collect();
    done(&json!({ "TotalCount": total, "ImageSet": images }))
}

fn sent(asked: &Asked) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(asked.body.as_bytes())
        .into_owned()
        .collect()
}

fn kind<T>(outcome: &Outcome<T>) -> (&'static str, Option<ProblemKind>) {
    (outcome.class(), outcome.problem().map(|problem| problem.kind))
}

#[tokio::test]
async fn an_import_is_one_signed_form_at_the_root() {
    let server = Scripted::new([done(&json!({ "ImageId": "uimage-f1chxn" }))]);
    let outcome = client(&server).import_image(&location(), &import()).await;
    assert_eq!(outcome, Outcome::Done(id("uimage-f1chxn")));
    assert_eq!(server.lines(), ["POST /"]);
    let asked = &server.asked()[0];
    assert_eq!(
        asked.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    let sent = sent(asked);
    assert_eq!(sent["Auth"], "true");
    assert_eq!(sent["Format"], "qcow2");
    assert_eq!(sent["Signature"], "3c302034f68641a64a16dab72c4305c853f1e0aa");
}

#[tokio::test]
async fn a_copy_names_its_target_and_says_its_own_description() {
    let server = Scripted::new(vec![done(&json!({ "TargetImageId": "uimage-2" })); 2]);
    let copy = |region: &str| CopyImage {
        source_image_id: id("uimage-1"),
        target_region: region.parse().unwrap(),
        target_project_id: "org-test".parse().unwrap(),
        target_image_name: "debian-12".parse().unwrap(),
        target_image_description: "[io1:x]".into(),
    };
    for region in ["sg", "hk"] {
        let outcome = client(&server).copy_image(&location(), &copy(region)).await;
        assert_eq!(outcome, Outcome::Done(id("uimage-2")));
    }
    let asked = server.asked();
    let (elsewhere, here) = (sent(&asked[0]), sent(&asked[1]));
    assert_eq!(elsewhere["Region"], "hk");
    assert_eq!(elsewhere["TargetRegion"], "sg");
    assert_eq!(elsewhere["TargetImageDescription"], "[io1:x]");
    assert_eq!(here.get("TargetRegion"), None);
}

#[tokio::test]
async fn a_create_whose_outcome_is_open_is_sent_once_and_unknown() {
    for reply in [
        failed(110, "timeout"),
        failed(130, "Service error and break"),
        failed(150, "Service unavailable"),
        failed(8301, "import failed"),
        failed(8024, "operation failed, retry later"),
        done(&json!({})),
        done(&json!({ "ImageId": "" })),
        Reply::json(200, &json!({ "ImageId": "uimage-1" })),
        Reply::text(200, ""),
        Reply::text(200, "{\"RetCode\":0,\"Ima"),
        Reply::text(200, "<html>maintenance</html>"),
        Reply::text(504, "gateway timeout"),
        Reply::text(502, ""),
        Reply::Drop,
    ] {
        let server = Scripted::new([reply.clone()]);
        let outcome = client(&server).import_image(&location(), &import()).await;
        assert_eq!(outcome.class(), "unknown", "{reply:?}: {outcome:?}");
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn wrong_keys_a_wrong_project_and_a_missing_permission_are_told_apart() {
    let server = Scripted::new([
        failed(171, "Signature VerifyAC Error"),
        failed(172, "User Not Exists"),
        failed(292, "Project [org-test] not exists"),
        failed(299, "IAM permission error"),
        Reply::json(
            200,
            &json!({ "RetCode": "171", "Message": "Signature VerifyAC Error" }),
        ),
    ]);
    let client = client(&server);
    let mut seen = Vec::new();
    for _ in 0..5 {
        let outcome = client.check(&location()).await;
        let problem = outcome.problem().unwrap();
        seen.push((outcome.class(), problem.kind, problem.code.clone().unwrap()));
    }
    let refused = |kind, code: &str| ("refused", kind, code.to_owned());
    assert_eq!(
        seen,
        [
            refused(ProblemKind::Unauthorized, "171"),
            refused(ProblemKind::Unauthorized, "172"),
            refused(ProblemKind::NoSuchProject, "292"),
            refused(ProblemKind::Forbidden, "299"),
            refused(ProblemKind::Unauthorized, "171"),
        ]
    );
}

#[tokio::test]
async fn a_refusal_has_the_words_of_the_remote_an_advice_and_the_id_of_the_request() {
    let reply = failed(8095, "quota").with("X-UCLOUD-REQUEST-UUID", "t-1");
    let server = Scripted::new([reply]);
    let outcome = client(&server).import_image(&location(), &import()).await;
    assert_eq!(
        outcome.problem().unwrap().to_string(),
        "import image debian-12 in hk/org-test: quota; the quota of custom images is used up: delete some, or ask \
         the vendor for more (HTTP 200, code 8095, trace t-1)"
    );
}

#[tokio::test]
async fn a_throttled_request_is_not_done_and_comes_back_later() {
    let server = Scripted::new([failed(153, "throttled")]);
    let client = client(&server);
    let outcome = client.import_image(&location(), &import()).await;
    assert_eq!(kind(&outcome), ("throttled", Some(ProblemKind::TooManyRequests)));
    let held = client.terminate_image(&location(), &id("uimage-1")).await;
    assert_eq!(held.class(), "throttled");
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_read_that_fails_within_the_remote_is_repeated() {
    let server = Scripted::new([failed(130, ""), failed(150, ""), page(1, &["uimage-1"])]);
    let outcome = client(&server).list_images(&location()).await;
    assert_eq!(outcome.class(), "done");
    assert_eq!(server.lines().len(), 3);
}

#[tokio::test]
async fn neither_signature_nor_presigned_address_is_repeated_from_what_the_remote_says() {
    let presigned =
        "https://b.hk.ufileos.com/a?UCloudPublicKey=TOKEN_77&Signature=c2VjcmV0cw%3D%3D&Expires=1";
    let import = ImportImage {
        ufile_url: FileUrl::new(presigned).unwrap(),
        ..import()
    };
    let server = Scripted::new([failed(
        230,
        &format!("Params [UFileUrl] not available: {presigned} c2VjcmV0cw=="),
    )]);
    let outcome = client(&server).import_image(&location(), &import).await;
    let message = outcome.problem().unwrap().to_string();
    assert!(message.contains("Params [UFileUrl] not available"), "{message}");
    assert!(
        !message.contains("c2VjcmV0cw") && !message.contains("TOKEN_77"),
        "{message}"
    );

    let terminate = "f9c3092b6561af278aa9da9d14c3e5d50f53e8ee";
    let server = Scripted::new([failed(171, &format!("Signature {terminate} VerifyAC Error"))]);
    let outcome = client(&server)
        .terminate_image(&location(), &id("uimage-abc123"))
        .await;
    let message = outcome.problem().unwrap().to_string();
    assert!(
        message.contains("Signature [redacted] VerifyAC Error"),
        "{message}"
    );
    assert!(!format!("{:?}", client(&server)).contains(PRIVATE));
}

#[tokio::test]
async fn a_list_goes_on_from_what_it_was_given() {
    let server = Scripted::new([page(3, &["uimage-a", "uimage-b"]), page(3, &["uimage-c"])]);
    let Outcome::Done(listing) = client(&server).list_images(&location()).await else {
        panic!()
    };
    assert_eq!(listing.items.len(), 3);
    assert_eq!(listing.coherence, Coherence::Steady);
    let asked = server.asked();
    let second = sent(&asked[1]);
    assert_eq!(
        (second["Offset"].as_str(), second["Limit"].as_str()),
        ("2", "100")
    );
    assert_eq!(second["ImageType"], "Custom");
}

#[tokio::test]
async fn a_list_that_moves_is_read_again() {
    let server = Scripted::new([
        page(2, &["uimage-a"]),
        page(3, &["uimage-b"]),
        page(3, &["uimage-c"]),
        page(2, &["uimage-a", "uimage-c"]),
    ]);
    let Outcome::Done(listing) = client(&server).list_images(&location()).await else {
        panic!()
    };
    assert_eq!(listing.items.len(), 2);
    assert_eq!(listing.coherence, Coherence::Steady);
}

#[tokio::test]
async fn a_page_that_shows_less_than_it_promises_is_no_certain_list() {
    let server = Scripted::new(vec![page(2, &[]); 3]);
    let Outcome::Done(listing) = client(&server).list_images(&location()).await else {
        panic!()
    };
    assert_eq!(listing.coherence, Coherence::Moving);
    assert_eq!(server.lines().len(), 3);
}

#[tokio::test]
async fn every_way_to_show_nothing_is_an_empty_list_and_only_with_a_return_code() {
    for fields in [
        json!({ "TotalCount": 0, "ImageSet": [] }),
        json!({ "TotalCount": 0, "ImageSet": null }),
        json!({ "TotalCount": 0 }),
        json!({}),
    ] {
        let server = Scripted::new([done(&fields)]);
        let Outcome::Done(listing) = client(&server).list_images(&location()).await else {
            panic!()
        };
        assert_eq!(listing.answer, ListAnswer::EmptyPage);
        assert_eq!(listing.coherence, Coherence::Steady);
    }
    let server = Scripted::new(vec![Reply::json(200, &json!({ "TotalCount": 0 })); 3]);
    let outcome = client(&server).list_images(&location()).await;
    assert_eq!(kind(&outcome), ("unknown", Some(ProblemKind::Malformed)));
}

#[tokio::test]
async fn an_image_is_read_whatever_types_its_fields_have() {
    let image = json!({
        "ImageId": "uimage-1", "ImageName": 7, "State": "Making", "CreateTime": "1234567890", "ImageSize": 20,
        "Features": ["HotPlug"], "MinimalCPU": "Broadwell", "New": { "a": 1 }, "ImageDescription": null,
    });
    let server = Scripted::new([done(&json!({ "TotalCount": "1", "ImageSet": [image] }))]);
    let Outcome::Done(image) = client(&server).get_image(&location(), &id("uimage-1")).await else {
        panic!()
    };
    assert_eq!(image.image_name.as_deref(), Some("7"));
    assert_eq!(image.state.phase(), Phase::InTransition);
    assert_eq!(image.create_time, Some(1_234_567_890));
    assert_eq!(image.minimal_cpu.as_deref(), Some("Broadwell"));
    assert_eq!(image.image_description, None);
}

#[tokio::test]
async fn an_image_is_not_there_only_when_the_remote_shows_nothing() {
    let get = async |reply: Reply| {
        let server = Scripted::new(vec![reply; 3]);
        kind(&client(&server).get_image(&location(), &id("uimage-1")).await)
    };
    let absent = ("refused", Some(ProblemKind::NotFound));
    assert_eq!(get(page(0, &[])).await, absent);
    assert_eq!(get(done(&json!({ "TotalCount": 0 }))).await, absent);
    let strange = ("unknown", Some(ProblemKind::Malformed));
    assert_eq!(get(page(1, &[])).await, strange);
    assert_eq!(get(page(1, &["uimage-2"])).await, strange);
    for (code, kind) in [
        (171, ProblemKind::Unauthorized),
        (230, ProblemKind::Rejected),
        (292, ProblemKind::NoSuchProject),
        (299, ProblemKind::Forbidden),
    ] {
        assert_eq!(get(failed(code, "no")).await, ("refused", Some(kind)), "{code}");
    }
}

#[tokio::test]
async fn a_delete_is_done_refused_or_unknown() {
    let server = Scripted::new([
        done(&json!({ "ImageId": "uimage-1" })),
        failed(8956, "resource does not exist or is not a custom image"),
        failed(8022, "delete failed, retry later"),
        failed(172, "User Not Exists"),
        Reply::Drop,
    ]);
    let client = client(&server);
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(kind(&client.terminate_image(&location(), &id("uimage-1")).await));
    }
    assert_eq!(
        seen,
        [
            ("done", None),
            ("refused", Some(ProblemKind::NotFound)),
            ("unknown", Some(ProblemKind::ServerError)),
            ("refused", Some(ProblemKind::Unauthorized)),
            ("unknown", Some(ProblemKind::Unreachable)),
        ]
    );
}

#[tokio::test]
async fn projects_are_listed_with_the_default_one_marked() {
    let projects = json!([
        { "ProjectId": "org-a", "ProjectName": "Default", "IsDefault": true },
        { "ProjectId": "org-b" },
    ]);
    let server = Scripted::new([done(&json!({ "ProjectCount": 2, "ProjectSet": projects }))]);
    let Outcome::Done(projects) = client(&server).list_projects().await else {
        panic!()
    };
    assert_eq!(projects.len(), 2);
    assert_eq!(
        (projects[0].project_id.as_str(), projects[0].is_default),
        ("org-a", Some(true))
    );
}
