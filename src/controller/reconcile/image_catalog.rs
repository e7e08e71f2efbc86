//! One pass over an `ImageCatalog`.

use std::sync::Arc;
use std::time::Duration;

use kube::{Api, Resource, ResourceExt};

use super::context::Context;
use super::look::Looking;
use super::problem::Setback;
use super::write::{self, Answered, FinalizerChange, MetadataChange, RemoteIdChange, WriteError};
use super::{Moment, Verdict, cluster, references};
use crate::api::names::{RECONCILE_REQUESTED_AT, REMOTE_ID, RESOLVE};
use crate::api::{DeletionPolicy, ImageCatalog, ImageCatalogStatus, ManagementPolicy, Reason};
use crate::connections::Connection;
use crate::controller::events::Event;
use crate::kinds::image_catalog::perform::{self, Performed, Target};
use crate::kinds::image_catalog::{IMAGE, InvalidSpec, Seen, Wanted, desired, mirror, report};
use crate::kinds::{Report, Standing, conditions, memory};
use crate::lifecycle::{
    Account, Aftermath, Blocker, Custody, Finalizer, Held, Intent, Look, Looks, Memory, Operation, Record,
    RemoteId, Resolution, Situation, Stalled, Step, Waiting, Witness, decide, settle,
};

/// How many decisions one pass may take; more is a mistake in the decision.
const MOST_STEPS: u32 = 24;

/// How often the outcome of a request is written when others write at the same time.
const MOST_WRITES: u32 = 8;

/// How soon a pass is repeated that somebody else's write has overtaken.
const AGAIN_AT_ONCE: Duration = Duration::from_millis(200);

/// How long a refusal stands before the same request is tried again.
const REFUSAL_STANDS: Duration = Duration::from_hours(1);

/// How long after a refused deletion it is tried again: what uses the image may be gone.
const DELETE_REFUSAL_STANDS: Duration = Duration::from_mins(2);

/// How long a settled image is left alone when nothing of it moves.
const LOOK_AGAIN: Duration = Duration::from_hours(1);

/// The definition whose removal must not delete anything remotely.
const DEFINITION: &str = "imagecatalogs.image-operator.dev";

/// One pass over an `ImageCatalog`.
pub async fn reconcile(context: &Context, catalog: Arc<ImageCatalog>) -> Verdict {
    let uid = catalog.uid().unwrap_or_default();
    let mut pass = Pass::new(context, &catalog, &uid);
    let ended = pass.run().await;
    match ended {
        Ok(verdict) => {
            if verdict == Verdict::Gone {
                context.forget_witness(&uid);
            } else {
                context.keep_witness(&uid, pass.witness);
            }
            verdict
        }
        Err(WriteError::Outdated { doing }) => {
            tracing::debug!(catalog = %catalog.name_any(), doing, "the resource changed during the pass");
            Verdict::After(AGAIN_AT_ONCE)
        }
        Err(error) => {
            tracing::warn!(catalog = %catalog.name_any(), namespace = ?catalog.namespace(), %error, "the pass could not write");
            Verdict::Failed
        }
    }
}

/// The record that this very resource wrote.
fn own_record(catalog: &ImageCatalog) -> Option<Record> {
    let status = catalog.status.as_ref()?;
    let own = status.owner_uid.is_some() && status.owner_uid == catalog.uid();
    let part = status.parts.iter().find(|part| part.name == IMAGE);
    part.filter(|_| own).map(memory::record_of)
}

/// What one pass has in hand.
struct Pass<'a> {
    context: &'a Context,
    api: Api<ImageCatalog>,
    began: Moment,
    /// The resource as last read or written.
    object: ImageCatalog,
    /// The status as it is to be.
    status: ImageCatalogStatus,
    record: Option<Record>,
    witness: Witness,
    looks: Looks,
    seen: Option<Seen>,
    begun: Option<String>,
    connection: Option<Arc<Connection>>,
}

impl<'a> Pass<'a> {
    fn new(context: &'a Context, catalog: &ImageCatalog, uid: &str) -> Self {
        let object = catalog.clone();
        let status = object.status.clone().unwrap_or_default();
        Pass {
            context,
            api: Api::namespaced(
                context.client.clone(),
                catalog.metadata.namespace.as_deref().unwrap_or_default(),
            ),
            began: Moment::now(),
            record: own_record(&object),
            status,
            object,
            witness: context.witness(uid),
            looks: Looks::nothing(),
            seen: None,
            begun: None,
            connection: None,
        }
    }

    async fn run(&mut self) -> Result<Verdict, WriteError> {
        if let Some(paused) = self.suspended() {
            return self.finish_paused(paused).await;
        }
        let wanted = match self.wanted() {
            Ok(wanted) => wanted,
            Err(error) => {
                let reason = match error {
                    InvalidSpec::Resolution(_) => Reason::InvalidResolution,
                    _ => Reason::InvalidSpec,
                };
                return self
                    .finish(Report::stalled(reason, error.to_string()), Verdict::Settled)
                    .await;
            }
        };
        self.hear_a_request(&wanted);
        if self.deletes_remotely() && cluster::definition_is_going(self.context, DEFINITION).await {
            self.looks.delete_blocker = Some(Blocker::DefinitionGoing);
        }
        for _ in 0..MOST_STEPS {
            let step = self.decide(&wanted);
            if let Some(verdict) = self.carry_out(&wanted, step).await? {
                return Ok(verdict);
            }
        }
        tracing::error!(catalog = %self.object.name_any(), "the pass did not come to an end; please report this");
        Ok(Verdict::Failed)
    }

    fn suspended(&self) -> Option<Report> {
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
    async fn finish_paused(&mut self, paused: Report) -> Result<Verdict, WriteError> {
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
    fn applied_but_for_suspend(&self, applied: bool) -> bool {
        let generation = self.object.metadata.generation.unwrap_or_default();
        let just_suspended = self.object.spec.suspend && self.status.observed_generation + 1 == generation;
        let was_ready =
            conditions::ready(&self.status.conditions).is_some_and(|ready| ready.status == "True");
        applied || just_suspended && was_ready && self.object.metadata.deletion_timestamp.is_none()
    }

    fn wanted(&mut self) -> Result<Wanted, InvalidSpec> {
        let connection = references::cached_connection(self.context, &self.object);
        let account = connection
            .as_ref()
            .and_then(|connection| Some(connection.spec.account()?.to_string()));
        let deleting = self.object.metadata.deletion_timestamp.is_some();
        Wanted::parse(
            &self.object,
            &desired::Surroundings {
                install: self.context.settings.install,
                account: Account(account.unwrap_or_default()),
                connection_generation: connection.and_then(|c| c.metadata.generation).unwrap_or_default(),
                settling_window: self.context.settings.settling_window,
                refusal_stands: if deleting {
                    DELETE_REFUSAL_STANDS
                } else {
                    REFUSAL_STANDS
                },
            },
        )
    }

    /// A person asked for a pass now: what was refused is tried again.
    fn hear_a_request(&mut self, wanted: &Wanted) {
        let asked = self.object.annotations().get(RECONCILE_REQUESTED_AT);
        let asked = asked.map(|value| value.chars().take(256).collect::<String>());
        if asked.is_some() && asked != self.status.last_handled_reconcile_at {
            if let Some(record) = self.record.as_ref().map(Record::tried_afresh)
                && self.record.as_ref() != Some(&record)
            {
                self.amend(wanted, &record);
            }
            self.status.last_handled_reconcile_at = asked;
        }
        if !self.object.annotations().contains_key(RESOLVE) {
            self.status.last_handled_resolve = None;
        }
    }

    fn deletes_remotely(&self) -> bool {
        let spec = &self.object.spec;
        self.object.metadata.deletion_timestamp.is_some()
            && spec.deletion_policy == DeletionPolicy::Delete
            && spec.management_policy == ManagementPolicy::Manage
    }

    fn memory(&mut self, wanted: &Wanted) -> Memory {
        let window = self.context.settings.settling_window;
        let custody = self
            .witness
            .custody(self.record.as_ref(), window, self.began.wall);
        let uid = self.object.uid();
        let foreign = self.status.owner_uid.is_some() && self.status.owner_uid != uid;
        let part = self.status.parts.iter().find(|part| part.name == IMAGE);
        let annotation = self.object.annotations().get(REMOTE_ID);
        Memory {
            finalizer: if write::has_finalizer(&self.object) {
                Finalizer::Present
            } else {
                Finalizer::Absent
            },
            record: self.record.clone(),
            custody,
            foreign_record: part.filter(|_| foreign).map(memory::record_of),
            hints: annotation
                .and_then(|text| memory::hint_of(text, wanted.mark))
                .into_iter()
                .collect(),
        }
    }

    fn decide(&mut self, wanted: &Wanted) -> Step {
        let memory = self.memory(wanted);
        let next_attempt = format!("{:016x}", fastrand::u64(..));
        decide(Situation {
            desired: &wanted.desired,
            memory: &memory,
            looks: &self.looks,
            begun: self.begun.as_deref(),
            next_attempt: &next_attempt,
            began: self.began.wall,
        })
    }

    /// Carries out one step. A verdict ends the pass.
    async fn carry_out(&mut self, wanted: &Wanted, step: Step) -> Result<Option<Verdict>, WriteError> {
        match step {
            Step::Look(look) => match self.look(wanted, &look).await {
                Ok(()) => Ok(None),
                Err(setback) => self.finish_setback(setback).await.map(Some),
            },
            Step::AddFinalizer => {
                let memory = self.memory(wanted);
                let change = MetadataChange {
                    finalizer: Some(FinalizerChange::Add),
                    ..MetadataChange::default()
                };
                self.write_metadata(&change).await?;
                self.witness.added_finalizer(&memory);
                Ok(None)
            }
            Step::Begin(intent) => self.begin(wanted, intent).await,
            Step::Presume(intent) => {
                let waiting = Waiting::Settling {
                    operation: intent.operation.clone(),
                    remaining: Duration::ZERO,
                };
                self.persist_intent(intent, &report::waiting(&waiting)).await?;
                Ok(None)
            }
            Step::Adopt(id) => {
                // What is mirrored of another image would be taken for this one's.
                if self.status.stream_id.as_deref() != Some(id.as_str()) {
                    mirror::nothing(&mut self.status);
                    self.status.stream_id = Some(id.to_string());
                }
                let held = Held {
                    id,
                    since: self.began.wall,
                    account: wanted.desired.account.clone(),
                };
                // Found again, a failed image is still to be made again.
                if wanted.desired.resolution != Some(Resolution::Recreate) {
                    self.answered(wanted);
                }
                self.amend(
                    wanted,
                    &Record {
                        held: Some(held),
                        ..Record::default()
                    },
                );
                self.looks = Looks {
                    delete_blocker: self.looks.delete_blocker.take(),
                    ..Looks::nothing()
                };
                Ok(None)
            }
            Step::ClearIntent => {
                let record = self.record.clone().unwrap_or_default();
                self.amend(
                    wanted,
                    &Record {
                        intent: None,
                        ..record
                    },
                );
                Ok(None)
            }
            Step::ForgetId => {
                // Remembered there, it would be missed once more should the next create come to nothing.
                if self.object.annotations().contains_key(REMOTE_ID) {
                    let change = MetadataChange {
                        remote_id: Some(RemoteIdChange::Forget),
                        ..MetadataChange::default()
                    };
                    self.write_metadata(&change).await?;
                }
                self.amend(wanted, &Record::default());
                mirror::nothing(&mut self.status);
                self.seen = None;
                Ok(None)
            }
            Step::Send(operation) => self.send(wanted, operation).await.map(Some),
            Step::Release => self.release(wanted).await.map(Some),
            Step::Wait(waiting) => {
                let verdict = self.wait_for(&waiting);
                self.finish_seen(wanted, report::waiting(&waiting), verdict)
                    .await
                    .map(Some)
            }
            Step::Stall(stalled) => {
                if let (Stalled::OtherAccount(_), Err(setback)) =
                    (&stalled, references::live_connection(self.context, &self.object))
                {
                    return self.finish_setback(setback).await.map(Some);
                }
                self.candidates(&stalled);
                let verdict = Verdict::After(self.slowly());
                self.finish_seen(wanted, report::stalled(&stalled), verdict)
                    .await
                    .map(Some)
            }
            Step::Rest => self.rest(wanted).await.map(Some),
        }
    }

    async fn look(&mut self, wanted: &Wanted, look: &Look) -> Result<(), Setback> {
        let connection = match &self.connection {
            Some(connection) => Arc::clone(connection),
            None => references::live_connection(self.context, &self.object)?,
        };
        let held = self
            .record
            .as_ref()
            .and_then(|record| record.held.clone())
            .map(|held| held.id);
        let recorded_version = desired::recorded_version(&self.status);
        if let Some(id) = &held {
            connection.inventory().watch_image(wanted.mark.object, id);
        }
        let claim = |id: &RemoteId| self.claimed_by(id);
        let looking = Looking {
            wanted,
            connection: &connection,
            began: self.began,
            claim: &claim,
            held: held.as_ref(),
            recorded_version: recorded_version.as_ref(),
        };
        let (mut looks, mut seen) = (self.looks.clone(), self.seen.clone());
        let looked = looking.look(look, &mut looks, &mut seen).await;
        self.looks = looks;
        self.seen = seen;
        self.connection = Some(connection);
        looked
    }

    /// An older resource of this namespace and connection that holds the image.
    fn claimed_by(&self, id: &RemoteId) -> Option<String> {
        let age = |catalog: &ImageCatalog| (catalog.creation_timestamp(), catalog.uid());
        let mine = age(&self.object);
        let holds = |catalog: &ImageCatalog| {
            let status = catalog.status.as_ref();
            let parts = status.map(|status| status.parts.as_slice()).unwrap_or_default();
            let own_record = status.is_some_and(|status| status.owner_uid == catalog.uid());
            own_record && parts.iter().any(|part| part.id.as_deref() == Some(id.as_str()))
        };
        let account = |catalog: &ImageCatalog| {
            references::cached_connection(self.context, catalog)
                .and_then(|c| Some(c.spec.account()?.to_string()))
        };
        let all = self.context.cached_catalogs.state();
        let other = all.iter().find(|other| {
            other.uid() != self.object.uid()
                && holds(other)
                && age(other) < mine
                && account(other) == account(&self.object)
        })?;
        Some(format!(
            "ImageCatalog {}/{}",
            other.namespace().unwrap_or_default(),
            other.name_any()
        ))
    }

    async fn begin(&mut self, wanted: &Wanted, intent: Intent) -> Result<Option<Verdict>, WriteError> {
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

    async fn password(
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
    async fn persist_intent(&mut self, intent: Intent, report: &Report) -> Result<(), WriteError> {
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

    /// Changes the record in hand; it is written with the report at the end of the pass.
    fn amend(&mut self, wanted: &Wanted, record: &Record) {
        let before = self.memory(wanted);
        self.witness.amended(&before, record, self.began.wall);
        self.put_record(record);
    }

    fn put_record(&mut self, record: &Record) {
        self.status.owner_uid = self.object.uid();
        let part = memory::part_of(IMAGE, record);
        self.status.parts.retain(|part| part.name != IMAGE);
        self.status.parts.push(part);
        self.record = Some(record.clone());
    }

    /// A person's answer has been acted on.
    fn answered(&mut self, wanted: &Wanted) {
        if wanted.desired.resolution.is_some() {
            self.status.last_handled_resolve = self.object.annotations().get(RESOLVE).cloned();
        }
    }

    async fn send(&mut self, wanted: &Wanted, operation: Operation) -> Result<Verdict, WriteError> {
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
        tracing::info!(
            catalog = %self.object.name_any(), namespace = ?self.object.namespace(), ?operation,
            attempt = self.begun.as_deref(), outcome = outcome.class(), "remote write"
        );
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
    async fn persist_outcome(&mut self, sent_with: &Record) -> Result<(), WriteError> {
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

    fn after(&self, aftermath: &Aftermath) -> Verdict {
        match aftermath {
            Aftermath::Done | Aftermath::LookAgain(_) => Verdict::After(self.soon()),
            Aftermath::TryAgain(_) => Verdict::Failed,
            Aftermath::ComeBack { after, .. } => Verdict::FailedUntil(*after),
            Aftermath::Refused(_) => Verdict::After(self.slowly()),
        }
    }

    fn wait_for(&self, waiting: &Waiting) -> Verdict {
        match waiting {
            Waiting::Settling { remaining, .. } => {
                Verdict::After(self.soon().min(*remaining + Duration::from_millis(50)))
            }
            Waiting::Accepted { .. } | Waiting::BeingDeleted(_) | Waiting::InventorySuspect => {
                Verdict::After(self.soon())
            }
            Waiting::Dependents(_) | Waiting::DefinitionGoing => Verdict::After(Duration::from_secs(15)),
        }
    }

    /// While something is under way.
    fn soon(&self) -> Duration {
        let connection = references::cached_connection(self.context, &self.object);
        connection.map_or(Duration::from_secs(15), |c| {
            c.spec.polling.active_interval.as_duration()
        })
    }

    /// While nothing is expected to change.
    fn slowly(&self) -> Duration {
        if self.object.metadata.deletion_timestamp.is_some() {
            return DELETE_REFUSAL_STANDS;
        }
        let connection = references::cached_connection(self.context, &self.object);
        connection.map_or(Duration::from_mins(10), |c| {
            c.spec.polling.idle_interval.as_duration()
        })
    }

    fn candidates(&mut self, stalled: &Stalled) {
        let candidates: Vec<_> = match stalled {
            Stalled::Ambiguous(all) => all.iter().collect(),
            Stalled::OwnedByAnotherInstall(one) | Stalled::NameTaken(one) | Stalled::Mismatch(one) => {
                vec![one]
            }
            _ => Vec::new(),
        };
        self.status.candidates = candidates
            .into_iter()
            .map(|sighting| crate::api::image_catalog::CandidateStatus {
                id: sighting.id.to_string(),
                name: Some(sighting.name.clone()),
                created_at: None,
            })
            .collect();
    }

    async fn rest(&mut self, wanted: &Wanted) -> Result<Verdict, WriteError> {
        self.status.candidates = Vec::new();
        let Some(seen) = self.seen.clone() else {
            return Ok(Verdict::Settled);
        };
        let report = report::at_rest(wanted, &seen, desired::recorded_version(&self.status).as_ref());
        if report.standing == Standing::Ready {
            // Kept, an answer that nobody asked for would be given to a question that comes up later.
            self.answered(wanted);
        }
        let verdict = match report.standing {
            Standing::Ready | Standing::Stalled | Standing::Paused => Verdict::After(LOOK_AGAIN),
            Standing::Reconciling => Verdict::After(self.slowly()),
        };
        self.finish_seen(wanted, report, verdict).await
    }

    /// Ends the pass with what was seen in status.
    async fn finish_seen(
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
    async fn finish_setback(&mut self, setback: Setback) -> Result<Verdict, WriteError> {
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

    async fn finish(&mut self, report: Report, verdict: Verdict) -> Result<Verdict, WriteError> {
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

    fn put_report(&mut self, report: &Report) {
        let generation = self.object.metadata.generation.unwrap_or_default();
        self.status.conditions = report.conditions(&self.status.conditions, generation, self.began.wall);
        self.status.observed_generation = generation;
    }

    async fn write_status_if_changed(&mut self) -> Result<(), WriteError> {
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
    fn tell(&self, before: Option<&ImageCatalogStatus>) {
        let old = before.and_then(|status| conditions::ready(&status.conditions));
        let Some(new) = conditions::ready(&self.status.conditions) else {
            return;
        };
        if old.is_some_and(|old| old.reason == new.reason) {
            return;
        }
        self.context.events.publish(
            self.object.object_ref(&()),
            Event::of_conditions(&self.status.conditions, new),
        );
    }

    /// Puts back what people and tools drop: the annotation that remembers the id; and takes away answers acted on.
    async fn put_back(&mut self, wanted: &Wanted) -> Result<(), WriteError> {
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

    async fn write_metadata(&mut self, change: &MetadataChange) -> Result<(), WriteError> {
        self.object = write::metadata(&self.api, &self.object, change).await?;
        Ok(())
    }

    async fn release(&mut self, wanted: &Wanted) -> Result<Verdict, WriteError> {
        if let Ok(connection) = references::live_connection(self.context, &self.object) {
            connection.inventory().unwatch_image(wanted.mark.object);
        }
        let change = MetadataChange {
            finalizer: Some(FinalizerChange::Remove),
            ..MetadataChange::default()
        };
        self.write_metadata(&change).await?;
        tracing::info!(catalog = %self.object.name_any(), namespace = ?self.object.namespace(), "finalizer removed");
        Ok(Verdict::Gone)
    }
}
