//! The last word before a write leaves.

use crate::lifecycle::Problem;

/// Asked immediately before each write is put on the network, after every wait: a leader that has lost its lease
/// says no here.
pub trait WriteGate: Send + Sync {
    /// Whether the write may leave now; if not, why.
    fn check(&self) -> Result<(), Problem>;
}

/// Lets every write pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlwaysOpen;

impl WriteGate for AlwaysOpen {
    fn check(&self) -> Result<(), Problem> {
        Ok(())
    }
}
