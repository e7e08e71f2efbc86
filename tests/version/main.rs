//! What a person sees who declares versions of an image: a real API server, the operator with the rights that it is
//! shipped with, and the simulator as the remote.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "../catalog/console.rs"]
#[allow(dead_code, reason = "not every program uses all of it")]
mod console;
#[path = "../catalog/manifests.rs"]
#[allow(dead_code, reason = "not every program uses all of it")]
mod manifests;
#[path = "../support/mod.rs"]
mod support;

mod catalog;
mod chain;
mod copies;
mod deletion;
mod edits;
mod making;
mod policies;
mod refusals;
mod stage;
mod waiting;
