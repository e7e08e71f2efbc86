//! A list that nothing can be missing from.

use crate::lifecycle::{Outcome, Problem, ProblemKind};
use crate::remote::imagemgmt::model::{Coherence, Listing};

use super::suspicion::Completeness;

/// How far a list can be relied on: it must have held still while it was read, and every item must have been readable.
pub(super) fn completeness<T>(listing: &Listing<T>) -> Completeness {
    if listing.coherence == Coherence::Steady && listing.unreadable == 0 {
        Completeness::Complete
    } else {
        Completeness::Partial
    }
}

/// The items of a list that is complete; unknown when something may be missing. `doing` tells what was being read.
pub(super) fn certain<T>(outcome: Outcome<Listing<T>>, doing: impl FnOnce() -> String) -> Outcome<Vec<T>> {
    match outcome {
        Outcome::Done(listing) => match completeness(&listing) {
            Completeness::Complete => Outcome::Done(listing.items),
            Completeness::Partial => Outcome::Unknown(incomplete(&doing())),
        },
        other => other.map(|listing| listing.items),
    }
}

/// What is said of a list that something may be missing from.
pub(super) fn incomplete(doing: &str) -> Problem {
    Problem::new(
        ProblemKind::Malformed,
        format!(
            "{doing}: the list changed while it was read, or holds items without a usable id; it is read again"
        ),
    )
}
