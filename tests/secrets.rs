//! No secret shows up where people and programs read: not in a log line at the finest level, an event, a status, a
//! metric, or a trace. Remotes that repeat what they were sent are part of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to fail"
)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Value, json};
use support::{Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, cluster, eventually};
use tokio::net::TcpListener;

const DEADLINE: Duration = Duration::from_secs(90);
const ORGANISATION: &str = "00000000-0000-4000-8000-000000000001";

/// Every secret that is used. The first two are those of the simulator's own account.
const SECRETS: [&str; 8] = [
    "demo-api-token",
    "demo-secret",
    "M4rk-wrong-api-token",
    "M4rk-wrong-app-secret",
    "M4rk-wrong-service-secret",
    "M4rk-wrong-citrix-secret",
    "M4rk-Passw0rd-good",
    "M4rk-Passw0rd-refused",
];

/// How the access tokens of the simulator and the ServiceAccount's own token begin.
const ACCESS_TOKEN: &str = "eyJ";

#[tokio::test]
async fn no_secret_shows_up_where_people_and_programs_read() {
    let collector = Collector::start().await;
    let namespace = cluster().namespace().await;
    let options = SimulatorOptions {
        speed: 1_000,
        ..SimulatorOptions::default()
    };
    let simulator = Simulator::start(cluster(), options).await.unwrap();
    let options = OperatorOptions::for_namespace(&namespace)
        .with("--log-level=trace")
        .with("--settling-window=2s")
        .with(format!("--otlp-endpoint={}", collector.url));
    let mut operator = Operator::start(cluster(), options).await.unwrap();

    connections(&namespace, simulator.url()).await;
    for (name, reason) in [
        ("good", "Connected"),
        ("app", "Connected"),
        ("wrong-token", "InvalidCredentials"),
        ("wrong-app", "InvalidCredentials"),
        ("wrong-service", "InvalidCredentials"),
        ("wrong-citrix", "InvalidCredentials"),
    ] {
        says(&namespace, "cloudconnection", name, reason).await;
    }
    vm(&namespace, "imported", SECRETS[6]).await;
    says(&namespace, "imagecatalog", "imported", "ImportComplete").await;
    simulator
        .fault(json!({
            "match": { "operation": "createImage" },
            "times": 0,
            "effect": { "type": "refuse", "status": 400, "code": "WEAK_PASSWORD",
                        "message": format!("the password {} is too weak", SECRETS[7]) },
        }))
        .await;
    vm(&namespace, "refused", SECRETS[7]).await;
    says(&namespace, "imagecatalog", "refused", "RemoteRejected").await;

    let metrics = operator.get("/metrics").await.unwrap();
    let written = namespace
        .kubectl(&["get", "cloudconnections,imagecatalogs,events", "--output=json"])
        .await;
    operator.terminate().await.unwrap();
    let (log, traces) = (operator.log(), collector.received());

    let places = [
        ("the log", &log),
        ("the traces", &traces),
        ("the metrics", &metrics),
        ("status and events", &written.unwrap()),
    ];
    for (place, text) in places {
        for secret in SECRETS.into_iter().chain([ACCESS_TOKEN]) {
            assert!(
                !text.contains(secret),
                "{place} show {secret}: {}",
                around(text, secret)
            );
        }
    }
    // Nothing of this would be worth much if nothing had been there to read.
    assert!(
        log.contains("TRACE") && log.contains("remote write"),
        "the log is not at its finest level"
    );
    assert!(
        traces.contains("remote request") && traces.contains("ImageCatalog"),
        "no traces came"
    );
}

/// The connections, good and bad, with a Secret each.
async fn connections(namespace: &Namespace, url: &str) {
    let wrong = |field: &str, secret: &str| {
        json!({ "orgId": ORGANISATION, "baseUrl": url, "tokenUrl": url,
                field: { "clientId": "demo-client", "secretRef": { "name": secret, "key": "secret" } } })
    };
    let token = |secret: &str| {
        json!({ "orgId": ORGANISATION, "baseUrl": url, "tokenUrl": url,
                "apiToken": { "secretRef": { "name": secret, "key": "secret" } } })
    };
    let citrix = json!({ "customerId": "democust", "baseUrl": url, "tokenUrl": url,
        "clientCredentials": { "clientId": "demo-client", "secretRef": { "name": "wrong-citrix", "key": "secret" } } });
    for (name, secret, kind, account) in [
        ("good", SECRETS[0], "horizonCloud", token("good")),
        ("app", SECRETS[1], "horizonCloud", wrong("oauthApp", "app")),
        ("wrong-token", SECRETS[2], "horizonCloud", token("wrong-token")),
        (
            "wrong-app",
            SECRETS[3],
            "horizonCloud",
            wrong("oauthApp", "wrong-app"),
        ),
        (
            "wrong-service",
            SECRETS[4],
            "horizonCloud",
            wrong("serviceOAuth", "wrong-service"),
        ),
        ("wrong-citrix", SECRETS[5], "citrixCloud", citrix),
    ] {
        namespace.secret(name, &[("secret", secret)]).await;
        let connection = json!({
            "apiVersion": "image-operator.dev/v1alpha1",
            "kind": "CloudConnection",
            "metadata": { "name": name },
            "spec": { kind: account, "polling": { "activeInterval": "1s", "idleInterval": "10s" } },
        });
        namespace.apply(&connection.to_string()).await.unwrap();
    }
}

/// A catalog that is imported as a VM with this password.
async fn vm(namespace: &Namespace, name: &str, password: &str) {
    let sample = include_str!("../deploy/samples/imagecatalog-marketplace.yaml");
    let documents: Vec<Value> = serde_saphyr::from_multiple(sample).unwrap();
    let mut catalog = documents
        .into_iter()
        .find(|one| one["kind"] == "ImageCatalog")
        .unwrap();
    catalog["metadata"]["name"] = json!(name);
    catalog["spec"]["connectionRef"]["name"] = json!("good");
    catalog["spec"]["assetDetails"]["vmInfo"]["passwordSecretRef"]["name"] =
        json!(format!("admin-of-{name}"));
    catalog["spec"].as_object_mut().unwrap().remove("publish");
    namespace
        .secret(&format!("admin-of-{name}"), &[("password", password)])
        .await;
    namespace.apply(&catalog.to_string()).await.unwrap();
}

/// Waits until the Ready condition of a resource has a reason.
async fn says(namespace: &Namespace, kind: &str, name: &str, reason: &str) {
    eventually(DEADLINE, &format!("{kind} {name} says {reason}"), async || {
        let path = r#"--output=jsonpath={.status.conditions[?(@.type=="Ready")].reason}"#;
        let said = namespace.kubectl(&["get", kind, name, path]).await;
        let said = said.map_err(|failure| failure.to_string())?;
        if said == reason { Ok(()) } else { Err(said) }
    })
    .await;
}

/// Where a secret stands in a text, without the secret.
fn around(text: &str, secret: &str) -> String {
    let at = text.find(secret).unwrap_or_default();
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    text[line..end]
        .replace(secret, "[secret]")
        .chars()
        .take(600)
        .collect()
}

/// Takes traces, and keeps them as they come: in the format of the protocol, texts are as they are.
struct Collector {
    url: String,
    bodies: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    async fn start() -> Self {
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let take = async |State(bodies): State<Arc<Mutex<Vec<u8>>>>, body: Bytes| {
            bodies.lock().unwrap().extend_from_slice(&body);
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/v1/traces", axum::routing::post(take))
            .with_state(Arc::clone(&bodies));
        tokio::spawn(async { axum::serve(listener, router).await });
        Collector { url, bodies }
    }

    fn received(&self) -> String {
        String::from_utf8_lossy(&self.bodies.lock().unwrap()).into_owned()
    }
}
