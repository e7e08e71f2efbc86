//! Sending: the intent first, then the one request of the pass, then what came of it.

use kube::ResourceExt;

use super::{Pass, own_record};
use crate::controller::reconcile::problem::Setback;
use crate::controller::reconcile::write::{self, WriteError};
use crate::controller::reconcile::{Moment, Verdict, references};
use crate::kinds::image_catalog::perform::{self, Performed, Target};
use crate::kinds::image_catalog::{IMAGE, Wanted, desired, mirror, report};
use crate::kinds::{Report, memory};
use crate::lifecycle::{Aftermath, Intent, Operation, Record, settle};

/// How often the outcome of a request is written when others write at the same time.
const MOST_WRITES: u32 = 8;

impl Pass<'_> {
    pub(super) async fn begin(
        &mut self,
        wanted: &Wanted,
        intent: Intent,
    ) -> Result<Option<Verdict>, WriteError> {
        if let Err(setback) = self.password(wanted, &intent.operation).await {
            return self.finish_setback(setback).await.map(Some);
        }
        if intent.operation == Operation::Create {
            self.answered(wanted);
        }
        let attempt = intent.attempt.clone();
        let report = report::beginning(&intent.operation);
        self.persist_intent(intent, &report).await?;
        self.begun = Some(attempt);
        Ok(None)
    }

    pub(super) async fn password(
        &self,
        wanted: &Wanted,
        operation: &Operation,
    ) -> Result<Option<secrecy::SecretString>, Setback> {
        match wanted
            .password_reference()
            .filter(|_| *operation == Operation::Create)
        {
            Some(reference) => {
                let namespace = self.object.namespace().unwrap_or_default();
                references::secret(self.context, &namespace, reference)
                    .await
                    .map(Some)
            }
            None => Ok(None),
        }
    }

    /// Writes the intent ahead of its request: refused when anybody else wrote meanwhile.
    pub(super) async fn persist_intent(&mut self, intent: Intent, report: &Report) -> Result<(), WriteError> {
        let record = Record {
            intent: Some(intent),
            ..self.record.clone().unwrap_or_default()
        };
        self.put_record(&record);
        self.put_report(report);
        self.write_status_if_changed().await?;
        self.witness.wrote(&record);
        self.context
            .keep_witness(&self.object.uid().unwrap_or_default(), self.witness.clone());
        Ok(())
    }

    pub(super) async fn send(
        &mut self,
        wanted: &Wanted,
        operation: Operation,
    ) -> Result<Verdict, WriteError> {
        let (Some(connection), Some(record)) = (self.connection.clone(), self.record.clone()) else {
            return Ok(Verdict::Failed);
        };
        let password = match self.password(wanted, &operation).await {
            Ok(password) => password,
            Err(setback) => return self.finish_setback(setback).await,
        };
        let recorded_version = desired::recorded_version(&self.status);
        let target = Target {
            wanted,
            seen: self.seen.as_ref(),
            recorded_version: recorded_version.as_ref(),
            password,
        };
        let Performed { outcome, created } = perform::perform(connection.client(), &operation, target).await;
        let account = &wanted.desired.account;
        let now = Moment::now();
        let settled = settle(&record, &outcome, account, &wanted.desired.basis, now.wall);
        let id = settled.record.held.as_ref().map(|held| held.id.clone());
        connection.inventory().written(id.as_ref());
        if let Some(id) = &id {
            connection.inventory().watch_image(wanted.mark.object, id);
        }
        if let Some(created) = &created {
            mirror::created(&mut self.status, created);
        }
        // An answer that led to nothing still holds.
        if operation == Operation::Create && !settled.record.may_exist_remotely() {
            self.status.last_handled_resolve = None;
        }
        self.put_record(&settled.record);
        self.put_report(&report::aftermath(&operation, &settled.aftermath));
        let uid = self.object.uid().unwrap_or_default();
        if let Err(error) = self.persist_outcome(&record).await {
            self.witness.lost_an_outcome();
            self.context.keep_witness(&uid, self.witness.clone());
            return Err(error);
        }
        // What is read again is what was written, in the words and within the bounds of the status.
        self.witness
            .wrote(&own_record(&self.object).unwrap_or(settled.record));
        self.context.keep_witness(&uid, self.witness.clone());
        self.put_back(wanted).await?;
        Ok(self.after(&settled.aftermath))
    }

    /// Writes what came of a request. It must not be lost to somebody who edits the resource at the same time.
    pub(super) async fn persist_outcome(&mut self, sent_with: &Record) -> Result<(), WriteError> {
        for _ in 0..MOST_WRITES {
            match self.write_status_if_changed().await {
                Err(WriteError::Outdated { .. }) => {}
                done => return done,
            }
            let name = self.object.name_any();
            let latest = write::in_time("reading the resource again", self.api.get(&name)).await?;
            let still = latest
                .status
                .as_ref()
                .and_then(|status| status.parts.iter().find(|part| part.name == IMAGE));
            let same = still.is_some_and(|part| memory::record_of(part) == *sent_with);
            if latest.uid() != self.object.uid() || !same {
                break;
            }
            self.object = latest;
        }
        Err(WriteError::Outdated {
            doing: "writing what came of a request",
        })
    }

    pub(super) fn after(&self, aftermath: &Aftermath) -> Verdict {
        match aftermath {
            Aftermath::Done | Aftermath::LookAgain(_) => Verdict::After(self.soon()),
            Aftermath::TryAgain(_) => Verdict::Failed,
            Aftermath::ComeBack { after, .. } => Verdict::FailedUntil(*after),
            Aftermath::Refused(_) => Verdict::After(self.slowly()),
        }
    }
}
