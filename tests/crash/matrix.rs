//! Every remote write, cut off by SIGKILL at every boundary, with every fate of what the operator remembered.
//!
//! `make crash-matrix` runs all of it, `make test` a few groups that a seed chooses. `CRASH_SEED` chooses the same ones
//! again, `CRASH_GROUPS` says how many (`all` for all), and `CRASH_ONLY` those whose name, such as
//! `publish/Done/Late`, contains it.

use std::io::Write as _;

use futures::StreamExt as _;

use super::group::Group;
use super::table::{Case, show};

/// Groups of cases that run at a time.
const AT_A_TIME: usize = 5;

/// How many groups a slice has.
const SLICE: usize = 5;

#[tokio::test]
async fn a_write_cut_off_by_sigkill_is_made_once_and_ends_as_if_nothing_had_been() {
    let groups = chosen();
    let count = groups.len();

    let cases: Vec<Vec<Case>> = futures::stream::iter(groups)
        .map(Group::run)
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await;

    let cases: Vec<Case> = cases.into_iter().flatten().collect();
    show(&cases);
    assert_eq!(cases.len(), count * super::memory::Memory::ALL.len());
    let failed: Vec<&Case> = cases.iter().filter(|case| case.failed()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
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
    let told = format!("\n{how_many} groups of the crash matrix, again with CRASH_SEED={seed}\n");
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    fastrand::Rng::with_seed(seed).shuffle(&mut groups);
    groups.truncate(how_many);
    groups
}
