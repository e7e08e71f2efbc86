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
