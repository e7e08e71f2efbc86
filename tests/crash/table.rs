//! What came of the cases, for people.

use std::fmt::{self, Write as _};

use super::boundary::{Boundary, Listing};
use super::memory::Memory;
use super::remote::Left;
use super::write::Write;

/// What came of one case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) write: Write,
    pub(crate) boundary: Boundary,
    pub(crate) listing: Listing,
    pub(crate) memory: Memory,
    /// Why nothing is promised, where nothing is.
    pub(crate) beyond: Option<&'static str>,
    pub(crate) end: End,
    /// How often more than in the undisturbed run the write has changed something.
    pub(crate) surplus: usize,
    /// What is left, and what the undisturbed run left, where these differ.
    pub(crate) difference: Option<(Left, Left)>,
}

/// Where the resource has come to.
#[derive(Debug)]
pub(crate) enum End {
    /// Ready, or gone where it was deleted.
    AsWanted,
    /// Stalled.
    NeedsAHuman(String),
    NotYet(String),
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsWanted => f.write_str("as wanted"),
            Self::NeedsAHuman(why) => write!(f, "needs a human: {why}"),
            Self::NotYet(why) => write!(f, "has not come to its end: {why}"),
        }
    }
}

impl Case {
    /// Ready or gone, with the same objects and the same writes as in the undisturbed run.
    pub(crate) fn is_fine(&self) -> bool {
        matches!(self.end, End::AsWanted) && self.difference.is_none()
    }

    pub(crate) fn failed(&self) -> bool {
        self.beyond.is_none() && !self.is_fine()
    }
}

/// The table: by write, by fate of the memory, by boundary; then each case that is not as an undisturbed one.
pub(crate) fn of(cases: &[&Case]) -> String {
    let mut table = String::new();
    heading(&mut table, "write");
    for write in Write::ALL {
        row(&mut table, &write.to_string(), cases, |case| case.write == write);
    }
    heading(&mut table, "memory");
    for memory in Memory::ALL {
        row(&mut table, memory.name(), cases, |case| case.memory == memory);
    }
    heading(&mut table, "killed when");
    for boundary in Boundary::ALL {
        for listing in Listing::ALL {
            let title = format!("{boundary}, seen {listing}");
            row(&mut table, &title, cases, |case| {
                case.boundary == boundary && case.listing == listing
            });
        }
    }
    heading(&mut table, "");
    row(&mut table, "all", cases, |_| true);
    for case in cases.iter().filter(|case| !case.is_fine()) {
        tell(&mut table, case);
    }
    table
}

fn heading(table: &mut String, of: &str) {
    writeln!(
        table,
        "\n{of:<44} {:>6} {:>6} {:>10} {:>14} {:>17}",
        "cases", "passed", "duplicates", "needed a human", "beyond the limits"
    )
    .unwrap();
}

/// What is beyond the limits is counted in its column alone.
fn row(table: &mut String, title: &str, cases: &[&Case], is_of_row: impl Fn(&Case) -> bool) {
    let of_row: Vec<&Case> = cases.iter().copied().filter(|case| is_of_row(case)).collect();
    if of_row.is_empty() {
        return;
    }
    let beyond = of_row.iter().filter(|case| case.beyond.is_some());
    let fine_beyond = beyond.clone().filter(|case| case.is_fine()).count();
    let judged: Vec<&&Case> = of_row.iter().filter(|case| case.beyond.is_none()).collect();
    let passed = judged.iter().filter(|case| case.is_fine()).count();
    let duplicates: usize = judged.iter().map(|case| case.surplus).sum();
    let stuck = judged
        .iter()
        .filter(|case| !matches!(case.end, End::AsWanted))
        .count();
    let beyond = match beyond.count() {
        0 => "-".to_owned(),
        some => format!("{some} ({fine_beyond} fine)"),
    };
    writeln!(
        table,
        "{title:<44} {:>6} {passed:>6} {duplicates:>10} {stuck:>14} {beyond:>17}",
        judged.len()
    )
    .unwrap();
}

fn tell(table: &mut String, case: &Case) {
    let Case {
        write,
        boundary,
        listing,
        memory,
        beyond,
        end,
        difference,
        ..
    } = case;
    let what = match beyond {
        Some(limit) => format!("beyond the limits ({limit})"),
        None => "not as it should be".to_owned(),
    };
    writeln!(
        table,
        "{what}: {write}, {boundary}, seen {listing}, {}: {end}",
        memory.name()
    )
    .unwrap();
    if let Some((left, wanted)) = difference {
        writeln!(table, "  left:   {left:?}\n  wanted: {wanted:?}").unwrap();
    }
}
