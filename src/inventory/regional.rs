//! What an account contains whose objects are listed place by place: one list for each region and project that
//! somebody has objects in, shared by all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::certain::{completeness, incomplete};
use super::changes::{AccountChange, Changes, differences};
use super::inventory::Settings;
use super::lock::lock;
use super::news::{Subscribers, Subscription};
use super::place::{Located, Place};
use super::recorder::InventoryRecorder;
use super::rhythm::{gather_callers, is_trusted, tell_trust};
use super::single_flight::Flight;
use super::snapshot::Snapshot;
use super::suspicion::{Completeness, Trust};
use crate::lifecycle::{ObjectPart, Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::listing::Listing;
use crate::remote::surfercloud::Client;
use crate::remote::surfercloud::model::{Image, Location};

/// How often the time of the next listing is thought over, at most.
const THINKING: Duration = Duration::from_millis(50);

/// How often a place is listed until two listings in a row agree.
const READINGS: usize = 4;

/// Where a regional inventory reads from.
pub trait RegionalSource: Send + Sync + 'static {
    /// All images of a place.
    fn list_images(&self, place: &Location) -> impl Future<Output = Outcome<Listing<Image>>> + Send;
    /// One image of a place; refused as not found where there is none.
    fn get_image(&self, place: &Location, id: &RemoteId) -> impl Future<Output = Outcome<Image>> + Send;
}

impl RegionalSource for Client {
    async fn list_images(&self, place: &Location) -> Outcome<Listing<Image>> {
        Client::list_images(self, place).await
    }

    async fn get_image(&self, place: &Location, id: &RemoteId) -> Outcome<Image> {
        Client::get_image(self, place, id).await
    }
}

/// What an account contains, place by place. Only places that somebody has objects in are listed without being asked.
pub struct Regional<S = Client> {
    source: S,
    settings: Settings,
    recorder: Arc<dyn InventoryRecorder>,
    places: Mutex<BTreeMap<Location, Arc<Place>>>,
    subscribers: Subscribers,
    wake: Notify,
}

impl<S> fmt::Debug for Regional<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Regional")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<S: RegionalSource> Regional<S> {
    /// An inventory of the account that `source` reads. Nothing is read yet.
    pub fn new(source: S, settings: Settings, recorder: Arc<dyn InventoryRecorder>) -> Self {
        Regional {
            source,
            settings,
            recorder,
            places: Mutex::default(),
            subscribers: Subscribers::default(),
            wake: Notify::new(),
        }
    }

    /// The last snapshot of a place, however old; none before its first listing.
    pub fn latest(&self, location: &Location) -> Option<Arc<Snapshot<Located>>> {
        self.place(location).latest()
    }

    /// The last snapshots of all places that somebody has objects in.
    pub fn snapshots(&self) -> Vec<Arc<Snapshot<Located>>> {
        let places = self.all_places();
        let held = places.iter().filter(|place| place.is_held());
        held.filter_map(|place| place.latest()).collect()
    }

    /// Whether a place looks as it should.
    pub fn trust_in(&self, location: &Location) -> Trust {
        self.place(location).trust()
    }

    /// Whether all places look as they should; otherwise one that does not.
    pub fn trust(&self) -> Trust {
        let mut doubts = self.all_places().into_iter().map(|place| place.trust());
        doubts.find(|trust| !is_trusted(*trust)).unwrap_or(Trust::Trusted)
    }

    /// Why the last listing failed, where that is a matter of the whole account: elsewhere than at `home`, a project
    /// that is not there or not allowed is a matter of whoever asked for it.
    pub fn last_problem(&self, home: &Location) -> Option<Problem> {
        self.all_places().into_iter().find_map(|place| {
            let problem = place.problem()?;
            let is_local = matches!(
                problem.kind,
                ProblemKind::NoSuchProject | ProblemKind::Forbidden | ProblemKind::Rejected
            );
            (place.location == *home || !is_local).then_some(problem)
        })
    }

    /// A snapshot of a place whose listing was started at or after `moment`. Callers who wait share one listing.
    ///
    /// Unknown when the list could not be read to its end, so that an image may be missing.
    pub async fn listed_since(
        &self,
        location: &Location,
        moment: Instant,
    ) -> Outcome<Arc<Snapshot<Located>>> {
        let place = self.place(location);
        place.listing.since(moment, || self.list(&place)).await
    }

    /// The same, certain: two listings in a row have shown the same images. The remote knows no order, so an image can
    /// slip between two pages of one listing.
    pub async fn proven_since(
        &self,
        location: &Location,
        moment: Instant,
    ) -> Outcome<Arc<Snapshot<Located>>> {
        let place = self.place(location);
        place.proof.since(moment, || self.prove(location)).await
    }

    /// One image, asked for now; refused as not found where the place shows none.
    pub async fn get_image(&self, location: &Location, id: &RemoteId) -> Outcome<Image> {
        self.source.get_image(location, id).await
    }

    /// We have just written to this image, or to one that has no id yet: its place is listed at the active interval for
    /// a while.
    pub fn written(&self, location: &Location, image: Option<&RemoteId>) {
        self.place(location).written(image, Instant::now());
        self.wake.notify_one();
    }

    /// This part of a resource has its image in that place, once there is one.
    pub fn hold(&self, holder: ObjectPart, location: &Location, image: Option<&RemoteId>) {
        if self.place(location).hold(holder, image) {
            self.wake.notify_one();
        }
    }

    /// This part of a resource has no image any more.
    pub fn let_go(&self, holder: ObjectPart) {
        for place in self.all_places() {
            place.let_go(holder);
        }
    }

    /// Takes over who holds which image, from an inventory that this one replaces.
    pub fn inherit_holders(&self, replaced: &Self) {
        for place in replaced.all_places() {
            self.place(&place.location).inherit_holders(&place);
        }
    }

    /// Hears what moves from now on.
    pub fn subscribe(&self) -> Subscription {
        self.subscribers.subscribe()
    }

    /// Lists the places at their intervals, until `stop`.
    pub async fn run(self: Arc<Self>, stop: impl Future<Output = ()>) {
        tokio::select! {
            () = stop => {}
            never = self.poll() => match never {},
        }
    }

    async fn poll(&self) -> Infallible {
        let mut under_way = FuturesUnordered::new();
        let mut busy: BTreeSet<Location> = BTreeSet::new();
        loop {
            let now = Instant::now();
            let mut next: Option<Instant> = None;
            for place in self.all_places() {
                let Some(due) = place.next_listing().filter(|_| !busy.contains(&place.location)) else {
                    continue;
                };
                if due > now {
                    next = Some(next.map_or(due, |next| next.min(due)));
                    continue;
                }
                busy.insert(place.location.clone());
                under_way.push(async move {
                    let listed = self.listed_since(&place.location, Instant::now()).await;
                    if let Some(problem) = listed.problem() {
                        tracing::debug!(place = %place.location, %problem, "no complete listing this time");
                    }
                    place.location.clone()
                });
            }
            let due = async {
                match next {
                    Some(next) => tokio::time::sleep_until(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => {}
                () = self.wake.notified() => tokio::time::sleep(THINKING).await,
                Some(done) = under_way.next() => {
                    busy.remove(&done);
                }
            }
        }
    }

    /// Lists a place. Only one listing at a time: [`Regional::listed_since`] sees to that.
    async fn list(&self, place: &Place) -> Flight<Arc<Snapshot<Located>>> {
        gather_callers(&place.rhythm, &place.listing).await;
        let began = Instant::now();
        lock(&place.rhythm).started(began);
        let outcome = match self.source.list_images(&place.location).await {
            Outcome::Done(listing) => self.take(place, began, listing).await,
            Outcome::Refused(problem) => self.failed(place, Outcome::Refused(problem)),
            Outcome::Throttled { retry_after, problem } => {
                self.failed(place, Outcome::Throttled { retry_after, problem })
            }
            Outcome::Unknown(problem) => self.failed(place, Outcome::Unknown(problem)),
        };
        self.recorder.listed(outcome.class(), began.elapsed());
        self.wake.notify_one();
        Flight { began, outcome }
    }

    fn failed(
        &self,
        place: &Place,
        failed: Outcome<Arc<Snapshot<Located>>>,
    ) -> Outcome<Arc<Snapshot<Located>>> {
        if lock(&place.rhythm).failed(&failed) {
            self.subscribers.publish(&Changes {
                images: BTreeMap::new(),
                account: AccountChange::Moved,
            });
        }
        failed
    }

    async fn take(
        &self,
        place: &Place,
        began: Instant,
        listing: Listing<Image>,
    ) -> Outcome<Arc<Snapshot<Located>>> {
        let completeness = completeness(&listing);
        let before = place.latest();
        let trust_before = place.trust();
        let images = listing.items.into_iter();
        let entries: Vec<Arc<Located>> = images.map(|image| Arc::new(Located::new(image))).collect();

        let verdict = place.judge(before.as_deref(), &entries, completeness);
        let asking = verdict
            .ask
            .iter()
            .map(|id| self.source.get_image(&place.location, id));
        let answers = join_all(asking).await;
        let keep = lock(&place.rhythm).heard(verdict, &answers);
        let kept: Vec<Arc<Located>> = keep
            .iter()
            .filter_map(|id| before.as_ref()?.get(id).cloned())
            .collect();
        let snapshot = Arc::new(Snapshot::new(
            began,
            Instant::now(),
            kept.into_iter().chain(entries),
        ));

        let had_problem = place.keep(&snapshot);
        let trust = place.trust();
        let mut changes = differences(before.as_deref(), &snapshot);
        if had_problem || is_trusted(trust) != is_trusted(trust_before) {
            changes.account = AccountChange::Moved;
        }
        tell_trust(trust_before, trust);
        tracing::debug!(
            place = %place.location,
            images = snapshot.entries().len(),
            moved = changes.images.len(),
            milliseconds = snapshot.ended.duration_since(began).as_millis(),
            "images listed"
        );
        self.subscribers.publish(&changes);
        match completeness {
            Completeness::Complete => Outcome::Done(snapshot),
            Completeness::Partial => Outcome::Unknown(incomplete("listing images")),
        }
    }

    async fn prove(&self, location: &Location) -> Flight<Arc<Snapshot<Located>>> {
        let began = Instant::now();
        let mut before: Option<Arc<Snapshot<Located>>> = None;
        for _ in 0..READINGS {
            let snapshot = match self.listed_since(location, Instant::now()).await {
                Outcome::Done(snapshot) => snapshot,
                outcome => return Flight { began, outcome },
            };
            if before.is_some_and(|before| before.entries().keys().eq(snapshot.entries().keys())) {
                return Flight {
                    began,
                    outcome: Outcome::Done(snapshot),
                };
            }
            before = Some(snapshot);
        }
        Flight {
            began,
            outcome: Outcome::Unknown(incomplete("listing images twice")),
        }
    }

    fn place(&self, location: &Location) -> Arc<Place> {
        let mut places = lock(&self.places);
        if let Some(place) = places.get(location) {
            return Arc::clone(place);
        }
        let place = Arc::new(Place::new(location.clone(), self.settings.clone()));
        places.insert(location.clone(), Arc::clone(&place));
        place
    }

    fn all_places(&self) -> Vec<Arc<Place>> {
        lock(&self.places).values().cloned().collect()
    }
}

#[cfg(test)]
#[path = "regional_tests.rs"]
mod tests;
