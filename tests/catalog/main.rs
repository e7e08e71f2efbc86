//! What a person sees who declares images: a real API server, the operator with the rights that it is shipped with,
//! and the simulator as the remote.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "../support/mod.rs"]
mod support;

mod adoption;
mod availability;
mod connection;
mod console;
mod deletion;
mod edits;
mod first_version;
mod manifests;
mod markers;
mod ownership;
mod recreation;
mod stage;
mod suspension;
