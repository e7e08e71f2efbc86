//! The dashboard, the alerts and their runbooks: held to each other and to the metrics that there are; and, on request
//! (`make dashboard-check`), against a real Prometheus that scrapes two working replicas.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to fail"
)]

mod files;
mod live;
mod prometheus;
mod written;

#[path = "../support/mod.rs"]
mod support;
