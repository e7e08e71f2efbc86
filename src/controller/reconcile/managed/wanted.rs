//! What the resource asks for, and what people asked by annotation.

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;

use super::{PASSING_REFUSAL_STANDS, Pass, REFUSAL_STANDS, Reconciled};
use crate::api::names::{RECONCILE_REQUESTED_AT, RESOLVE};
use crate::api::{CloudConnection, DeletionPolicy, ManagementPolicy, Reason};
use crate::controller::reconcile::problem::Setback;
use crate::controller::reconcile::{Verdict, references};
use crate::kinds::managed::PartWanted;
use crate::kinds::policies::{self, Surroundings};
use crate::kinds::{Report, Standing};
use crate::lifecycle::{Account, Freshness, Resolution};

/// How often a resource looks for what it waits for; it is also woken when that changes.
const LOOK_FOR_REFERENCES: Duration = Duration::from_secs(15);

impl<K: Reconciled> Pass<'_, K> {
    pub(super) fn wanted(&self) -> Result<K::Wanted, Setback> {
        let connection = self.cached_connection();
        let account = connection
            .as_ref()
            .and_then(|connection| Some(connection.spec.account()?.to_string()));
        let surroundings = Surroundings {
            install: self.context.settings.install,
            account: Account(account.unwrap_or_default()),
            connection_generation: connection.and_then(|c| c.metadata.generation).unwrap_or_default(),
            settling_window: self.context.settings.settling_window,
            refusal_stands: if self.waits_for_room() {
                PASSING_REFUSAL_STANDS
            } else {
                REFUSAL_STANDS
            },
            resolution: self.resolution()?,
        };
        self.object
            .wanted(&self.references, &surroundings)
            .map_err(|report| Setback {
                verdict: match report.standing {
                    Standing::Reconciling => Verdict::After(LOOK_FOR_REFERENCES),
                    Standing::Ready | Standing::Stalled | Standing::Paused => Verdict::Settled,
                },
                report,
            })
    }

    /// The answer that a person gave and that has not been acted on yet.
    fn resolution(&self) -> Result<Option<Resolution>, Setback> {
        let answer = self.object.annotations().get(RESOLVE);
        let acted_on = K::managed(&self.status).last_handled_resolve.as_ref();
        policies::new_resolution(answer, acted_on).map_err(|_| Setback {
            report: Report::stalled(
                Reason::InvalidResolution,
                format!(
                    "the annotation {RESOLVE} holds {:?}: write create, recreate or the id of an existing {}",
                    answer.map(String::as_str).unwrap_or_default(),
                    K::WORDS.noun
                ),
            ),
            verdict: Verdict::Settled,
        })
    }

    /// A person asked for a pass now: it looks anew, and what was refused is tried again.
    pub(super) fn hear_a_request(&mut self, parts: &[PartWanted]) {
        let asked = self.object.annotations().get(RECONCILE_REQUESTED_AT);
        let asked = asked.map(|value| value.chars().take(256).collect::<String>());
        if asked.is_some() && asked != K::managed(&self.status).last_handled_reconcile_at {
            for part in parts {
                let record = self.hand(&part.name).record.clone();
                if let Some(record) = record
                    && record.tried_afresh() != record
                {
                    self.amend(part, &record.tried_afresh());
                }
            }
            self.look_at = Freshness::SincePassBegan;
            K::managed_mut(&mut self.status).last_handled_reconcile_at = asked;
        }
        if !self.object.annotations().contains_key(RESOLVE) {
            K::managed_mut(&mut self.status).last_handled_resolve = None;
        }
    }

    /// A person's answer has been acted on.
    pub(super) fn answered(&mut self) {
        let answer = self.object.annotations().get(RESOLVE).cloned();
        K::managed_mut(&mut self.status).last_handled_resolve = answer;
    }

    pub(super) fn deletes_remotely(&self) -> bool {
        let policies = self.object.policies();
        self.object.meta().deletion_timestamp.is_some()
            && policies.deletion == DeletionPolicy::Delete
            && policies.management == ManagementPolicy::Manage
    }

    pub(super) fn cached_connection(&self) -> Option<Arc<CloudConnection>> {
        let name = self.connection_name.as_deref()?;
        references::cached_connection(self.context, self.namespace(), name)
    }
}
