//! The loop that keeps an inventory current.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::time::Instant;

use super::certain::certain;
use super::inventory::{CopiesServed, Inventory};
use super::lock::lock;
use super::recorder::ReadCause;
use super::schedule::Tempo;
use super::snapshot::Entry;
use super::source::Source;
use super::versions::Versions;
use crate::lifecycle::{Outcome, RemoteId};
use crate::remote::imagemgmt::model::Copy;

/// How often the time of the next listing is thought over, at most.
const THINKING: Duration = Duration::from_millis(50);

/// How many images have their versions read at the same time.
const READS_AT_ONCE: usize = 8;

/// Of how many images in transition the versions are read after one listing, though the lists show no change.
const READS_IN_TRANSITION: usize = 64;

impl<S: Source> Inventory<S> {
    /// Lists the account at its intervals and reads the versions of images that somebody holds, until `stop`.
    pub async fn run(self: Arc<Self>, stop: impl Future<Output = ()>) {
        tokio::select! {
            () = stop => {}
            never = self.poll() => match never {},
        }
    }

    async fn poll(&self) -> Infallible {
        loop {
            self.wait_until_due().await;
            let listed = self.listed_since(Instant::now()).await;
            if let Some(problem) = listed.problem() {
                tracing::debug!(%problem, "no complete listing this time");
            }
            if self.last_problem().is_none() {
                // Reads that the next listing finds unfinished are due again after it.
                let due = self.next_listing();
                drop(tokio::time::timeout_at(due, self.read_what_is_due()).await);
            }
        }
    }

    async fn wait_until_due(&self) {
        loop {
            let due = self.next_listing();
            if due <= Instant::now() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep_until(due) => {}
                () = self.wake.notified() => tokio::time::sleep(THINKING).await,
            }
        }
    }

    /// When to list next, as things stand.
    fn next_listing(&self) -> Instant {
        let tempo = if self.in_transition() {
            Tempo::Active
        } else {
            Tempo::Idle
        };
        lock(&self.rhythm).next_listing(tempo)
    }

    async fn read_what_is_due(&self) {
        let due = self.reads_due(Instant::now());
        futures::stream::iter(due)
            .for_each_concurrent(READS_AT_ONCE, |(image, cause)| async move {
                self.reread(&image, cause).await;
            })
            .await;
    }

    /// Which images to read the versions of, and why. Only images that somebody holds.
    fn reads_due(&self, now: Instant) -> Vec<(RemoteId, ReadCause)> {
        let Some(snapshot) = self.latest() else {
            return Vec::new();
        };
        let held: Vec<Arc<Entry>> = {
            let watchers = lock(&self.watchers);
            if let Some(asked_before) = now.checked_sub(self.settings.intervals.idle()) {
                self.versions
                    .forget(|image| watchers.is_watched(image), asked_before);
            }
            watchers
                .images()
                .filter_map(|image| snapshot.get(image).cloned())
                .collect()
        };

        let mut due: BTreeMap<RemoteId, ReadCause> = BTreeMap::new();
        let mut read_at: BTreeMap<RemoteId, Instant> = BTreeMap::new();
        let mut in_transition: Vec<(Instant, RemoteId)> = Vec::new();
        for entry in held {
            let image = &entry.image.id;
            let slot = self.versions.get(image);
            let Some(versions) = slot.and_then(|slot| slot.current(Some(entry.fingerprint))) else {
                due.insert(image.clone(), ReadCause::Moved);
                continue;
            };
            read_at.insert(image.clone(), versions.read_at);
            let moving = entry.is_in_transition() || versions.is_in_transition();
            if moving && versions.read_at < snapshot.began {
                in_transition.push((versions.read_at, image.clone()));
            }
        }
        in_transition.sort();
        for (_, image) in in_transition.into_iter().take(READS_IN_TRANSITION) {
            due.insert(image, ReadCause::InTransition);
        }
        let intervals = self.settings.intervals;
        let swept = lock(&self.state).sweep.take(&read_at, &intervals, now);
        for image in swept {
            due.entry(image).or_insert(ReadCause::Sweep);
        }
        due.into_iter().collect()
    }

    async fn reread(&self, image: &RemoteId, cause: ReadCause) {
        let newer_than = match cause {
            ReadCause::Moved => None,
            ReadCause::InTransition | ReadCause::Sweep | ReadCause::Asked => Some(Instant::now()),
        };
        match self.versions_for(image, newer_than, cause).await {
            Outcome::Done(versions) => {
                if lock(&self.state).copies == CopiesServed::ByVersion {
                    self.reread_copies(image, versions).await;
                }
            }
            failed => {
                if let Some(problem) = failed.problem() {
                    tracing::debug!(%image, cause = cause.as_str(), %problem, "versions could not be read");
                }
            }
        }
    }

    /// Reads the copies of an image version by version, where the account's list of copies is refused.
    async fn reread_copies(&self, image: &RemoteId, versions: Versions) {
        let mut copies = Vec::new();
        for version in versions.items.iter() {
            let read = certain(self.source.list_copies(image, &version.id).await, || {
                format!("listing the copies of version {} of image {image}", version.id)
            });
            match read {
                Outcome::Done(read) => copies.extend(read),
                failed => {
                    if let Some(problem) = failed.problem() {
                        tracing::debug!(%image, %problem, "copies could not be read: they are shown as before");
                    }
                    return;
                }
            }
        }
        self.replace_copies(image, versions, copies);
    }

    fn replace_copies(&self, image: &RemoteId, versions: Versions, copies: Vec<Copy>) {
        {
            let mut state = lock(&self.state);
            let Some(snapshot) = &state.latest else {
                return;
            };
            let Some(old) = snapshot.get(image) else {
                return;
            };
            let new = Entry::new(old.image.clone(), copies);
            if new.copies == old.copies {
                return;
            }
            self.versions.slot(image).keep(Versions {
                fingerprint: Some(new.fingerprint),
                ..versions
            });
            state.latest = Some(Arc::new(snapshot.with([Arc::new(new)])));
        }
        self.publish(&self.moved(image));
    }
}
