//! Stopped on purpose.

use super::{Pass, Reconciled};
use crate::api::Reason;
use crate::controller::reconcile::Verdict;
use crate::controller::reconcile::write::WriteError;
use crate::kinds::{Report, applied, conditions};

impl<K: Reconciled> Pass<'_, K> {
    pub(super) fn suspended(&self) -> Option<Report> {
        let own = self.object.policies().suspend.then_some("spec.suspend is set");
        let connection = self.cached_connection();
        let theirs = connection.filter(|connection| connection.spec.suspend);
        let why = own.or_else(|| theirs.map(|_| "spec.suspend of the CloudConnection is set"))?;
        Some(Report::paused(
            Reason::Suspended,
            format!("{why}: no remote call is made"),
        ))
    }

    /// A spec that has been applied keeps its `Ready`; anything else is not ready while nothing is done about it.
    pub(super) async fn finish_paused(&mut self, paused: Report) -> Result<Verdict, WriteError> {
        if !self.is_applied() {
            return self.finish(paused, Verdict::Settled).await;
        }
        let generation = self.object.meta().generation.unwrap_or_default();
        let status = K::managed_mut(&mut self.status);
        for condition in &mut status.conditions {
            condition.observed_generation = Some(generation);
        }
        status.observed_generation = generation;
        self.write_status_if_changed().await?;
        Ok(Verdict::Settled)
    }

    /// Whether nothing is asked for but what `Ready` was said of: `suspend` itself is a new generation too.
    fn is_applied(&self) -> bool {
        let status = K::managed(&self.status);
        let ready = conditions::ready(&status.conditions);
        let digest = applied::digest(self.object.spec());
        self.object.meta().deletion_timestamp.is_none()
            && ready.is_some_and(|ready| ready.status == "True")
            && digest.is_some()
            && digest == status.applied_spec
    }
}
