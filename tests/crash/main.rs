//! The operator dies at every point around a remote write, and what it knew is kept, lost or put back from an older
//! time. What is left is each time what an undisturbed run leaves, with no human help.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to fail"
)]

#[path = "../support/mod.rs"]
mod support;

mod asked;
mod boundary;
mod gateway;
mod group;
mod matrix;
mod memory;
mod remote;
mod requests;
mod table;
mod terminated;
mod workshop;
mod write;
