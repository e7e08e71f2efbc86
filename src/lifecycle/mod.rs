//! The one state machine that every managed object follows, and the words it is written in.
//!
//! Pure: no Kubernetes, no network, no async, no clock of its own. Time and randomness are passed in.

mod custody;
mod decide;
mod desired;
#[cfg(test)]
mod explore;
mod id;
mod looks;
mod mark;
mod memory;
mod outcome;
mod rules;
mod settle;
mod step;

pub use custody::{Attendance, Witness};
pub use decide::{Situation, decide};
pub use desired::{Account, Adoption, Desired, Management, Presence, Recreation, Resolution};
pub use id::{InvalidRemoteId, RemoteId};
pub use looks::{Blocker, ById, Freshness, InventoryTrust, Looks, MarkSeen, NameSeen, Phase, Sighting};
pub use mark::{Described, Install, InvalidMark, MARK_MAX_LENGTH, Mark, ObjectPart};
pub use memory::{
    Custody, Finalizer, Held, Hint, HintOrigin, Intent, IntentOutcome, Memory, Operation, Record, Refusal,
};
pub use outcome::{Failure, Outcome, Problem, ProblemKind};
use rules::Rule;
pub use settle::{Aftermath, Settled, settle};
pub use step::{Look, Stalled, Step, Waiting};
