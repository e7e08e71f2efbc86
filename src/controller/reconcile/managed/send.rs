//! Sending: the intent first, then the one request of the pass, then what came of it.

use kube::ResourceExt;
use secrecy::SecretString;

use super::hand::own_record;
use super::{Ended, Pass, Reconciled};
use crate::controller::reconcile::problem::Setback;
use crate::controller::reconcile::write::{self, WriteError};
use crate::controller::reconcile::{Moment, Verdict, references};
use crate::kinds::managed::{PartWanted, Performed, Target};
use crate::kinds::{Report, memory};
use crate::lifecycle::{Aftermath, Intent, Operation, ProblemKind, Record, settle};

/// How often the outcome of a request is written when others write at the same time.
const MOST_WRITES: u32 = 8;

impl<K: Reconciled> Pass<'_, K> {
    pub(super) async fn begin(
        &mut self,
        wanted: &K::Wanted,
        part: &PartWanted,
        intent: Intent,
    ) -> Result<Option<Ended>, WriteError> {
        if let Err(setback) = self.secret(wanted, part, &intent.operation).await {
            return self.finish_setback(setback).await.map(Ended::pass);
        }
        if intent.operation == Operation::Create && part.desired.resolution.is_some() {
            self.answered();
        }
        let attempt = intent.attempt.clone();
        // A request that is refused and sent again has no pass of its own that tells what was seen.
        self.put_seen(wanted);
        let report = K::WORDS.beginning(&intent.operation);
        K::remember(&mut self.status, wanted, self.seen.as_ref(), &intent.operation);
        self.persist_intent(part, intent, &report).await?;
        self.hand(&part.name).begun = Some(attempt);
        Ok(None)
    }

    /// The secret that an operation sends, where it sends one.
    async fn secret(
        &self,
        wanted: &K::Wanted,
        part: &PartWanted,
        operation: &Operation,
    ) -> Result<Option<SecretString>, Setback> {
        match K::secret(wanted, part, operation) {
            Some(reference) => references::secret(self.context, self.namespace(), reference)
                .await
                .map(Some),
            None => Ok(None),
        }
    }

    /// Writes the intent ahead of its request: refused when anybody else wrote meanwhile.
    pub(super) async fn persist_intent(
        &mut self,
        part: &PartWanted,
        intent: Intent,
        report: &Report,
    ) -> Result<(), WriteError> {
        let record = Record {
            intent: Some(intent),
            ..self.hand(&part.name).record.clone().unwrap_or_default()
        };
        self.put_record(&part.name, &record);
        self.put_report(report);
        self.write_status_if_changed().await?;
        self.hand(&part.name).witness.wrote(&record);
        self.keep_witnesses();
        Ok(())
    }

    pub(super) async fn send(
        &mut self,
        wanted: &K::Wanted,
        part: &PartWanted,
        operation: Operation,
    ) -> Result<Verdict, WriteError> {
        let (Some(connection), Some(record)) =
            (self.connection.clone(), self.hand(&part.name).record.clone())
        else {
            return Ok(Verdict::Failed);
        };
        let Some(remote) = K::remote(&connection) else {
            return Ok(Verdict::Failed);
        };
        let secret = match self.secret(wanted, part, &operation).await {
            Ok(secret) => secret,
            Err(setback) => return self.finish_setback(setback).await,
        };
        let target = Target {
            wanted,
            part,
            seen: self.seen.as_ref(),
            status: &self.status,
            secret,
        };
        let Performed {
            outcome,
            created,
            told,
        } = K::perform(remote, &operation, target).await;
        let (account, basis) = (&part.desired.account, &part.desired.basis);
        let settled = settle(&record, &outcome, account, basis, Moment::now().wall);
        let held = settled.record.held.as_ref().map(|held| &held.id);
        K::sent(remote, wanted, part, held, self.seen.as_ref());
        if let Some(created) = &created {
            K::created(&mut self.status, part, created);
        }
        if settled.aftermath == Aftermath::Done {
            K::changed(&mut self.status, &operation);
        }
        // An answer that led to nothing still holds.
        if operation == Operation::Create && !settled.record.may_exist_remotely() {
            K::managed_mut(&mut self.status).last_handled_resolve = None;
        }
        self.put_record(&part.name, &settled.record);
        let told = told.unwrap_or_else(|| K::WORDS.aftermath(&operation, &settled.aftermath));
        self.put_report(&told);
        if let Err(error) = self.persist_outcome(part, &record).await {
            self.hand(&part.name).witness.lost_an_outcome();
            self.keep_witnesses();
            return Err(error);
        }
        // What is read again is what was written, in the words and within the bounds of the status.
        let written = own_record(&self.object, &part.name).unwrap_or(settled.record);
        self.hand(&part.name).witness.wrote(&written);
        self.keep_witnesses();
        self.put_back(K::parts(wanted)).await?;
        Ok(self.after(&settled.aftermath))
    }

    /// Writes what came of a request. It must not be lost to somebody who edits the resource at the same time.
    pub(super) async fn persist_outcome(
        &mut self,
        part: &PartWanted,
        sent_with: &Record,
    ) -> Result<(), WriteError> {
        for _ in 0..MOST_WRITES {
            match self.write_status_if_changed().await {
                Err(WriteError::Outdated { .. }) => {}
                done => return done,
            }
            let name = self.object.name_any();
            let latest = write::in_time("reading the resource again", self.api.get(&name)).await?;
            let still = latest.status().map(K::managed);
            let still = still.and_then(|status| status.parts.iter().find(|there| *there.name == *part.name));
            let same = still.is_some_and(|there| memory::record_of(there) == *sent_with);
            if latest.uid() != self.object.uid() || !same {
                break;
            }
            self.has_become(latest);
        }
        Err(WriteError::Outdated {
            doing: "writing what came of a request",
        })
    }

    pub(super) fn after(&self, aftermath: &Aftermath) -> Verdict {
        match aftermath {
            Aftermath::Done | Aftermath::LookAgain(_) => Verdict::After(self.soon()),
            Aftermath::TryAgain(problem) if problem.kind == ProblemKind::NotYet => {
                Verdict::After(self.soon())
            }
            Aftermath::TryAgain(problem) if problem.kind.is_about_the_moment() => Verdict::NotYet,
            Aftermath::TryAgain(_) => Verdict::Failed,
            Aftermath::ComeBack { after, .. } => Verdict::FailedUntil(*after),
            Aftermath::Refused(_) => Verdict::After(self.slowly()),
        }
    }
}
