//! An account that was there before the operator: imported, adopted, and not touched.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "../support/mod.rs"]
mod support;

mod adopting;
mod estate;
mod orphans;
mod preview;
mod scene;
