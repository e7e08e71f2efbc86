//! The one state machine that every managed object follows, and the words it is written in.
//!
//! Pure: no Kubernetes, no network, no async, no clock of its own. Time and randomness are passed in.

mod id;
mod mark;
mod outcome;

pub use id::{InvalidRemoteId, RemoteId};
pub use mark::{Described, Install, InvalidMark, MARK_MAX_LENGTH, Mark, ObjectPart};
pub use outcome::{Outcome, Problem, ProblemKind};
