//! One pass over an `ImageCatalog`.
//!
//! | file | what it does |
//! |---|---|
//! | this one | the pass: decide, carry out, again |
//! | `send` | the intent, the request, its outcome |
//! | `status` | the end of a pass: what is said and written |
//! | `suspend` | stopped on purpose |

mod send;
mod status;
mod suspend;

use std::sync::Arc;
use std::time::Duration;

use kube::{Api, ResourceExt};

use super::context::Context;
use super::problem::Setback;
use super::write::{self, FinalizerChange, MetadataChange, RemoteIdChange, WriteError};
use super::{Moment, Verdict, cluster, references};
use crate::api::names::{RECONCILE_REQUESTED_AT, REMOTE_ID, RESOLVE};
use crate::api::{DeletionPolicy, ImageCatalog, ImageCatalogStatus, ManagementPolicy, Reason};
use crate::connections::Connection;
use crate::kinds::image_catalog::look::Looking;
use crate::kinds::image_catalog::{IMAGE, InvalidSpec, Seen, Wanted, desired, mirror, report};
use crate::kinds::{Report, Standing, memory};
use crate::lifecycle::{
    Account, Blocker, Finalizer, Freshness, Held, Look, Looks, Memory, Record, RemoteId, Resolution,
    Situation, Stalled, Step, Waiting, Witness, decide,
};

/// How many decisions one pass may take; more is a mistake in the decision.
const MOST_STEPS: u32 = 24;

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
pub(super) async fn reconcile(context: &Context, catalog: Arc<ImageCatalog>) -> Verdict {
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
    /// What the next look may rest on, unless the decision wants a fresh one anyway.
    look_at: Freshness,
    seen: Option<Seen>,
    begun: Option<String>,
    connection: Option<Arc<Connection>>,
    /// What is said in status.
    report: Option<Report>,
}

impl<'a> Pass<'a> {
    fn new(context: &'a Context, catalog: &ImageCatalog, uid: &str) -> Self {
        let object = catalog.clone();
        let status = object.status.clone().unwrap_or_default();
        Pass {
            context,
            api: Api::namespaced(
                context.tools.client.clone(),
                catalog.metadata.namespace.as_deref().unwrap_or_default(),
            ),
            began: Moment::now(),
            record: own_record(&object),
            status,
            object,
            witness: context.witness(uid),
            looks: Looks::nothing(),
            look_at: Freshness::Cached,
            seen: None,
            begun: None,
            connection: None,
            report: None,
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

    /// A person asked for a pass now: it looks anew, and what was refused is tried again.
    fn hear_a_request(&mut self, wanted: &Wanted) {
        let asked = self.object.annotations().get(RECONCILE_REQUESTED_AT);
        let asked = asked.map(|value| value.chars().take(256).collect::<String>());
        if asked.is_some() && asked != self.status.last_handled_reconcile_at {
            if let Some(record) = self.record.as_ref().map(Record::tried_afresh)
                && self.record.as_ref() != Some(&record)
            {
                self.amend(wanted, &record);
            }
            self.look_at = Freshness::SincePassBegan;
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
        let claim = |id: &RemoteId| self.claimed_by(id, &wanted.desired.account);
        let looking = Looking {
            wanted,
            connection: &connection,
            began: self.began.instant,
            claim: &claim,
            held: held.as_ref(),
            recorded_version: recorded_version.as_ref(),
        };
        let look = match look {
            Look::Cached if self.look_at == Freshness::SincePassBegan => &Look::Fresh,
            look => look,
        };
        let (mut looks, mut seen) = (self.looks.clone(), self.seen.clone());
        let looked = looking.look(look, &mut looks, &mut seen).await;
        self.looks = looks;
        self.seen = seen;
        self.connection = Some(connection);
        looked.map_err(Setback::from)
    }

    /// An older resource whose record holds the image of this account, whatever has become of its connection.
    fn claimed_by(&self, id: &RemoteId, account: &Account) -> Option<String> {
        let age = |catalog: &ImageCatalog| (catalog.creation_timestamp(), catalog.uid());
        let mine = age(&self.object);
        let holds = |catalog: &ImageCatalog| {
            let status = catalog.status.as_ref();
            let parts = status.map(|status| status.parts.as_slice()).unwrap_or_default();
            let own_record = status.is_some_and(|status| status.owner_uid == catalog.uid());
            own_record
                && parts.iter().any(|part| {
                    part.id.as_deref() == Some(id.as_str()) && part.account.as_deref() == Some(&account.0)
                })
        };
        let all = self.context.tools.caches.catalogs.state();
        let other = all
            .iter()
            .find(|other| other.uid() != self.object.uid() && holds(other) && age(other) < mine)?;
        Some(format!(
            "ImageCatalog {}/{}",
            other.namespace().unwrap_or_default(),
            other.name_any()
        ))
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
