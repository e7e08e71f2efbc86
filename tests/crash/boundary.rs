//! Where in a create the operator dies, and how the remote's lists behave then.

use std::fmt;

/// How far a create has come when the operator is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// The intent is in status, and the remote never gets the request.
    NeverArrives,
    /// The remote has the request and has done nothing, and never will.
    Arrived,
    /// The request has left, and the remote gets it only when the next process has looked for what it makes.
    OnItsWay,
    /// The remote has done it and has not answered.
    Done,
    /// The answer has been sent.
    Answered,
}

/// When the remote's lists and searches show what was made.
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

impl fmt::Display for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
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
        f.write_str(match self {
            Self::AtOnce => "at once",
            Self::Late => "late",
        })
    }
}
