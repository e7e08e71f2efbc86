//! One list of an account whose objects are listed place by place.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use super::inventory::Settings;
use super::lock::lock;
use super::rhythm::{Contrast, Rhythm};
use super::schedule::Tempo;
use super::single_flight::SingleFlight;
use super::snapshot::{Item, Snapshot, is_moving};
use super::suspicion::{Completeness, Trust, Verdict};
use crate::lifecycle::{Described, Mark, ObjectPart, Problem, RemoteId};
use crate::remote::surfercloud::Phase;
use crate::remote::surfercloud::model::{Image, Location};

/// An image that belongs to a region and a project.
#[derive(Debug)]
pub struct Located {
    /// The image as listed.
    pub image: Image,
    mark: Option<Mark>,
}

impl Located {
    /// An image as it was listed.
    pub fn new(image: Image) -> Self {
        let description = image.image_description.as_deref();
        Located {
            mark: description.and_then(|text| Described::parse(text).mark),
            image,
        }
    }

    /// Is the remote at work on it?
    pub fn is_in_transition(&self) -> bool {
        is_moving(self.image.state.phase())
    }
}

impl Item for Located {
    fn id(&self) -> &RemoteId {
        &self.image.image_id
    }

    fn name(&self) -> &str {
        self.image.image_name.as_deref().unwrap_or_default()
    }

    fn mark(&self) -> Option<Mark> {
        self.mark
    }

    fn is_still(&self, before: &Self) -> bool {
        self.image == before.image
    }
}

/// A region and project, and what is known of it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) location: Location,
    pub(super) listing: SingleFlight<Arc<Snapshot<Located>>>,
    /// Two listings that agree.
    pub(super) proof: SingleFlight<Arc<Snapshot<Located>>>,
    pub(super) rhythm: Mutex<Rhythm>,
    latest: Mutex<Option<Arc<Snapshot<Located>>>>,
    holders: Mutex<HashMap<ObjectPart, Option<RemoteId>>>,
}

impl Place {
    pub(super) fn new(location: Location, settings: Settings) -> Self {
        Place {
            location,
            listing: SingleFlight::default(),
            proof: SingleFlight::default(),
            rhythm: Mutex::new(Rhythm::new(settings)),
            latest: Mutex::default(),
            holders: Mutex::default(),
        }
    }

    pub(super) fn latest(&self) -> Option<Arc<Snapshot<Located>>> {
        lock(&self.latest).clone()
    }

    pub(super) fn trust(&self) -> Trust {
        lock(&self.rhythm).trust()
    }

    pub(super) fn problem(&self) -> Option<Problem> {
        lock(&self.rhythm).problem().cloned()
    }

    pub(super) fn written(&self, image: Option<&RemoteId>, now: Instant) {
        lock(&self.rhythm).written(image, now);
    }

    /// Somebody has an image here, or will have; answers whether that is news.
    pub(super) fn hold(&self, holder: ObjectPart, image: Option<&RemoteId>) -> bool {
        let before = lock(&self.holders).insert(holder, image.cloned());
        before.is_none_or(|before| before.as_ref() != image)
    }

    pub(super) fn let_go(&self, holder: ObjectPart) {
        lock(&self.holders).remove(&holder);
    }

    pub(super) fn inherit_holders(&self, replaced: &Place) {
        let holders = lock(&replaced.holders).clone();
        *lock(&self.holders) = holders;
    }

    /// Has somebody an image here, or will have?
    pub(super) fn is_held(&self) -> bool {
        !lock(&self.holders).is_empty()
    }

    /// When to list next; never while nobody has an image here.
    pub(super) fn next_listing(&self) -> Option<Instant> {
        let tempo = self.tempo()?;
        Some(lock(&self.rhythm).next_listing(tempo))
    }

    fn tempo(&self) -> Option<Tempo> {
        let latest = self.latest();
        let holders = lock(&self.holders);
        if holders.is_empty() {
            return None;
        }
        let moving = |id: &RemoteId| {
            let entry = latest.as_ref().and_then(|snapshot| snapshot.get(id));
            entry.is_some_and(|entry| entry.is_in_transition())
        };
        let any = holders.values().flatten().any(moving);
        Some(if any { Tempo::Active } else { Tempo::Idle })
    }

    pub(super) fn judge(
        &self,
        before: Option<&Snapshot<Located>>,
        entries: &[Arc<Located>],
        completeness: Completeness,
    ) -> Verdict {
        let Some(before) = before else {
            return Verdict::default();
        };
        let is_deleting = |entry: &Located| entry.image.state.phase() == Phase::Deleting;
        let deleting = before.entries().iter().filter(|(_, entry)| is_deleting(entry));
        let contrast = Contrast {
            known: before.entries().keys().collect(),
            listed: entries.iter().map(|entry| entry.id()).collect(),
            deleting: deleting.map(|(id, _)| id).collect(),
            completeness,
        };
        lock(&self.rhythm).judge(contrast, Instant::now())
    }

    /// Keeps the new snapshot; answers whether there was a problem before.
    pub(super) fn keep(&self, snapshot: &Arc<Snapshot<Located>>) -> bool {
        *lock(&self.latest) = Some(Arc::clone(snapshot));
        lock(&self.rhythm).succeeded()
    }
}
