//! Stopped on purpose.

use super::Pass;
use crate::api::Reason;
use crate::controller::reconcile::write::WriteError;
use crate::controller::reconcile::{Verdict, references};
use crate::kinds::image_catalog::applied;
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

    /// A spec that has been applied keeps its `Ready`; anything else is not ready while nothing is done about it.
    pub(super) async fn finish_paused(&mut self, paused: Report) -> Result<Verdict, WriteError> {
        if !self.is_applied() {
            return self.finish(paused, Verdict::Settled).await;
        }
        let generation = self.object.metadata.generation.unwrap_or_default();
        for condition in &mut self.status.conditions {
            condition.observed_generation = Some(generation);
        }
        self.status.observed_generation = generation;
        self.write_status_if_changed().await?;
        Ok(Verdict::Settled)
    }

    /// Whether nothing is asked for but what `Ready` was said of: `suspend` itself is a new generation too.
    fn is_applied(&self) -> bool {
        let ready = conditions::ready(&self.status.conditions);
        let digest = applied::digest(&self.object.spec);
        self.object.metadata.deletion_timestamp.is_none()
            && ready.is_some_and(|ready| ready.status == "True")
            && digest.is_some()
            && digest == self.status.applied_spec
    }
}
