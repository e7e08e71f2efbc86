//! Connections against a small server: a sign-in service and an account with one image.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tokio::time::timeout;

use super::examples::{allowed, horizon_spec, secrets_of};
use super::*;
use crate::inventory::{Inventory, NoInventoryRecorder};
use crate::lifecycle::{ObjectPart, Outcome, ProblemKind, RemoteId};
use crate::remote::http::{AlwaysOpen, NoRecorder};
use crate::remote::listing::ListAnswer;

const PATIENCE: Duration = Duration::from_secs(20);

/// What the server does, and what it was asked.
#[derive(Default)]
struct Remote {
    organisation: Mutex<String>,
    refuses_sign_in: Mutex<Option<StatusCode>>,
    reads: AtomicUsize,
}

impl Remote {
    fn answer(&self, uri: &Uri) -> Response {
        if uri.path().starts_with("/csp/") {
            if let Some(status) = *self.refuses_sign_in.lock().unwrap() {
                return (status, Json(json!({ "message": "invalid_grant" }))).into_response();
            }
            let claims = json!({ "context_name": *self.organisation.lock().unwrap() }).to_string();
            let token = format!("e30.{}.e30", URL_SAFE_NO_PAD.encode(claims));
            return Json(json!({ "access_token": token, "expires_in": 1799 })).into_response();
        }
        self.reads.fetch_add(1, Ordering::Relaxed);
        let content = match uri.path().rsplit('/').next() {
            Some("images") => json!([{ "id": "i1", "name": "win11", "status": "AVAILABLE" }]),
            _ => json!([]),
        };
        let count = content.as_array().unwrap().len();
        let page = json!({ "content": content, "totalElements": count, "totalPages": 1, "last": true });
        Json(page).into_response()
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }
}

/// A running server with its account, and connections that may reach it.
struct Bench {
    remote: Arc<Remote>,
    address: String,
    connections: Connections,
}

impl Bench {
    async fn start() -> Self {
        let remote = Arc::new(Remote {
            organisation: Mutex::new("org-1".into()),
            ..Remote::default()
        });
        let serving = Arc::clone(&remote);
        let app = Router::new().fallback(move |uri: Uri| {
            let remote = Arc::clone(&serving);
            async move { remote.answer(&uri) }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let connections = Connections::new(Settings {
            allowed_hosts: allowed(&["127.0.0.1"]),
            settling_window: Duration::from_mins(5),
            write_gate: Arc::new(AlwaysOpen),
            recorder: Arc::new(NoRecorder),
            inventory_recorder: Arc::new(NoInventoryRecorder),
        });
        Bench {
            remote,
            address,
            connections,
        }
    }

    fn blueprint(&self, secret: &str) -> Blueprint {
        let spec = horizon_spec(&json!({ "baseUrl": self.address, "tokenUrl": self.address }));
        Blueprint::parse(
            &spec,
            &secrets_of(&spec, secret),
            self.connections.allowed_hosts(),
        )
        .unwrap()
    }

    fn install(&self, secret: &str) -> Arc<Connection> {
        self.connections.install(&key(), self.blueprint(secret)).unwrap()
    }
}

fn inventory_of(connection: &Connection) -> &Arc<Inventory> {
    connection.image_management().unwrap().inventory()
}

fn key() -> ConnectionKey {
    ConnectionKey {
        namespace: "team".into(),
        name: "prod".into(),
    }
}

#[tokio::test]
async fn a_good_check_starts_the_polling_and_what_is_there_is_told() {
    let bench = Bench::start().await;
    let connection = bench.install("token");
    assert!(!connection.is_verified());
    assert_eq!(bench.remote.reads(), 0, "nothing is asked before the check");
    let good = Checked::Good {
        organisation: Some("org-1".into()),
        answer: ListAnswer::Items,
    };
    assert_eq!(connection.check(None).await, Outcome::Done(good));
    assert!(connection.is_verified());
    let changes = timeout(PATIENCE, bench.connections.changes()).await.unwrap();
    let images: Vec<&str> = changes[&key()].images.keys().map(RemoteId::as_str).collect();
    assert_eq!(images, ["i1"]);
    assert_eq!(inventory_of(&connection).latest().unwrap().entries().len(), 1);
}

#[tokio::test]
async fn credentials_of_another_organisation_are_found_out_before_anything_is_read() {
    let bench = Bench::start().await;
    *bench.remote.organisation.lock().unwrap() = "org-2".into();
    let connection = bench.install("token");
    let mismatch = Checked::OrganisationMismatch {
        expected: "org-1".parse().unwrap(),
        found: "org-2".into(),
    };
    assert_eq!(connection.check(None).await, Outcome::Done(mismatch));
    assert!(!connection.is_verified());
    assert_eq!(bench.remote.reads(), 0);
}

#[tokio::test]
async fn credentials_that_are_not_accepted_are_refused_as_unauthorized() {
    let bench = Bench::start().await;
    *bench.remote.refuses_sign_in.lock().unwrap() = Some(StatusCode::BAD_REQUEST);
    let connection = bench.install("token");
    let Outcome::Refused(problem) = connection.check(None).await else {
        panic!("credentials were accepted")
    };
    assert_eq!(problem.kind, ProblemKind::Unauthorized);
    assert!(!connection.is_verified());
}

#[tokio::test]
async fn an_equal_blueprint_keeps_the_live_connection_and_another_secret_replaces_it() {
    let bench = Bench::start().await;
    let first = bench.install("token");
    assert!(Arc::ptr_eq(&first, &bench.install("token")));
    let holder = ObjectPart::of("ImageCatalog", "team", "win11", "image");
    inventory_of(&first).watch_image(holder, &"i1".parse().unwrap());

    let second = bench.install("rotated");
    assert!(!Arc::ptr_eq(&first, &second));
    assert!(Arc::ptr_eq(&second, &bench.connections.get(&key()).unwrap()));
    second.check(None).await;
    let image = "i1".parse().unwrap();
    timeout(PATIENCE, async {
        while inventory_of(&second).known_versions(&image).is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_removed_connection_is_polled_no_more() {
    let bench = Bench::start().await;
    let connection = bench.install("token");
    let inventory = Arc::downgrade(inventory_of(&connection));
    connection.check(None).await;
    timeout(PATIENCE, bench.connections.changes()).await.unwrap();
    bench.connections.remove(&key());
    assert!(bench.connections.get(&key()).is_none());
    drop(connection);
    timeout(PATIENCE, async {
        while inventory.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_unreadable_ca_bundle_is_said_when_the_connection_is_made() {
    let bench = Bench::start().await;
    let mut spec = horizon_spec(&json!({ "baseUrl": bench.address, "tokenUrl": bench.address }));
    spec.tls = Some(crate::api::cloud_connection::Tls {
        ca_bundle: Some("no certificate".into()),
        ca_bundle_ref: None,
    });
    let blueprint = Blueprint::parse(
        &spec,
        &secrets_of(&spec, "token"),
        bench.connections.allowed_hosts(),
    )
    .unwrap();
    assert!(bench.connections.install(&key(), blueprint).is_err());
    assert!(bench.connections.get(&key()).is_none());
}
