//! The passes: one look at one resource, from its spec to its status.
//!
//! A pass resolves what the resource refers to, looks at the remote, lets the lifecycle decide, carries out what it
//! decides (at most one remote write), and reports.

mod cluster;
mod connection;
mod context;
mod kinds;
mod managed;
mod newest;
mod passes;
mod problem;
mod references;
mod tell;
mod write;

pub use context::{Context, ContextSettings};
pub use passes::{Passes, wake_on_changes};

use jiff::Timestamp;
use tokio::time::Instant;

use crate::controller::queue::Verdict;
use crate::kinds::memory::recordable;

/// The moment at which a pass began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// By the calendar, in whole microseconds.
    pub wall: Timestamp,
    /// By the clock that never goes back.
    pub instant: Instant,
}

impl Moment {
    fn now() -> Self {
        Moment {
            wall: recordable(Timestamp::now()),
            instant: Instant::now(),
        }
    }
}
