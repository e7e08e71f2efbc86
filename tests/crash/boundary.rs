//! Where in a write the operator dies, and what the remote shows then.

use std::fmt;

use super::memory::Memory;
use super::write::{Nature, Write};

/// How far a write has come when the operator is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// The intent is in status, and the remote never gets the request.
    NeverArrives,
    /// The remote has the request and has done nothing, and never will.
    Arrived,
    /// The request has left, and the remote gets it only when the next process has looked for what it does.
    OnItsWay,
    /// The remote has done it and has not answered.
    Done,
    /// The answer has been sent.
    Answered,
}

/// When the remote shows what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    AtOnce,
    /// After the next process has looked, within the settling window.
    Late,
}

impl Boundary {
    pub(crate) const ALL: [Self; 5] = [
        Self::NeverArrives,
        Self::Arrived,
        Self::OnItsWay,
        Self::Done,
        Self::Answered,
    ];
}

impl Listing {
    pub(crate) const ALL: [Self; 2] = [Self::AtOnce, Self::Late];
}

/// Why nothing is promised in a case, where nothing is: what ARCHITECTURE.md calls the honest limits.
pub(crate) fn beyond_the_limits(
    write: Write,
    boundary: Boundary,
    listing: Listing,
    memory: Memory,
) -> Option<&'static str> {
    let (never_happens, appears_later) = match boundary {
        Boundary::NeverArrives | Boundary::Arrived => (true, false),
        Boundary::OnItsWay => (false, true),
        Boundary::Done | Boundary::Answered => (false, listing == Listing::Late),
    };
    let status_is_lost = matches!(
        memory,
        Memory::StatusLost | Memory::BothLost | Memory::AppliedAnew
    );
    let all_is_lost = memory == Memory::AppliedAnew;
    match write.nature() {
        Nature::Creates if all_is_lost && appears_later => {
            Some("status, annotation and finalizer all lost at once while a create is under way")
        }
        Nature::Deletes if all_is_lost && never_happens => {
            Some("whoever takes the finalizer away leaves the remote object behind")
        }
        Nature::Changes if write == Write::DeleteMarker && status_is_lost && never_happens => {
            Some("a marker bears no mark, and only the status tells that it was ours")
        }
        Nature::Changes if write == Write::RemoveCopy && status_is_lost && never_happens => {
            Some("of a copy that the spec names no more, only the status tells")
        }
        _ => None,
    }
}

impl fmt::Display for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NeverArrives => "intent written, request lost",
            Self::Arrived => "request arrived, nothing done",
            Self::OnItsWay => "request on its way",
            Self::Done => "done, no answer sent",
            Self::Answered => "answer sent",
        })
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AtOnce => "at once",
            Self::Late => "late",
        })
    }
}
