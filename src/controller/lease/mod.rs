//! Which of several processes works: the holder of a Lease.
//!
//! Kubernetes elects by convention: whoever holds the Lease leads. A process that hangs does not notice that it has
//! lost it, so holding it is never a remembered yes or no, but a time until which writes may leave, looked at just
//! before each of them.
//!
//! | file | idea |
//! |---|---|
//! | `times` | how long a lease holds, and what follows from that |
//! | `election` | who leads: a pure state machine |
//! | `candidate` | the task that asks the API server |
//! | `leadership` | whether this process leads, for everybody in it |

mod candidate;
mod election;
#[cfg(test)]
mod election_tests;
mod leadership;
mod times;

pub(super) use candidate::Candidate;
pub use election::Standing;
pub use leadership::Leadership;
pub use times::{InvalidLeaseDuration, LeaseTimes};

/// Which lease, and how long it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseSettings {
    /// Where the Lease is; by default the namespace that this process runs in.
    pub namespace: Option<String>,
    /// What the Lease is called. All who watch the same resources share one.
    pub name: String,
    /// How long it holds.
    pub times: LeaseTimes,
    /// What tells this process from all others, also from the one before it.
    pub identity: String,
}
