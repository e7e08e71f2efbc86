//! The chart on a real API server: installed, upgraded and uninstalled by helm, with the operator run as its Deployment
//! says; and what helm, kubectl and GitOps tools make of resources in every phase.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "../support/mod.rs"]
mod support;

mod deployed;
mod helm;
mod install;
mod overlays;
mod phases;
mod rights;
mod wait;
mod withheld;
