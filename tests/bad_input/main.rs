//! Bad input on a real API server: each ends in a refusal or in a condition that says what to do, loses nothing,
//! holds up nobody else, and is over when its cause is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to fail"
)]

mod admission;
mod credentials;
mod lost_answers;
mod network;
mod reads;
mod refusals;
mod scene;
mod throttling;

#[path = "../support/mod.rs"]
mod support;
