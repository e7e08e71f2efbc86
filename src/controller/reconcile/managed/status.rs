//! The end of a pass: what is said, and where it is written.

use kube::ResourceExt;

use super::{Pass, Reconciled};
use crate::api::names::{REMOTE_ID, RESOLVE};
use crate::controller::reconcile::problem::Setback;
use crate::controller::reconcile::write::{self, Answered, MetadataChange, RemoteIdChange, WriteError};
use crate::controller::reconcile::{Verdict, tell};
use crate::kinds::managed::PartWanted;
use crate::kinds::{Report, Standing, applied, conditions, memory};
use crate::lifecycle::{Custody, Record};

impl<K: Reconciled> Pass<'_, K> {
    /// Ends the pass with what was seen in status.
    pub(super) async fn finish_seen(
        &mut self,
        wanted: &K::Wanted,
        report: Report,
        verdict: Verdict,
    ) -> Result<Verdict, WriteError> {
        self.put_seen(wanted);
        let verdict = self.finish(report, verdict).await?;
        self.put_back(K::parts(wanted)).await?;
        Ok(verdict)
    }

    /// Puts what was seen into status.
    pub(super) fn put_seen(&mut self, wanted: &K::Wanted) {
        let Some(seen) = self.seen.clone() else {
            return;
        };
        K::mirror(&mut self.status, wanted, &seen);
        let further = K::further_conditions(wanted, &seen, &self.status);
        let generation = self.object.meta().generation.unwrap_or_default();
        let before = &mut K::managed_mut(&mut self.status).conditions;
        *before = conditions::with_further(before, further, generation, self.began.wall);
    }

    /// A pass that could not look says so, unless the object was fine when it was last seen: then the connection says it.
    pub(super) async fn finish_setback(&mut self, setback: Setback) -> Result<Verdict, WriteError> {
        let generation = self.object.meta().generation;
        let ready = conditions::ready(&K::managed(&self.status).conditions);
        let fine =
            ready.is_some_and(|ready| ready.status == "True" && ready.observed_generation == generation);
        if fine && self.object.meta().deletion_timestamp.is_none() {
            self.write_status_if_changed().await?;
            return Ok(setback.verdict);
        }
        self.finish(setback.report, setback.verdict).await
    }

    pub(super) async fn finish(&mut self, report: Report, verdict: Verdict) -> Result<Verdict, WriteError> {
        // Nothing was ever sent, and this process knows it: whoever comes after may know it too.
        let parts: Vec<_> = self.hands.keys().cloned().collect();
        for part in &parts {
            if self.hand(part).record.is_none() && self.custody(part) == Custody::Own {
                self.put_record(part, &Record::default());
                self.hand(part).witness.wrote(&Record::default());
            }
        }
        self.put_report(&report);
        self.write_status_if_changed().await?;
        Ok(verdict)
    }

    pub(super) fn put_report(&mut self, report: &Report) {
        let generation = self.object.meta().generation.unwrap_or_default();
        let applied = (report.standing == Standing::Ready).then(|| applied::digest(self.object.spec()));
        let status = K::managed_mut(&mut self.status);
        let further = conditions::further(&status.conditions);
        status.conditions = report.conditions(&status.conditions, generation, self.began.wall);
        status.conditions.extend(further);
        status.observed_generation = generation;
        if let Some(digest) = applied {
            status.applied_spec = digest;
        }
        self.report = Some(report.clone());
    }

    pub(super) async fn write_status_if_changed(&mut self) -> Result<(), WriteError> {
        let fitted = self
            .context
            .bounds(K::KIND)
            .and_then(|bounds| bounds.fit(&self.status).ok())
            .unwrap_or_else(|| self.status.clone());
        if self.object.status() == Some(&fitted) {
            return Ok(());
        }
        let before = self.object.status_mut().replace(fitted);
        let written = write::status(&self.api, &self.object).await;
        match written {
            Ok(object) => {
                self.tell(before.as_ref());
                self.has_become(object);
                Ok(())
            }
            Err(error) => {
                *self.object.status_mut() = before;
                Err(error)
            }
        }
    }

    /// An event where the reason has changed.
    pub(super) fn tell(&self, before: Option<&K::Status>) {
        let before = before
            .map(|status| K::managed(status).conditions.as_slice())
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
    pub(super) async fn put_back(&mut self, parts: &[PartWanted]) -> Result<(), WriteError> {
        if self.object.meta().deletion_timestamp.is_some() {
            return Ok(());
        }
        let main = parts
            .first()
            .map(|part| (part.mark, self.hand(&part.name).record.clone()));
        let remote_id = main.and_then(|(mark, record)| Some(memory::annotation_of(&record?.held?.id, mark)));
        let there = self.object.annotations().get(REMOTE_ID);
        let answer = self.object.annotations().get(RESOLVE);
        let change = MetadataChange {
            finalizer: None,
            remote_id: remote_id
                .filter(|wanted| Some(wanted) != there)
                .map(RemoteIdChange::Set),
            answered: answer
                .filter(|answer| Some(*answer) == K::managed(&self.status).last_handled_resolve.as_ref())
                .map(|_| Answered),
        };
        if change == MetadataChange::default() {
            return Ok(());
        }
        self.write_metadata(&change).await
    }

    pub(super) async fn write_metadata(&mut self, change: &MetadataChange) -> Result<(), WriteError> {
        let object = write::metadata(&self.api, &self.object, change).await?;
        self.has_become(object);
        Ok(())
    }
}
