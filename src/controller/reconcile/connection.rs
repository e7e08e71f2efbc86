//! One pass over a `CloudConnection`.

use std::sync::Arc;
use std::time::Duration;

use kube::{Api, Resource, ResourceExt};

use super::context::Context;
use super::write::{self, FinalizerChange, MetadataChange, WriteError};
use super::{Moment, Verdict, references, tell};
use crate::api::names::RECONCILE_REQUESTED_AT;
use crate::api::{CloudConnection, CloudConnectionStatus, Reason};
use crate::connections::{
    Blueprint, BlueprintError, Checked, Connection, ConnectionKey, Trust, secret_references,
};
use crate::controller::key::{Key, Kind};
use crate::controller::queue::Urgency;
use crate::kinds::cloud_connection::{self, Account, Throttled};
use crate::kinds::{Report, conditions};
use crate::lifecycle::{Outcome, Problem, ProblemKind};

/// How often the Secrets of a connection are read again: a rotated one is picked up within this time.
const READ_SECRETS: Duration = Duration::from_mins(1);

/// How often something that is missing is looked for.
const LOOK_FOR_MISSING: Duration = Duration::from_secs(5);

/// How soon a pass is repeated that somebody else's write has overtaken.
const AGAIN_AT_ONCE: Duration = Duration::from_millis(200);

/// One pass over a `CloudConnection`.
pub(super) async fn reconcile(context: &Context, connection: Arc<CloudConnection>) -> Verdict {
    match (Pass::new(context, &connection)).run().await {
        Ok(verdict) => verdict,
        Err(WriteError::Outdated { .. }) => Verdict::After(AGAIN_AT_ONCE),
        Err(error) => {
            tracing::warn!(connection = %connection.name_any(), namespace = ?connection.namespace(), %error, "the pass could not write");
            Verdict::Failed
        }
    }
}

/// What one pass has in hand.
struct Pass<'a> {
    context: &'a Context,
    api: Api<CloudConnection>,
    key: ConnectionKey,
    began: Moment,
    object: CloudConnection,
    status: CloudConnectionStatus,
    users: Vec<String>,
}

impl<'a> Pass<'a> {
    fn new(context: &'a Context, connection: &CloudConnection) -> Self {
        let namespace = connection.namespace().unwrap_or_default();
        Pass {
            context,
            api: Api::namespaced(context.tools.client.clone(), &namespace),
            key: ConnectionKey {
                namespace,
                name: connection.name_any(),
            },
            began: Moment::now(),
            object: connection.clone(),
            status: connection.status.clone().unwrap_or_default(),
            users: Vec::new(),
        }
    }

    async fn run(&mut self) -> Result<Verdict, WriteError> {
        if self.object.metadata.deletion_timestamp.is_some() {
            self.users = self.users();
            if self.users.is_empty() {
                return self.release().await;
            }
        } else if !write::has_finalizer(&self.object) {
            let change = MetadataChange {
                finalizer: Some(FinalizerChange::Add),
                ..MetadataChange::default()
            };
            self.object = write::metadata(&self.api, &self.object, &change).await?;
        }
        self.status.account = self.object.spec.account().map(|account| account.to_string());
        if self.object.spec.suspend {
            self.context.connections.remove(&self.key);
            let report = Report::paused(
                Reason::Suspended,
                "spec.suspend is set: no remote call is made over this connection",
            );
            return self.finish(report, None, Verdict::Settled).await;
        }
        match self.live().await {
            Ok(connection) => self.check(&connection).await,
            Err((report, verdict)) => {
                let last_good = self.context.connections.get(&self.key);
                self.finish(report, last_good.as_deref(), verdict).await
            }
        }
    }

    /// The resources that refer to this connection.
    fn users(&self) -> Vec<String> {
        let used = Key::new(Kind::CloudConnection, &self.key.namespace, &self.key.name);
        let users = self.context.tools.caches.users_of(&used).into_iter();
        let mut users: Vec<String> = users.map(|user| format!("{}/{}", user.kind, user.name)).collect();
        users.sort();
        users
    }

    async fn release(&mut self) -> Result<Verdict, WriteError> {
        self.context.connections.remove(&self.key);
        if write::has_finalizer(&self.object) {
            let change = MetadataChange {
                finalizer: Some(FinalizerChange::Remove),
                ..MetadataChange::default()
            };
            write::metadata(&self.api, &self.object, &change).await?;
        }
        Ok(Verdict::Gone)
    }

    /// The live connection that the spec and its Secrets make; while the resource is being deleted, the last good one.
    async fn live(&self) -> Result<Arc<Connection>, (Report, Verdict)> {
        let deleting = self.object.metadata.deletion_timestamp.is_some();
        if let Some(connection) = self.context.connections.get(&self.key).filter(|_| deleting) {
            return Ok(connection);
        }
        let references = secret_references(&self.object.spec);
        let secrets = references::secrets(self.context, &self.key.namespace, &references).await;
        let secrets = secrets.map_err(|setback| (setback.report, Verdict::After(LOOK_FOR_MISSING)))?;
        let blueprint = match Blueprint::parse(
            &self.object.spec,
            &secrets,
            self.context.connections.allowed_hosts(),
        ) {
            Ok(blueprint) => blueprint,
            Err(error) => return Err(self.not_parsed(&error).await),
        };
        self.context
            .connections
            .install(&self.key, blueprint)
            .map_err(|error| {
                let report = Report::stalled(
                    Reason::InvalidCertificate,
                    format!("spec.tls can't be used: {}", chain(&error)),
                );
                (report, Verdict::After(READ_SECRETS))
            })
    }

    async fn not_parsed(&self, error: &BlueprintError) -> (Report, Verdict) {
        let message = chain(error);
        if !matches!(error, BlueprintError::Secret(_)) {
            return (Report::stalled(error.reason(), message), Verdict::Settled);
        }
        if references::namespace_is_going(self.context, &self.key.namespace).await {
            let report = Report::reconciling(
                Reason::SecretGoneWithNamespace,
                format!(
                    "{message}; the namespace is being deleted and its Secret went first: set deletionPolicy: Retain on \
                     what is left to let it go"
                ),
            );
            return (report, Verdict::After(LOOK_FOR_MISSING));
        }
        (
            Report::reconciling(error.reason(), message),
            Verdict::After(LOOK_FOR_MISSING),
        )
    }

    async fn check(&mut self, connection: &Connection) -> Result<Verdict, WriteError> {
        if !self.needs_a_check(connection) {
            return self.report_inventory(connection).await;
        }
        if self.is_requested() {
            connection.try_credentials_again();
        }
        let was_verified = connection.is_verified();
        let found_before = self.status.organisation.clone();
        match connection.check(found_before.as_deref()).await {
            Outcome::Done(found) => {
                if let Checked::Good { organisation, .. } = &found {
                    self.status.organisation.clone_from(organisation);
                }
                if !was_verified && connection.is_verified() {
                    self.wake_users();
                }
                // What is missing then is the right Secret. Until it is there, looking costs no remote request.
                let again = match &found {
                    Checked::Good { .. } => READ_SECRETS,
                    Checked::OrganisationMismatch { .. } => LOOK_FOR_MISSING,
                };
                let report = cloud_connection::checked(&found);
                self.finish(report, Some(connection), Verdict::After(again)).await
            }
            Outcome::Refused(problem) | Outcome::Unknown(problem) => {
                let report = cloud_connection::problem(&problem);
                self.finish(report, Some(connection), after(&problem)).await
            }
            Outcome::Throttled { retry_after, problem } => {
                let report = cloud_connection::problem(&problem);
                self.finish(report, Some(connection), Verdict::FailedUntil(retry_after))
                    .await
            }
        }
    }

    /// Whoever waits for this connection, also where its conditions are what they were: after a restart.
    fn wake_users(&self) {
        let key = Key::new(Kind::CloudConnection, &self.key.namespace, &self.key.name);
        for user in self.context.tools.caches.users_of(&key) {
            self.context.tools.queue.wake(user, Urgency::Change);
        }
    }

    /// A check costs a request: it is made when something changed or was not well, not at every pass.
    fn needs_a_check(&self, connection: &Connection) -> bool {
        let was_ready =
            conditions::ready(&self.status.conditions).is_some_and(|ready| ready.status == "True");
        let same_spec = self.object.metadata.generation == Some(self.status.observed_generation);
        !connection.is_verified() || !was_ready || !same_spec || self.is_requested()
    }

    /// Whether a person has asked for a pass since the last one.
    fn is_requested(&self) -> bool {
        let asked = self.object.annotations().get(RECONCILE_REQUESTED_AT);
        asked != self.status.last_handled_reconcile_at.as_ref()
    }

    /// What the polling of the account has come to.
    async fn report_inventory(&mut self, connection: &Connection) -> Result<Verdict, WriteError> {
        let (report, verdict) = match connection.last_problem() {
            Some(problem) => (cloud_connection::problem(&problem), after(&problem)),
            None => (
                Report::ready(Reason::Connected, "the account answers"),
                Verdict::After(READ_SECRETS),
            ),
        };
        self.finish(report, Some(connection), verdict).await
    }

    async fn finish(
        &mut self,
        report: Report,
        connection: Option<&Connection>,
        verdict: Verdict,
    ) -> Result<Verdict, WriteError> {
        let generation = self.object.metadata.generation.unwrap_or_default();
        let account = connection.map(|connection| Account {
            breaker: connection.breaker_state(),
            throttled: if connection.held_off().is_some() {
                Throttled::Yes
            } else {
                Throttled::No
            },
            trust: connection.trust(),
        });
        let unsettled = account.as_ref().is_some_and(|account| {
            account.throttled == Throttled::Yes || !matches!(account.trust, Trust::Trusted)
        });
        let before = std::mem::take(&mut self.status.conditions);
        self.status.conditions = report.conditions(&before, generation, self.began.wall);
        let further = cloud_connection::further_conditions(
            account.as_ref(),
            &self.users,
            &before,
            generation,
            self.began.wall,
        );
        self.status.conditions.extend(further);
        self.status.observed_generation = generation;
        let asked = self.object.annotations().get(RECONCILE_REQUESTED_AT);
        self.status.last_handled_reconcile_at =
            asked.cloned().or(self.status.last_handled_reconcile_at.take());
        self.write_status_if_changed(&report).await?;
        match verdict {
            Verdict::After(_) | Verdict::Settled if unsettled => Ok(Verdict::After(LOOK_FOR_MISSING)),
            _ if !self.users.is_empty() => Ok(Verdict::After(LOOK_FOR_MISSING)),
            verdict => Ok(verdict),
        }
    }

    async fn write_status_if_changed(&mut self, report: &Report) -> Result<(), WriteError> {
        let fitted = self
            .context
            .bounds(Kind::CloudConnection)
            .and_then(|bounds| bounds.fit(&self.status).ok())
            .unwrap_or_else(|| self.status.clone());
        if self.object.status.as_ref() == Some(&fitted) {
            return Ok(());
        }
        let before = self.object.status.replace(fitted);
        let written = write::status(&self.api, &self.object).await?;
        let before = before.map(|status| status.conditions).unwrap_or_default();
        if let Some(event) = tell::event(&before, report) {
            self.context.tools.events.tell(self.object.object_ref(&()), event);
        }
        self.object = written;
        Ok(())
    }
}

/// When to look again. Where the credentials are wrong, the right Secret is missing: looking for it costs no remote request.
fn after(problem: &Problem) -> Verdict {
    match problem.kind {
        ProblemKind::Unauthorized => Verdict::After(LOOK_FOR_MISSING),
        _ => Verdict::Failed,
    }
}

/// An error with everything that caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
