//! One listing of an account: two lists, put together, judged, and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tokio::time::Instant;

use super::certain::{completeness, incomplete};
use super::changes::{AccountChange, Changes, Touched};
use super::difference::Difference;
use super::inventory::{CopiesServed, Inventory, State};
use super::join::{Homes, ListedCopies, join, needs_homes};
use super::lock::lock;
use super::pace::NOBODY_COMES;
use super::schedule::Chance;
use super::single_flight::Flight;
use super::snapshot::{Entry, Snapshot};
use super::source::Source;
use super::suspicion::{Account, Completeness, Trust, Verdict};
use crate::lifecycle::{Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::{Coherence, Copy, Image, Listing};

impl<S: Source> Inventory<S> {
    /// Lists the account. Only one at a time: [`Inventory::listed_since`] sees to that.
    pub(super) async fn list(&self) -> Flight<()> {
        self.gather_callers().await;
        let began = Instant::now();
        {
            let mut state = lock(&self.state);
            state.pace.started(began);
            state.last_began = Some(began);
        }
        let (images, copies) = tokio::join!(self.source.list_images(), self.source.list_image_copies());
        let outcome = match images {
            Outcome::Done(images) => self.take(began, images, copies).await,
            failed => {
                let failed = failed.map(|_| ());
                self.listing_failed(&failed);
                failed
            }
        };
        self.recorder.listed(outcome.class(), began.elapsed());
        self.wake.notify_one();
        Flight { began, outcome }
    }

    /// In a burst, waits a moment for others who want a listing too.
    async fn gather_callers(&self) {
        let start = lock(&self.state).pace.next(Instant::now());
        loop {
            let now = Instant::now();
            if now >= start {
                return;
            }
            let arrived = self.listing.arrived();
            tokio::time::sleep_until(start.min(now + NOBODY_COMES)).await;
            if self.listing.arrived() == arrived {
                return;
            }
        }
    }

    async fn take(
        &self,
        began: Instant,
        images: Listing<Image>,
        copies: Outcome<Listing<Copy>>,
    ) -> Outcome<()> {
        let completeness = completeness(&images);
        let before = self.latest();
        let trust_before = self.trust();
        let copies = self.listed_copies(copies);
        let homes = match &copies {
            ListedCopies::All(copies) if needs_homes(copies) => self.versions.homes(),
            ListedCopies::All(_) | ListedCopies::AsBefore => Homes::new(),
        };
        let entries = join(images.items, copies, &homes, before.as_deref());

        let verdict = self.judge(before.as_deref(), &entries, completeness);
        let keep = self.ask_by_id(verdict).await;
        let kept = keep
            .iter()
            .filter_map(|id| before.as_ref()?.get(id).cloned())
            .collect::<Vec<_>>();
        let snapshot = Arc::new(Snapshot::new(
            began,
            Instant::now(),
            kept.into_iter().chain(entries),
        ));

        let trust = self.trust();
        let had_problem = self.listing_succeeded(&snapshot);
        let mut changes = differences(before.as_deref(), &snapshot);
        if had_problem || is_trusted(trust) != is_trusted(trust_before) {
            changes.account = AccountChange::Moved;
        }
        Self::tell(&snapshot, trust, trust_before, &changes);
        self.publish(&changes);
        match completeness {
            Completeness::Complete => Outcome::Done(()),
            Completeness::Partial => Outcome::Unknown(incomplete("listing images")),
        }
    }

    fn listed_copies(&self, copies: Outcome<Listing<Copy>>) -> ListedCopies {
        let mut state = lock(&self.state);
        match copies {
            Outcome::Done(listing) => {
                state.copies = CopiesServed::ByAccount;
                match listing.coherence {
                    Coherence::Steady => ListedCopies::All(listing.items),
                    Coherence::Moving => ListedCopies::AsBefore,
                }
            }
            Outcome::Refused(problem) => {
                if state.copies == CopiesServed::ByAccount {
                    tracing::warn!(%problem, "image copies are not listed: they are read version by version");
                }
                state.copies = CopiesServed::ByVersion;
                ListedCopies::AsBefore
            }
            Outcome::Throttled { problem, .. } | Outcome::Unknown(problem) => {
                tracing::debug!(%problem, "image copies could not be listed: they are shown as before");
                ListedCopies::AsBefore
            }
        }
    }

    fn judge(
        &self,
        before: Option<&Snapshot>,
        entries: &[Arc<Entry>],
        completeness: Completeness,
    ) -> Verdict {
        let Some(before) = before else {
            return Verdict::default();
        };
        let now = Instant::now();
        let mut state = lock(&self.state);
        let State {
            suspicion, written, ..
        } = &mut *state;
        let expected_to_go = before
            .entries()
            .iter()
            .filter(|(id, entry)| {
                let written_lately = written
                    .get(*id)
                    .is_some_and(|at| now.duration_since(*at) <= self.settings.settling_window);
                written_lately || entry.image.status.phase() == Phase::Deleting
            })
            .map(|(id, _)| id)
            .collect();
        let account = Account {
            known: before.entries().keys().collect(),
            listed: entries.iter().map(|entry| &entry.image.id).collect(),
            expected_to_go,
            completeness,
        };
        suspicion.judge(&account, now)
    }

    /// Asks for a few of the missing by id where the verdict says so; answers which of them stay in force.
    async fn ask_by_id(&self, verdict: Verdict) -> BTreeSet<RemoteId> {
        if verdict.ask.is_empty() {
            return verdict.keep;
        }
        let answers = join_all(verdict.ask.iter().map(|id| self.source.get_image(id))).await;
        let mut state = lock(&self.state);
        if answers.iter().all(is_absent) {
            state.suspicion.confirmed();
            return BTreeSet::new();
        }
        if answers.iter().any(|answer| matches!(answer, Outcome::Done(_))) {
            state.suspicion.contradicted(Instant::now());
        }
        verdict.keep
    }

    /// Keeps the new snapshot; answers whether there was a problem before.
    fn listing_succeeded(&self, snapshot: &Arc<Snapshot>) -> bool {
        let mut state = lock(&self.state);
        state.latest = Some(Arc::clone(snapshot));
        state.chance = Chance::new((self.settings.random)());
        state.failures = 0;
        state.hold_until = None;
        state.problem.take().is_some()
    }

    fn listing_failed(&self, failed: &Outcome<()>) {
        let Some(problem) = failed.problem() else {
            return;
        };
        let asked_for: Option<Duration> = match failed {
            Outcome::Throttled { retry_after, .. } => Some(*retry_after),
            _ => None,
        };
        let is_news = {
            let mut state = lock(&self.state);
            state.chance = Chance::new((self.settings.random)());
            state.failures = state.failures.saturating_add(1);
            let wait = self
                .settings
                .intervals
                .after_failures(state.failures, asked_for, state.chance);
            state.hold_until = Some(Instant::now() + wait);
            let before = state.problem.replace(problem.clone());
            before.is_none_or(|before| before.kind != problem.kind)
        };
        if is_news {
            tracing::warn!(%problem, "images could not be listed");
            self.publish(&Changes {
                images: BTreeMap::new(),
                account: AccountChange::Moved,
            });
        }
    }

    fn tell(snapshot: &Snapshot, trust: Trust, before: Trust, changes: &Changes) {
        match trust {
            Trust::Suspect { vanished, known, .. } if is_trusted(before) => {
                tracing::warn!(
                    vanished,
                    known,
                    "too many images vanished at once: nothing is created or deleted"
                );
            }
            Trust::Trusted if !is_trusted(before) => {
                tracing::info!("the list of images is trusted again");
            }
            Trust::Suspect { .. } | Trust::Trusted => {}
        }
        tracing::debug!(
            images = snapshot.entries().len(),
            moved = changes.images.len(),
            milliseconds = snapshot.ended.duration_since(snapshot.began).as_millis(),
            "images listed"
        );
    }

    /// The news that something of this image moved.
    pub(super) fn moved(&self, image: &RemoteId) -> Changes {
        let latest = self.latest();
        let entry = latest.as_ref().and_then(|snapshot| snapshot.get(image));
        let touched = entry.map_or_else(
            || Touched {
                name: String::new(),
                mark: None,
            },
            |entry| touched(entry),
        );
        Changes {
            images: BTreeMap::from([(image.clone(), touched)]),
            account: AccountChange::None,
        }
    }
}

fn differences(before: Option<&Snapshot>, after: &Snapshot) -> Changes {
    let nothing = BTreeMap::new();
    let old = before.map_or(&nothing, Snapshot::entries);
    let new = after.entries();
    let difference = Difference::between(old, new, |then, now| then.fingerprint == now.fingerprint);
    let there = difference.appeared.into_iter().chain(difference.changed);
    let images = there
        .filter_map(|id| new.get_key_value(&id))
        .chain(difference.vanished.iter().filter_map(|id| old.get_key_value(id)))
        .map(|(id, entry)| (id.clone(), touched(entry)))
        .collect();
    Changes {
        images,
        account: AccountChange::None,
    }
}

fn touched(entry: &Entry) -> Touched {
    Touched {
        name: entry.image.name.clone(),
        mark: entry.mark,
    }
}

fn is_trusted(trust: Trust) -> bool {
    trust == Trust::Trusted
}

fn is_absent<T>(answer: &Outcome<T>) -> bool {
    matches!(
        answer,
        Outcome::Refused(Problem {
            kind: ProblemKind::NotFound,
            ..
        })
    )
}
