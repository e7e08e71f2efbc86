//! A way to the remote on which a write can be delayed, so that it arrives after its sender is gone, as a request in the
//! buffers of a network does; and on which reads can be answered from before, as by a cache or a slow index.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::asked::Asked;
use super::write::Place;

/// The largest body that passes, in bytes.
const LARGEST: usize = 64 << 20;

/// Passes everything on at once until it is told otherwise.
pub(crate) struct Gateway {
    url: String,
    traffic: Arc<Traffic>,
}

/// What becomes of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writes {
    /// Those that were delayed arrive, and so do all that come.
    Pass,
    Wait,
    /// Those that were delayed never arrive; all that come do.
    AreLost,
}

/// What reads are answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    Current,
    /// What the same request was answered last, if there was one.
    FromBefore,
}

struct Traffic {
    target: String,
    http: reqwest::Client,
    writes: watch::Sender<Writes>,
    on_their_way: watch::Sender<usize>,
    reads: watch::Sender<Reads>,
    /// By path and body.
    answered: Mutex<HashMap<(String, Bytes), Answer>>,
    /// How many lists of images have been answered.
    lists: Mutex<HashMap<Place, u64>>,
}

#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Gateway {
    /// A gateway to the server at `target`, such as `http://127.0.0.1:8080`.
    pub(crate) async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let traffic = Arc::new(Traffic {
            target: target.to_owned(),
            http: reqwest::Client::new(),
            writes: watch::Sender::new(Writes::Pass),
            on_their_way: watch::Sender::new(0),
            reads: watch::Sender::new(Reads::Current),
            answered: Mutex::default(),
            lists: Mutex::default(),
        });
        let app = Router::new().fallback(handle).with_state(traffic.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, traffic }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// From now on writes wait.
    pub(crate) fn delay_writes(&self) {
        self.traffic.writes.send_replace(Writes::Wait);
    }

    /// How many writes are delayed, and have neither arrived nor been lost yet.
    pub(crate) fn on_their_way(&self) -> usize {
        *self.traffic.on_their_way.borrow()
    }

    /// What is delayed arrives now. From now on everything does at once.
    pub(crate) fn deliver(&self) {
        self.traffic.writes.send_replace(Writes::Pass);
    }

    /// What is delayed never arrives. From now on everything does at once.
    pub(crate) fn lose(&self) {
        self.traffic.writes.send_replace(Writes::AreLost);
    }

    /// From now on what has been read before is answered as it was then.
    pub(crate) fn read_from_before(&self) {
        self.traffic.reads.send_replace(Reads::FromBefore);
    }

    /// From now on reads show what there is.
    pub(crate) fn read_current(&self) {
        self.traffic.reads.send_replace(Reads::Current);
    }

    /// How many times the images of a place have been listed or searched, and the answer was given.
    pub(crate) fn lists(&self, place: &Place) -> u64 {
        lock(&self.traffic.lists).get(place).copied().unwrap_or_default()
    }
}

async fn handle(State(traffic): State<Arc<Traffic>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let path = head
        .uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let asked = Asked::of(&head.method, head.uri.path(), &body);
    let passed = Passed {
        method: head.method,
        path,
        headers: head.headers,
        body,
    };
    match asked {
        Asked::Read => return traffic.read(passed).await,
        Asked::ListOf(place) => {
            let answer = traffic.read(passed).await;
            if answer.status().is_success() {
                *lock(&traffic.lists).entry(place).or_default() += 1;
            }
            return answer;
        }
        Asked::Write if *traffic.writes.borrow() == Writes::Wait => {
            // The sender may go away; the network does not know that.
            return match tokio::spawn(async move { traffic.delay(passed).await }).await {
                Ok(Some(answer)) => answer.response(),
                _ => StatusCode::BAD_GATEWAY.into_response(),
            };
        }
        Asked::Write | Asked::SignIn => {}
    }
    match traffic.pass(&passed).await {
        Some(answer) => answer.response(),
        None => StatusCode::BAD_GATEWAY.into_response(),
    }
}

struct Passed {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Traffic {
    async fn read(&self, passed: Passed) -> Response {
        let request = (passed.path.clone(), passed.body.clone());
        let before = lock(&self.answered).get(&request).cloned();
        let answer = match before {
            Some(before) if *self.reads.borrow() == Reads::FromBefore => Some(before),
            _ => self.pass(&passed).await,
        };
        let Some(answer) = answer else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        if *self.reads.borrow() == Reads::Current {
            lock(&self.answered).insert(request, answer.clone());
        }
        answer.response()
    }

    async fn delay(&self, passed: Passed) -> Option<Answer> {
        self.on_their_way.send_modify(|count| *count += 1);
        let mut writes = self.writes.subscribe();
        let fate = writes
            .wait_for(|writes| *writes != Writes::Wait)
            .await
            .map(|fate| *fate)
            .ok();
        let answer = match fate {
            Some(Writes::Pass) => self.pass(&passed).await,
            _ => None,
        };
        self.on_their_way.send_modify(|count| *count -= 1);
        answer
    }

    /// `None` when the remote does not answer.
    async fn pass(&self, passed: &Passed) -> Option<Answer> {
        let mut headers = passed.headers.clone();
        for own in [header::HOST, header::CONTENT_LENGTH, header::ACCEPT_ENCODING] {
            headers.remove(own);
        }
        let request = self
            .http
            .request(passed.method.clone(), format!("{}{}", self.target, passed.path))
            .headers(headers)
            .body(passed.body.clone());
        let answer = request.send().await.ok()?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        for own in [
            header::CONTENT_LENGTH,
            header::CONTENT_ENCODING,
            header::TRANSFER_ENCODING,
        ] {
            headers.remove(own);
        }
        let body = answer.bytes().await.ok()?;
        Some(Answer {
            status,
            headers,
            body,
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Answer {
    fn response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
