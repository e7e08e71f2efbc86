//! Every remote write, cut off by SIGKILL at every boundary, with every fate of what the operator remembered.
//!
//! `make crash-matrix` runs all of it, `make test` a few groups that a seed chooses. `CRASH_SEED` chooses the same ones
//! again, `CRASH_GROUPS` says how many (`all` for all), `CRASH_ONLY` takes those whose name, such as
//! `publish/Done/Late`, contains it, and `CRASH_AT_A_TIME` says how many run at a time.

use std::io::Write as _;
use std::panic::AssertUnwindSafe;

use futures::{FutureExt as _, StreamExt as _};

use super::group::Group;
use super::memory::Memory;
use super::table::{self, Case};

/// Groups of cases that run at a time.
const AT_A_TIME: usize = 5;

/// How many groups a slice has.
const SLICE: usize = 3;

#[tokio::test]
async fn a_write_cut_off_by_sigkill_is_made_once_and_ends_as_if_nothing_had_been() {
    let groups = chosen();
    let count = groups.len();

    let ended: Vec<Result<Vec<Case>, String>> = futures::stream::iter(groups)
        .map(async |group| {
            let ended = AssertUnwindSafe(group.run()).catch_unwind().await;
            let told = match &ended {
                Ok(cases) if cases.iter().any(Case::failed) => "failed",
                Ok(_) => "as it should be",
                Err(_) => "broken off",
            };
            tell(&format!("{group}: {told}\n"));
            ended.map_err(|_| group.to_string())
        })
        .buffer_unordered(at_a_time())
        .collect()
        .await;

    let broken_off: Vec<&String> = ended.iter().filter_map(|ended| ended.as_ref().err()).collect();
    let cases: Vec<&Case> = ended.iter().flatten().flatten().collect();
    tell(&table::of(&cases));
    let failed = cases.iter().filter(|case| case.failed()).count();
    assert_eq!(failed, 0, "cases failed, see the table");
    assert!(broken_off.is_empty(), "broken off: {broken_off:?}");
    assert_eq!(cases.len(), count * Memory::ALL.len());
}

fn at_a_time() -> usize {
    match std::env::var("CRASH_AT_A_TIME") {
        Ok(number) => number.parse().expect("CRASH_AT_A_TIME is a number"),
        Err(_) => AT_A_TIME,
    }
}

/// Past the test harness, which would show it for a failed test only.
fn tell(text: &str) {
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}

fn chosen() -> Vec<Group> {
    let mut groups = Group::all();
    if let Ok(only) = std::env::var("CRASH_ONLY") {
        groups.retain(|group| group.to_string().contains(&only));
        return groups;
    }
    let how_many = match std::env::var("CRASH_GROUPS").as_deref() {
        Ok("all") => return groups,
        Ok(number) => number.parse().expect("CRASH_GROUPS is a number or all"),
        Err(_) => SLICE,
    };
    let seed = match std::env::var("CRASH_SEED") {
        Ok(seed) => seed.parse().expect("CRASH_SEED is a number"),
        Err(_) => fastrand::u64(..1_000_000),
    };
    tell(&format!(
        "\n{how_many} groups of the crash matrix, again with CRASH_SEED={seed}\n"
    ));
    fastrand::Rng::with_seed(seed).shuffle(&mut groups);
    groups.truncate(how_many);
    groups
}
