//! The versions of images, each read once and kept while the image's fingerprint stays.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use super::fingerprint::Fingerprint;
use super::join::Homes;
use super::lock::lock;
use super::single_flight::SingleFlight;
use super::snapshot::is_moving;
use crate::lifecycle::RemoteId;
use crate::remote::imagemgmt::model::Version;

/// The versions of one image as they were read.
#[derive(Clone, Debug)]
pub struct Versions {
    /// When the read was started: what happened before can be seen in it.
    pub read_at: Instant,
    /// What the image's fingerprint was then; none when it was not listed yet.
    pub fingerprint: Option<Fingerprint>,
    /// The versions.
    pub items: Arc<[Version]>,
}

impl Versions {
    /// Is the remote at work on one of them?
    pub fn is_in_transition(&self) -> bool {
        self.items.iter().any(|version| is_moving(version.status.phase()))
    }
}

/// What is known of the versions of one image.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// Reads them, once for all who ask.
    pub flight: SingleFlight<Versions>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    last: Option<Versions>,
    written_at: Option<Instant>,
}

impl Slot {
    /// The versions as last read, however old.
    pub(super) fn last(&self) -> Option<Versions> {
        lock(&self.known).last.clone()
    }

    /// The versions, when nothing has moved since they were read.
    pub(super) fn current(&self, fingerprint: Option<Fingerprint>) -> Option<Versions> {
        let known = lock(&self.known);
        let last = known.last.as_ref()?;
        let overwritten = known.written_at.is_some_and(|at| last.read_at < at);
        (!overwritten && last.fingerprint == fingerprint).then(|| last.clone())
    }

    /// When we last wrote to the image.
    pub(super) fn written_at(&self) -> Option<Instant> {
        lock(&self.known).written_at
    }

    /// Keeps what has been read; answers what was known before.
    pub(super) fn keep(&self, versions: Versions) -> Option<Versions> {
        lock(&self.known).last.replace(versions)
    }

    /// We have written to the image: what was read before is out of date.
    pub(super) fn written(&self, now: Instant) {
        lock(&self.known).written_at = Some(now);
    }
}

/// The versions of all images that somebody asked for.
#[derive(Debug, Default)]
pub(super) struct VersionCache {
    slots: Mutex<BTreeMap<RemoteId, Arc<Slot>>>,
}

impl VersionCache {
    /// The place of an image's versions, made when there is none.
    pub(super) fn slot(&self, image: &RemoteId) -> Arc<Slot> {
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.get(image) {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot::default());
        slots.insert(image.clone(), Arc::clone(&slot));
        slot
    }

    /// The place of an image's versions, if there is one.
    pub(super) fn get(&self, image: &RemoteId) -> Option<Arc<Slot>> {
        lock(&self.slots).get(image).cloned()
    }

    /// Which image each known version belongs to.
    pub(super) fn homes(&self) -> Homes {
        let slots = lock(&self.slots).clone();
        let mut homes = Homes::new();
        for (image, slot) in &slots {
            for version in slot.last().iter().flat_map(|versions| versions.items.iter()) {
                homes.insert(version.id.clone(), image.clone());
            }
        }
        homes
    }

    /// Forgets images that nobody needs, unless their versions were asked for a short while ago.
    pub(super) fn forget(&self, needed: impl Fn(&RemoteId) -> bool, asked_before: Instant) {
        lock(&self.slots).retain(|image, slot| {
            needed(image)
                || slot.flight.waiting() > 0
                || slot
                    .last()
                    .is_some_and(|versions| versions.read_at >= asked_before)
        });
    }
}
