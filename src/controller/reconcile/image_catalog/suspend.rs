//! Stopped on purpose.

use super::Pass;
use crate::api::Reason;
use crate::controller::reconcile::write::WriteError;
use crate::controller::reconcile::{Verdict, references};
use crate::kinds::{Report, conditions};

impl Pass<'_> {
    pub(super) fn suspended(&self) -> Option<Report> {
        let own = self.object.spec.suspend.then_some("spec.suspend is set");
        let connection = references::cached_connection(self.context, &self.object);
        let theirs = connection.filter(|connection| connection.spec.suspend);
        let why = own.or_else(|| theirs.map(|_| "spec.suspend of the CloudConnection is set"))?;
        Some(Report::paused(
            Reason::Suspended,
            format!("{why}: no remote call is made"),
        ))
    }

    /// An applied generation keeps what it had.
    pub(super) async fn finish_paused(&mut self, paused: Report) -> Result<Verdict, WriteError> {
        let generation = self.object.metadata.generation;
        let ready = conditions::ready(&self.status.conditions);
        let applied =
            ready.is_some_and(|ready| ready.status == "True" && ready.observed_generation >= generation);
        let before = ready.map(|ready| (ready.reason.clone(), ready.message.clone()));
        match before.filter(|_| self.applied_but_for_suspend(applied)) {
            Some(_) => {
                let generation = generation.unwrap_or_default();
                for condition in &mut self.status.conditions {
                    condition.observed_generation = Some(generation);
                }
                self.status.observed_generation = generation;
                self.write_status_if_changed().await?;
                Ok(Verdict::Settled)
            }
            None => self.finish(paused, Verdict::Settled).await,
        }
    }

    /// Setting `suspend` is a new generation that changes nothing else, as far as a pass can tell.
    pub(super) fn applied_but_for_suspend(&self, applied: bool) -> bool {
        let generation = self.object.metadata.generation.unwrap_or_default();
        let just_suspended = self.object.spec.suspend && self.status.observed_generation + 1 == generation;
        let was_ready =
            conditions::ready(&self.status.conditions).is_some_and(|ready| ready.status == "True");
        applied || just_suspended && was_ready && self.object.metadata.deletion_timestamp.is_none()
    }
}
