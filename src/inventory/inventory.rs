//! What one account contains, listed once and shared by every object.

use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::changes::Changes;
use super::lock::lock;
use super::news::{Subscribers, Subscription};
use super::recorder::InventoryRecorder;
use super::rhythm::Rhythm;
use super::schedule::{Intervals, Sweep};
use super::single_flight::SingleFlight;
use super::snapshot::Snapshot;
use super::source::Source;
use super::suspicion::Trust;
use super::versions::{VersionCache, Versions};
use super::watchers::Watchers;
use crate::lifecycle::{ObjectPart, Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::imagemgmt::Client;
use crate::remote::imagemgmt::model::Image;

/// How an inventory goes about its work.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often the account is listed.
    pub intervals: Intervals,
    /// How long absence must hold before it is believed where there is doubt.
    pub settling_window: Duration,
    /// Draws numbers from 0 up to 1, for the jitter.
    pub random: fn() -> f64,
}

/// What one account contains, listed once and shared by every object.
///
/// A snapshot is as old as its listing; what must be certain asks for one that began after a moment. The poll loop
/// is [`Inventory::run`]; without it the inventory lists only when asked.
pub struct Inventory<S = Client> {
    pub(super) source: S,
    pub(super) settings: Settings,
    pub(super) recorder: Arc<dyn InventoryRecorder>,
    pub(super) listing: SingleFlight<()>,
    pub(super) versions: VersionCache,
    pub(super) watchers: Mutex<Watchers>,
    pub(super) state: Mutex<State>,
    pub(super) rhythm: Mutex<Rhythm>,
    pub(super) wake: Notify,
    subscribers: Subscribers,
    pub(super) searches: AtomicUsize,
}

/// What the inventory remembers from listing to listing.
pub(super) struct State {
    pub(super) latest: Option<Arc<Snapshot>>,
    pub(super) sweep: Sweep,
    pub(super) copies: CopiesServed,
}

/// How the remote serves copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CopiesServed {
    /// All of the account in one list.
    ByAccount,
    /// That list is refused: only those of one version at a time.
    ByVersion,
}

impl<S> fmt::Debug for Inventory<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inventory")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<S: Source> Inventory<S> {
    /// An inventory of the account that `source` reads. Nothing is read yet.
    pub fn new(source: S, settings: Settings, recorder: Arc<dyn InventoryRecorder>) -> Self {
        let state = State {
            latest: None,
            sweep: Sweep::new(Instant::now()),
            copies: CopiesServed::ByAccount,
        };
        Inventory {
            source,
            rhythm: Mutex::new(Rhythm::new(settings.clone())),
            settings,
            recorder,
            listing: SingleFlight::default(),
            versions: VersionCache::default(),
            watchers: Mutex::default(),
            state: Mutex::new(state),
            wake: Notify::new(),
            subscribers: Subscribers::default(),
            searches: AtomicUsize::new(0),
        }
    }

    /// The last snapshot, however old; none before the first listing.
    pub fn latest(&self) -> Option<Arc<Snapshot>> {
        lock(&self.state).latest.clone()
    }

    /// Whether the account looks as it should.
    pub fn trust(&self) -> Trust {
        lock(&self.rhythm).trust()
    }

    /// Why the last listing failed; none when it did not.
    pub fn last_problem(&self) -> Option<Problem> {
        lock(&self.rhythm).problem().cloned()
    }

    /// A snapshot whose listing was started at or after `moment`. Callers who wait share one listing.
    ///
    /// Unknown when the list could not be read to its end, so that an object may be missing.
    pub async fn listed_since(&self, moment: Instant) -> Outcome<Arc<Snapshot>> {
        match self.listing.since(moment, || self.list()).await {
            Outcome::Done(()) => match self.latest() {
                Some(snapshot) => Outcome::Done(snapshot),
                None => Outcome::Unknown(Problem::new(
                    ProblemKind::Malformed,
                    "listing images: the listing is gone; it is tried again",
                )),
            },
            Outcome::Refused(problem) => Outcome::Refused(problem),
            Outcome::Throttled { retry_after, problem } => Outcome::Throttled { retry_after, problem },
            Outcome::Unknown(problem) => Outcome::Unknown(problem),
        }
    }

    /// One image, asked for now; 404 is refused as not found.
    pub async fn get_image(&self, id: &RemoteId) -> Outcome<Image> {
        self.source.get_image(id).await
    }

    /// The versions of an image as last read, however old; nothing is read.
    pub fn known_versions(&self, image: &RemoteId) -> Option<Versions> {
        self.versions.get(image)?.last()
    }

    /// We have just written: to this image, or to one that has no id yet. What is known of its versions is out of
    /// date, and the account is listed at the active interval for a while.
    pub fn written(&self, image: Option<&RemoteId>) {
        let now = Instant::now();
        lock(&self.rhythm).written(image, now);
        if let Some(slot) = image.and_then(|id| self.versions.get(id)) {
            slot.written(now);
        }
        self.wake.notify_one();
    }

    /// This part of a resource holds that image: its versions are read when it moves.
    pub fn watch_image(&self, holder: ObjectPart, image: &RemoteId) {
        lock(&self.watchers).watch(holder, image);
        self.wake.notify_one();
    }

    /// This part of a resource holds no image any more.
    pub fn unwatch_image(&self, holder: ObjectPart) {
        lock(&self.watchers).unwatch(holder);
    }

    /// Takes over who holds which image, from an inventory that this one replaces.
    pub fn inherit_watchers(&self, replaced: &Self) {
        let watchers = lock(&replaced.watchers).clone();
        *lock(&self.watchers) = watchers;
    }

    /// Is something of an image that somebody holds in transition?
    pub fn in_transition(&self) -> bool {
        let Some(snapshot) = self.latest() else {
            return false;
        };
        let watchers = lock(&self.watchers);
        watchers.images().any(|image| {
            snapshot.get(image).is_some_and(|entry| entry.is_in_transition())
                || self
                    .known_versions(image)
                    .is_some_and(|versions| versions.is_in_transition())
        })
    }

    /// Hears what moves from now on.
    pub fn subscribe(&self) -> Subscription {
        self.subscribers.subscribe()
    }

    pub(super) fn publish(&self, changes: &Changes) {
        self.subscribers.publish(changes);
    }
}
