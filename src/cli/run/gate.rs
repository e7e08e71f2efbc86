//! Remote writes leave only while this process leads.

use crate::controller::lease::Leadership;
use crate::lifecycle::{Problem, ProblemKind};
use crate::remote::http::WriteGate;

/// Open while this process leads.
pub(super) struct WhileLeading(pub(super) Leadership);

impl WriteGate for WhileLeading {
    fn check(&self) -> Result<(), Problem> {
        if self.0.may_write() {
            return Ok(());
        }
        Err(Problem::new(
            ProblemKind::NotLeading,
            "not sent, because this replica does not hold the lease, or could not renew it in time",
        ))
    }
}
