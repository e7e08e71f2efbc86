//! The end of a pass: what is said, and where it is written.

use kube::{Resource, ResourceExt};

use super::Pass;
use crate::api::ImageCatalogStatus;
use crate::api::names::{REMOTE_ID, RESOLVE};
use crate::controller::reconcile::problem::Setback;
use crate::controller::reconcile::write::{self, Answered, MetadataChange, RemoteIdChange, WriteError};
use crate::controller::reconcile::{Verdict, tell};
use crate::kinds::image_catalog::{Wanted, applied, desired, mirror};
use crate::kinds::{Report, Standing, conditions, memory};
use crate::lifecycle::{Custody, Record};

impl Pass<'_> {
    /// Ends the pass with what was seen in status.
    pub(super) async fn finish_seen(
        &mut self,
        wanted: &Wanted,
        report: Report,
        verdict: Verdict,
    ) -> Result<Verdict, WriteError> {
        if let Some(seen) = self.seen.clone() {
            let recorded = desired::recorded_version(&self.status);
            mirror::image(&mut self.status, wanted, &seen, recorded.as_ref());
        }
        let verdict = self.finish(report, verdict).await?;
        self.put_back(wanted).await?;
        Ok(verdict)
    }

    /// A pass that could not look says so, unless the image was fine when it was last seen: then the connection says it.
    pub(super) async fn finish_setback(&mut self, setback: Setback) -> Result<Verdict, WriteError> {
        let generation = self.object.metadata.generation;
        let ready = conditions::ready(&self.status.conditions);
        let fine =
            ready.is_some_and(|ready| ready.status == "True" && ready.observed_generation == generation);
        if fine && self.object.metadata.deletion_timestamp.is_none() {
            self.write_status_if_changed().await?;
            return Ok(setback.verdict);
        }
        self.finish(setback.report, setback.verdict).await
    }

    pub(super) async fn finish(&mut self, report: Report, verdict: Verdict) -> Result<Verdict, WriteError> {
        let custody = self.witness.clone().custody(
            self.record.as_ref(),
            self.context.settings.settling_window,
            self.began.wall,
        );
        // Nothing was ever sent, and this process knows it: whoever comes after may know it too.
        if self.record.is_none() && custody == Custody::Own {
            self.put_record(&Record::default());
            self.witness.wrote(&Record::default());
        }
        self.put_report(&report);
        self.write_status_if_changed().await?;
        Ok(verdict)
    }

    pub(super) fn put_report(&mut self, report: &Report) {
        let generation = self.object.metadata.generation.unwrap_or_default();
        self.status.conditions = report.conditions(&self.status.conditions, generation, self.began.wall);
        self.status.observed_generation = generation;
        if report.standing == Standing::Ready {
            self.status.applied_spec = applied::digest(&self.object.spec);
        }
        self.report = Some(report.clone());
    }

    pub(super) async fn write_status_if_changed(&mut self) -> Result<(), WriteError> {
        let fitted = self
            .context
            .catalog_bounds
            .fit(&self.status)
            .unwrap_or_else(|_| self.status.clone());
        if self.object.status.as_ref() == Some(&fitted) {
            return Ok(());
        }
        let before = self.object.status.replace(fitted);
        let written = write::status(&self.api, &self.object).await;
        match written {
            Ok(object) => {
                self.tell(before.as_ref());
                self.object = object;
                Ok(())
            }
            Err(error) => {
                self.object.status = before;
                Err(error)
            }
        }
    }

    /// An event where the reason has changed.
    pub(super) fn tell(&self, before: Option<&ImageCatalogStatus>) {
        let before = before
            .map(|status| status.conditions.as_slice())
            .unwrap_or_default();
        if let Some(event) = self
            .report
            .as_ref()
            .and_then(|report| tell::event(before, report))
        {
            self.context.tools.events.tell(self.object.object_ref(&()), event);
        }
    }

    /// Puts back what people and tools drop: the annotation that remembers the id; and takes away answers acted on.
    pub(super) async fn put_back(&mut self, wanted: &Wanted) -> Result<(), WriteError> {
        if self.object.metadata.deletion_timestamp.is_some() {
            return Ok(());
        }
        let held = self.record.as_ref().and_then(|record| record.held.as_ref());
        let remote_id = held.map(|held| memory::annotation_of(&held.id, wanted.mark));
        let there = self.object.annotations().get(REMOTE_ID);
        let answer = self.object.annotations().get(RESOLVE);
        let change = MetadataChange {
            finalizer: None,
            remote_id: remote_id
                .filter(|wanted| Some(wanted) != there)
                .map(RemoteIdChange::Set),
            answered: answer
                .filter(|answer| Some(*answer) == self.status.last_handled_resolve.as_ref())
                .map(|_| Answered),
        };
        if change == MetadataChange::default() {
            return Ok(());
        }
        self.write_metadata(&change).await
    }

    pub(super) async fn write_metadata(&mut self, change: &MetadataChange) -> Result<(), WriteError> {
        self.object = write::metadata(&self.api, &self.object, change).await?;
        Ok(())
    }
}
