//! An API server that answers what a test tells it to, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::IntoResponse;
use kube::{Client, Config};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What was asked: method, path and body.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: Value,
}

type Answer = Arc<dyn Fn(usize, &Asked) -> (u16, Value) + Send + Sync>;

/// The server. It ends with the runtime of its test.
#[derive(Clone)]
pub(super) struct ScriptedApi {
    answer: Answer,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl ScriptedApi {
    /// Starts it. `answer` gets how many requests came before, and the request.
    pub(super) async fn start(
        answer: impl Fn(usize, &Asked) -> (u16, Value) + Send + Sync + 'static,
    ) -> (Self, Client) {
        let api = ScriptedApi {
            answer: Arc::new(answer),
            asked: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: Uri = format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let router = Router::new().fallback(take).with_state(api.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        let mut config = Config::new(url);
        config.default_retry = false;
        (api, Client::try_from(config).unwrap())
    }

    /// What it was asked so far.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// A refusal as the API server writes it.
pub(super) fn refusal(code: u16, reason: &str) -> (u16, Value) {
    let body = json!({
        "apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": reason,
    });
    (code, body)
}

async fn take(State(api): State<ScriptedApi>, method: Method, uri: Uri, body: Bytes) -> impl IntoResponse {
    let asked = Asked {
        method: method.to_string(),
        path: uri.path().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let mut log = api.asked.lock().unwrap();
    let (code, answer) = (api.answer)(log.len(), &asked);
    log.push(asked);
    (StatusCode::from_u16(code).unwrap(), axum::Json(answer))
}
