//! One step carried out.

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;

use super::{Ended, Pass, Reconciled};
use crate::api::names::REMOTE_ID;
use crate::controller::reconcile::Verdict;
use crate::controller::reconcile::problem::Setback;
use crate::controller::reconcile::write::{FinalizerChange, MetadataChange, RemoteIdChange, WriteError};
use crate::kinds::Report;
use crate::kinds::managed::{self, Looking, PartWanted};
use crate::lifecycle::{
    Account, Freshness, Held, Look, Looks, Record, RemoteId, Resolution, Stalled, Step, Waiting,
};

impl<K: Reconciled> Pass<'_, K> {
    /// Carries out one step of one part; says so when the part comes to an end with it.
    pub(super) async fn carry_out(
        &mut self,
        wanted: &K::Wanted,
        part: &PartWanted,
        step: Step,
    ) -> Result<Option<Ended>, WriteError> {
        match step {
            Step::Look(look) => match self.look(wanted, part, &look).await {
                Ok(()) => Ok(None),
                Err(setback) => self.finish_setback(setback).await.map(Ended::pass),
            },
            Step::AddFinalizer => self.add_finalizer(K::parts(wanted)).await.map(|()| None),
            Step::Begin(intent) => self.begin(wanted, part, intent).await,
            Step::Presume(intent) => {
                let waiting = Waiting::Settling {
                    operation: intent.operation.clone(),
                    remaining: Duration::ZERO,
                };
                self.persist_intent(part, intent, &K::WORDS.waiting(&waiting))
                    .await?;
                Ok(None)
            }
            Step::Adopt(id) => {
                self.adopt(part, id);
                Ok(None)
            }
            Step::ClearIntent => {
                let record = Record {
                    intent: None,
                    ..self.hand(&part.name).record.clone().unwrap_or_default()
                };
                self.amend(part, &record);
                Ok(None)
            }
            Step::ForgetId => self.forget(part).await.map(|()| None),
            Step::Send(operation) => self.send(wanted, part, operation).await.map(Ended::pass),
            Step::Release => Ok(Some(Ended::Free)),
            Step::Wait(waiting) => {
                let report = K::WORDS.waiting(&waiting);
                let report = match waiting {
                    Waiting::Accepted { .. } => self.with_troubles(report),
                    _ => report,
                };
                Ok(Some(Ended::Open(report, self.until(&waiting))))
            }
            Step::Stall(stalled) => {
                if let (Stalled::OtherAccount(_), Err(setback)) = (&stalled, self.live_connection()) {
                    return self.finish_setback(setback).await.map(Ended::pass);
                }
                self.candidates(&stalled);
                let report = K::WORDS.stalled(&stalled);
                let report = match stalled {
                    Stalled::GivenUp { .. } => self.with_troubles(report),
                    _ => report,
                };
                Ok(Some(Ended::Open(report, self.slowly())))
            }
            Step::Rest => Ok(Some(Ended::Rest)),
        }
    }

    /// The same with what the remote says went wrong.
    fn with_troubles(&self, report: Report) -> Report {
        match self.seen.as_ref().and_then(K::troubles) {
            Some(troubles) => Report {
                message: format!("{}; the remote says: {troubles}", report.message),
                ..report
            },
            None => report,
        }
    }

    async fn look(&mut self, wanted: &K::Wanted, part: &PartWanted, look: &Look) -> Result<(), Setback> {
        let connection = match &self.connection {
            Some(connection) => Arc::clone(connection),
            None => self.live_connection()?,
        };
        let Some(remote) = K::remote(&connection) else {
            return Ok(());
        };
        let hand = self.hand(&part.name);
        let held = hand.record.as_ref().and_then(|record| record.held.clone());
        let mut looks = hand.looks.clone();
        let mut seen = self.seen.clone();
        let claim = |id: &RemoteId| self.claimed_by(id, &part.desired.account);
        let looking = Looking::<K> {
            wanted,
            part,
            connection: remote,
            began: self.began.instant,
            claim: &claim,
            held: held.as_ref().map(|held| &held.id),
            status: &self.status,
        };
        let look = match look {
            Look::Cached if self.look_at == Freshness::SincePassBegan => &Look::Fresh,
            look => look,
        };
        let looked = K::look(&looking, look, &mut looks, &mut seen).await;
        self.hand(&part.name).looks = looks;
        self.seen = seen;
        self.connection = Some(connection);
        looked.map_err(Setback::from)
    }

    /// An older resource whose record holds the object of this account, whatever has become of its connection.
    fn claimed_by(&self, id: &RemoteId, account: &Account) -> Option<String> {
        let age = |resource: &K| (resource.creation_timestamp(), resource.uid());
        let mine = age(&self.object);
        let holds = |resource: &K| {
            let Some(status) = resource.status().map(K::managed) else {
                return false;
            };
            status.owner_uid == resource.uid()
                && status.parts.iter().any(|part| {
                    part.id.as_deref() == Some(id.as_str()) && part.account.as_deref() == Some(&account.0)
                })
        };
        let all = K::store(&self.context.tools.caches).state();
        let other = all
            .iter()
            .find(|other| other.uid() != self.object.uid() && holds(other) && age(other) < mine)?;
        Some(format!(
            "{} {}/{}",
            K::KIND,
            other.namespace().unwrap_or_default(),
            other.name_any()
        ))
    }

    async fn add_finalizer(&mut self, parts: &[PartWanted]) -> Result<(), WriteError> {
        let before: Vec<_> = parts.iter().map(|part| self.memory(part)).collect();
        let change = MetadataChange {
            finalizer: Some(FinalizerChange::Add),
            ..MetadataChange::default()
        };
        self.write_metadata(&change).await?;
        self.context.added_finalizer(&self.uid(), &before);
        for part in parts {
            self.hand(&part.name).witness.added_finalizer(&before);
        }
        Ok(())
    }

    fn adopt(&mut self, part: &PartWanted, id: RemoteId) {
        K::adopted(&mut self.status, part, &id);
        let held = Held {
            id,
            since: self.began.wall,
            account: part.desired.account.clone(),
        };
        // Found again, a failed object is still to be made again.
        let answer = part.desired.resolution.as_ref();
        if answer.is_some_and(|answer| *answer != Resolution::Recreate) {
            self.answered();
        }
        let record = Record {
            held: Some(held),
            ..Record::default()
        };
        self.amend(part, &record);
        self.hand(&part.name).looks = Looks::nothing();
    }

    async fn forget(&mut self, part: &PartWanted) -> Result<(), WriteError> {
        if self.main.as_ref() != Some(&part.name) {
            self.amend(part, &Record::default());
            return Ok(());
        }
        // Remembered there, it would be missed once more should the next create come to nothing.
        if self.object.annotations().contains_key(REMOTE_ID) {
            let change = MetadataChange {
                remote_id: Some(RemoteIdChange::Forget),
                ..MetadataChange::default()
            };
            self.write_metadata(&change).await?;
        }
        self.amend(part, &Record::default());
        self.status = managed::mirroring_nothing::<K>(&self.status);
        self.seen = None;
        Ok(())
    }

    fn until(&self, waiting: &Waiting) -> Duration {
        match waiting {
            Waiting::Settling { remaining, .. } => self.soon().min(*remaining + Duration::from_millis(50)),
            Waiting::Accepted { .. } | Waiting::BeingDeleted(_) | Waiting::InventorySuspect => self.soon(),
            Waiting::Dependents(_) | Waiting::DefinitionGoing => Duration::from_secs(15),
        }
    }

    fn candidates(&mut self, stalled: &Stalled) {
        let candidates = match stalled {
            Stalled::Ambiguous(all) => managed::candidates(all),
            Stalled::OwnedByAnotherInstall(one) | Stalled::NameTaken(one) | Stalled::Mismatch(one) => {
                managed::candidates([one])
            }
            _ => Vec::new(),
        };
        K::managed_mut(&mut self.status).candidates = candidates;
    }

    /// Lets the resource go.
    pub(super) async fn release(&mut self, wanted: &K::Wanted) -> Result<Verdict, WriteError> {
        if let Ok(connection) = self.live_connection()
            && let Some(remote) = K::remote(&connection)
        {
            K::released(remote, wanted);
        }
        let change = MetadataChange {
            finalizer: Some(FinalizerChange::Remove),
            ..MetadataChange::default()
        };
        self.write_metadata(&change).await?;
        tracing::info!(name = %self.object.name_any(), namespace = ?self.object.namespace(), "finalizer removed");
        Ok(Verdict::Gone)
    }
}
