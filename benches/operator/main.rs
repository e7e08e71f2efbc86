//! `make bench`: what the operator costs and how quick it is, with a thousand catalogs, and a thousand custom images, on a
//! real API server.
//!
//! The remote is the simulator with 5 milliseconds for each request; what is created is AVAILABLE after 2 seconds.
//! Figures are shown beside what they aim at, and nothing is asserted. The servers, the remote and the client that
//! applies share the machine with the operator. Name a part to run it alone: `make bench PART=kills`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on has to fail"
)]
#![allow(clippy::print_stdout, reason = "it talks to a person")]

#[path = "../../tests/support/mod.rs"]
mod support;

mod custom_images;
mod default_limits;
mod kills;
mod latency;
mod numbers;
mod process;
mod progress;
mod rest;
mod table;
mod thousand;
mod workbench;

use table::Table;

/// The parts, in the order in which they run.
const PARTS: [&str; 5] = ["latency", "thousand", "custom-images", "default-limits", "kills"];

#[tokio::main]
async fn main() {
    // Cargo adds arguments of its own, which begin with a dash.
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    if let Some(unknown) = asked.iter().find(|part| !PARTS.contains(&part.as_str())) {
        panic!("there is no part {unknown:?}: choose from {}", PARTS.join(", "));
    }
    let wanted = |part: &&str| asked.is_empty() || asked.iter().any(|name| name == part);
    let mut table = Table::default();
    for part in PARTS.into_iter().filter(wanted) {
        println!("\n{part}");
        match part {
            "latency" => latency::run(&mut table).await,
            "thousand" => thousand::run(&mut table).await,
            "custom-images" => custom_images::run(&mut table).await,
            "default-limits" => default_limits::run(&mut table).await,
            _ => kills::run(&mut table).await,
        }
    }
    table.show();
}
