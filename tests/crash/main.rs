//! The operator dies at every point around a create, and what it knew is kept, lost or put back from an older time.
//! There is one remote image each time, and it ends Ready with no human help.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to fail"
)]

#[path = "../support/mod.rs"]
mod support;

mod boundary;
mod detour;
mod killed;
mod memory;
mod requests;
mod table;
mod terminated;
mod workshop;
