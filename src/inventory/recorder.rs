//! What the inventory tells the metrics.

use std::time::Duration;

/// Why the versions of an image are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadCause {
    /// Nothing is known yet, or what is known is out of date.
    Moved,
    /// Something of the image is in transition.
    InTransition,
    /// It was its turn, though nothing seems to have moved.
    Sweep,
    /// A caller asked for them.
    Asked,
}

impl ReadCause {
    /// A bounded word for metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            ReadCause::Moved => "moved",
            ReadCause::InTransition => "in_transition",
            ReadCause::Sweep => "sweep",
            ReadCause::Asked => "asked",
        }
    }
}

/// Hears what the inventory of an account does.
pub trait InventoryRecorder: Send + Sync {
    /// A listing is over, after so long; `outcome` is an outcome class.
    fn listed(&self, outcome: &'static str, took: Duration);
    /// The versions of one image were read; `outcome` is an outcome class.
    fn versions_read(&self, cause: ReadCause, outcome: &'static str);
}

/// Nobody listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoInventoryRecorder;

impl InventoryRecorder for NoInventoryRecorder {
    fn listed(&self, _outcome: &'static str, _took: Duration) {}
    fn versions_read(&self, _cause: ReadCause, _outcome: &'static str) {}
}
