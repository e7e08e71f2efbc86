//! What is installed, without a cluster: generated files are current, the chart renders and refuses bad values, the
//! overlays build, and GitOps tools read the health of every phase rightly.
//! `UPDATE=1 cargo test --test packaging current` writes the generated files anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "../support/mod.rs"]
mod support;

mod argo;
mod chart;
mod commands;
mod flux;
mod generated;
mod kustomize;
mod phases;
mod rbac;
mod readme;
mod schema;
