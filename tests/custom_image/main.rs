//! What a person sees who declares custom images: a real API server, the operator with the rights that it is shipped
//! with, and the simulated SurferCloud.

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
mod bad_input;
mod copies;
mod deletion;
mod killed;
mod lost_answers;
mod reads;
mod stage;
