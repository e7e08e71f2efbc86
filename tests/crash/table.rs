//! What came of the cases, for people.

use std::fmt::Write as _;
use std::io::Write as _;

use super::boundary::{Boundary, Listing};
use super::memory::Memory;

/// What came of one case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) boundary: Boundary,
    pub(crate) memory: Memory,
    pub(crate) listing: Listing,
    /// How many remote images there are in the end.
    pub(crate) images: usize,
    /// Why it is not Ready; `Ok` with whether its status has the id of the image.
    pub(crate) ready: Result<IdInStatus, String>,
}

/// Whether a status has the id of the image that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdInStatus {
    Right,
    Wrong,
}

impl Case {
    pub(crate) fn passed(&self) -> bool {
        self.images == 1 && self.ready == Ok(IdInStatus::Right)
    }
}

/// Shows the table, also when the test passes.
pub(crate) fn show(cases: &[Case]) {
    let mut table = String::from(
        "\nkilled when                        listed   cases passed duplicates needed a human\n",
    );
    for boundary in Boundary::ALL {
        for listing in Listing::ALL {
            let of_row: Vec<&Case> = cases
                .iter()
                .filter(|case| case.boundary == boundary && case.listing == listing)
                .collect();
            row(&mut table, &boundary.to_string(), &listing.to_string(), &of_row);
        }
    }
    row(&mut table, "all", "", &cases.iter().collect::<Vec<_>>());
    for case in cases.iter().filter(|case| !case.passed()) {
        let Case {
            boundary,
            listing,
            memory,
            images,
            ready,
        } = case;
        writeln!(
            table,
            "not as it should be: {boundary}, listed {listing}, {}: {images} images, {ready:?}",
            memory.name()
        )
        .unwrap();
    }
    // Past the test harness, which would show it for a failed test only.
    std::io::stderr().write_all(table.as_bytes()).unwrap();
}

fn row(table: &mut String, boundary: &str, listing: &str, cases: &[&Case]) {
    let passed = cases.iter().filter(|case| case.passed()).count();
    let duplicates: usize = cases.iter().map(|case| case.images.saturating_sub(1)).sum();
    let stuck = cases.iter().filter(|case| case.ready.is_err()).count();
    writeln!(
        table,
        "{boundary:<34} {listing:<8} {:>5} {passed:>6} {duplicates:>10} {stuck:>14}",
        cases.len()
    )
    .unwrap();
}
