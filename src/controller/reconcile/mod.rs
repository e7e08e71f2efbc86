//! The passes: one look at one resource, from its spec to its status.
//!
//! A pass resolves what the resource refers to, looks at the remote, lets the lifecycle decide, carries out what it
//! decides (at most one remote write), and reports.

mod cluster;
mod connection;
mod context;
mod image_catalog;
mod look;
mod problem;
mod references;
mod write;

pub use connection::reconcile as reconcile_connection;
pub use context::{Context, ContextSettings};
pub use image_catalog::reconcile as reconcile_catalog;

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::kinds::memory::recordable;

/// What a pass wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Look again only when something moves.
    Settled,
    /// Look again after this long.
    After(Duration),
    /// It failed in a way that should pass: look again after a growing pause.
    Failed,
    /// Not before this long from now, whatever moves.
    FailedUntil(Duration),
    /// The resource is gone.
    Gone,
}

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
