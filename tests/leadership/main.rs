//! Two replicas on a real API server: one is killed, told to stop, frozen past its lease, or cut off, and the other goes
//! on; nobody writes remotely who does not lead, and nothing is made twice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to fail"
)]

mod partition;
mod replicas;
mod runs;
mod table;

#[path = "../support/mod.rs"]
mod support;
