//! Everything at once for a while: faults on a tenth of all requests, people who suspend, edit, delete and apply again.
//! Then quiet, and whatever is left has to be as if nothing had been.
//!
//! `make soak` runs it with 200 catalogs of 3 versions each for some minutes; `make test` a small one. `SOAK_CATALOGS`,
//! `SOAK_VERSIONS`, `SOAK_SECONDS` (real seconds of faults) and `SOAK_SEED` set its size and its chance.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to fail"
)]

#[allow(dead_code, reason = "the benchmark asks for more")]
#[path = "../../benches/operator/process.rs"]
mod process;
#[path = "../support/mod.rs"]
mod support;

mod check;
mod estate;
mod faults;
mod people;
mod plan;

use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;

use estate::Estate;
use faults::Faults;
use plan::Plan;
use process::Process;
use support::gallery::{Limits, connect};
use support::{Operator, OperatorOptions, Simulator, SimulatorOptions, cluster};

/// Longer than anything that a fault delays, and than the operator's own deadline where a machine is busy.
const WINDOW: Duration = Duration::from_secs(10);

/// How long the remote works on anything, in its seconds: two of ours.
const WORK: u64 = 120;

/// How much more memory may be in use at the end than when the faults began, in mebibytes; a caches' worth.
const GROWTH: u64 = 40;

#[tokio::test]
async fn after_faults_and_edits_everything_converges_with_nothing_duplicated_or_orphaned() {
    let plan = Plan::from_environment();
    tell(&format!("\nsoak: {plan}"));
    let namespace = cluster().namespace().await;
    let simulator = Simulator::start(cluster(), SimulatorOptions::default())
        .await
        .unwrap();
    simulator
        .settings(json!({
            // A second create for the same catalog has to be possible, to be noticed.
            "uniqueNames": false,
            "copySeconds": WORK, "importSeconds": WORK, "publishSeconds": WORK, "replicateSeconds": WORK,
            "shrinkSeconds": WORK, "deleteSeconds": WORK,
        }))
        .await;
    let options =
        OperatorOptions::for_namespace(&namespace).with(format!("--settling-window={}s", WINDOW.as_secs()));
    let operator = Operator::start(cluster(), options).await.unwrap();
    connect(&namespace, simulator.url(), Limits::default()).await;
    let memory = || Process::of(&operator).memory().0;

    let mut estate = Estate::of(&namespace, &plan);
    let began = Instant::now();
    estate.apply().await;
    estate.converges(plan.patience).await;
    let at_first = memory();
    tell(&format!(
        "everything Ready after {:?}, {at_first} MiB",
        began.elapsed()
    ));

    let mut faults = Faults::with_seed(plan.seed);
    let before = faults::latest(&simulator, 0).await;
    let chaos = Instant::now();
    let acts = tokio::select! {
        () = faults.strike(&simulator) => unreachable!("faults go on"),
        acts = people::act(&mut estate, &plan) => acts,
    };
    let struck = faults.end(&simulator).await;
    let requests = faults::latest(&simulator, before).await - before;
    let in_the_middle = memory();
    tell(&format!(
        "{:?} of faults: {struck} of {requests} requests struck, {acts} acts of people, {in_the_middle} MiB",
        chaos.elapsed()
    ));

    let quiet = Instant::now();
    estate.restore(plan.patience).await;
    estate.converges(plan.patience).await;
    let at_last = memory();
    tell(&format!(
        "quiet: everything Ready after {:?}, {at_last} MiB",
        quiet.elapsed()
    ));

    let found = check::everything(&estate, &simulator).await;
    tell(&found.to_string());
    assert!(found.problems.is_empty(), "{:#?}", found.problems);
    assert!(
        at_last <= at_first + GROWTH,
        "memory grew from {at_first} to {at_last} MiB"
    );
}

/// Past the test harness, which would show it for a failed test only.
fn tell(line: &str) {
    std::io::stderr()
        .write_all(format!("{line}\n").as_bytes())
        .unwrap();
}
