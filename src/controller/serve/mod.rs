//! The pages for probes, metrics and people with access to the pod.
//!
//! | page | answers |
//! |---|---|
//! | `GET /healthz` | 200 while the process works; it ends by itself when a part of it has died |
//! | `GET /readyz` | 200, or 503 with a line for each thing that is missing |
//! | `GET /metrics` | the metrics |
//! | `PUT /log-level` | sets which log lines are written; only from the pod itself, so through `kubectl port-forward` |

mod log_level;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use tokio::net::TcpListener;

use super::metrics::Metrics;
use super::queue::QueueHandle;
use super::readiness::Readiness;
use super::watch::Caches;

pub use log_level::{LogLevel, UnknownLogLevel};

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the pages are made from.
#[derive(Clone)]
pub(super) struct Pages {
    pub(super) readiness: Readiness,
    pub(super) metrics: Arc<Metrics>,
    pub(super) queue: QueueHandle,
    pub(super) caches: Caches,
    pub(super) log_level: LogLevel,
}

/// Serves the pages for ever.
pub(super) async fn serve(listener: TcpListener, pages: Pages) -> io::Result<()> {
    let service = router(pages).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await
}

fn router(pages: Pages) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/log-level", put(log_level::put))
        .with_state(pages)
}

async fn readyz(State(pages): State<Pages>) -> Response {
    let pending = pages.readiness.pending();
    if pending.is_empty() {
        return "ready\n".into_response();
    }
    let missing: Vec<String> = pending.iter().map(ToString::to_string).collect();
    (StatusCode::SERVICE_UNAVAILABLE, missing.join("\n") + "\n").into_response()
}

async fn metrics(State(pages): State<Pages>) -> Response {
    match pages.metrics.page(pages.queue.depth(), &pages.caches.counts()) {
        Ok(page) => ([(header::CONTENT_TYPE, OPENMETRICS)], page).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::key::Kind;
    use crate::controller::readiness::Pending;
    use crate::controller::watch::caches;
    use std::sync::Mutex;

    /// The pages, served. Gives their address and what the log level was set to.
    async fn served(readiness: Readiness) -> (String, Arc<Mutex<Vec<String>>>) {
        let levels = Arc::new(Mutex::new(Vec::new()));
        let set = Arc::clone(&levels);
        let log_level = LogLevel::new(move |filter| {
            if filter == "nonsense" {
                return Err(UnknownLogLevel {
                    filter: filter.to_owned(),
                    problem: "nobody knows it".to_owned(),
                });
            }
            set.lock().unwrap().push(filter.to_owned());
            Ok(())
        });
        let pages = Pages {
            caches: caches(readiness.caches()).0,
            readiness,
            metrics: Arc::default(),
            queue: QueueHandle::default(),
            log_level,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, pages));
        (address, levels)
    }

    async fn get(url: String) -> (u16, String) {
        let answer = reqwest::get(url).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    #[tokio::test]
    async fn readyz_names_what_is_missing_until_nothing_is() {
        let readiness = Readiness::default();
        let (address, _) = served(readiness.clone()).await;
        let (code, missing) = get(format!("{address}/readyz")).await;
        assert_eq!(
            (code, missing.lines().count()),
            (503, 2 + Kind::ALL.len()),
            "{missing}"
        );
        assert!(missing.contains("ImageCatalog"), "{missing}");

        readiness.done(&Pending::Definitions);
        readiness.done(&Pending::ClusterId);
        for kind in Kind::ALL {
            readiness.done(&Pending::Cache(kind));
        }
        assert_eq!(get(format!("{address}/readyz")).await.0, 200);
        assert_eq!(get(format!("{address}/healthz")).await.0, 200);
    }

    #[tokio::test]
    async fn metrics_are_served_from_the_start() {
        let (address, _) = served(Readiness::default()).await;
        let answer = reqwest::get(format!("{address}/metrics")).await.unwrap();
        assert_eq!(answer.headers()[header::CONTENT_TYPE], OPENMETRICS);
        let page = answer.text().await.unwrap();
        assert!(
            page.contains(r#"image_operator_queue_depth{state="ready"} 0"#),
            "{page}"
        );
        assert!(page.ends_with("# EOF\n"), "{page}");
    }

    #[tokio::test]
    async fn the_log_level_can_be_set_and_nonsense_is_refused() {
        let (address, levels) = served(Readiness::default()).await;
        let put = async |level: &'static str| {
            let request = reqwest::Client::new()
                .put(format!("{address}/log-level"))
                .body(level);
            request.send().await.unwrap().status().as_u16()
        };
        assert_eq!((put("debug\n").await, put("nonsense").await), (200, 400));
        assert_eq!(*levels.lock().unwrap(), ["debug"]);
    }
}
