//! The simulator over real HTTP: every oddity of the remote, and every fault.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to fail"
)]

mod client;
mod command;
mod control;
mod copies;
mod faults;
mod images;
mod lists;
mod markers;
mod publish;
mod signin;
mod support;
mod surfercloud;
mod versions;
