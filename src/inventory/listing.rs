//! One listing of an account: two lists, put together, judged, and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::join_all;
use tokio::time::Instant;

use super::certain::{completeness, incomplete};
use super::changes::{AccountChange, Changes, Touched, differences};
use super::inventory::{CopiesServed, Inventory};
use super::join::{Homes, ListedCopies, join, needs_homes};
use super::lock::lock;
use super::rhythm::{Contrast, gather_callers, is_trusted, tell_trust};
use super::single_flight::Flight;
use super::snapshot::{Entry, Snapshot};
use super::source::Source;
use super::suspicion::{Completeness, Verdict};
use crate::lifecycle::{Outcome, RemoteId};
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::{Coherence, Copy, Image, Listing};

impl<S: Source> Inventory<S> {
    /// Lists the account. Only one at a time: [`Inventory::listed_since`] sees to that.
    pub(super) async fn list(&self) -> Flight<()> {
        gather_callers(&self.rhythm, &self.listing).await;
        let began = Instant::now();
        lock(&self.rhythm).started(began);
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
        tell_trust(trust_before, trust);
        Self::tell(&snapshot, &changes);
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
        let is_deleting = |entry: &Entry| entry.image.status.phase() == Phase::Deleting;
        let deleting = before.entries().iter().filter(|(_, entry)| is_deleting(entry));
        let contrast = Contrast {
            known: before.entries().keys().collect(),
            listed: entries.iter().map(|entry| &entry.image.id).collect(),
            deleting: deleting.map(|(id, _)| id).collect(),
            completeness,
        };
        lock(&self.rhythm).judge(contrast, Instant::now())
    }

    /// Asks for a few of the missing by id where the verdict says so; answers which of them stay in force.
    async fn ask_by_id(&self, verdict: Verdict) -> BTreeSet<RemoteId> {
        let answers = join_all(verdict.ask.iter().map(|id| self.source.get_image(id))).await;
        lock(&self.rhythm).heard(verdict, &answers)
    }

    /// Keeps the new snapshot; answers whether there was a problem before.
    fn listing_succeeded(&self, snapshot: &Arc<Snapshot>) -> bool {
        lock(&self.state).latest = Some(Arc::clone(snapshot));
        lock(&self.rhythm).succeeded()
    }

    fn listing_failed(&self, failed: &Outcome<()>) {
        if lock(&self.rhythm).failed(failed) {
            self.publish(&Changes {
                images: BTreeMap::new(),
                account: AccountChange::Moved,
            });
        }
    }

    fn tell(snapshot: &Snapshot, changes: &Changes) {
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
            |entry| Touched::of(&**entry),
        );
        Changes {
            images: BTreeMap::from([(image.clone(), touched)]),
            account: AccountChange::None,
        }
    }
}
