//! What an account contained when it was last listed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio::time::Instant;

use super::fingerprint::Fingerprint;
use crate::lifecycle::{Described, Mark, ObjectPart, RemoteId};
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::{Copy, Image, MarkerPhase};

/// One image and what the lists tell about it.
#[derive(Debug)]
pub struct Entry {
    /// The image as listed.
    pub image: Image,
    /// Its copies by id, without what no resource shows: see [`Entry::new`].
    pub copies: Box<[Copy]>,
    /// Changes when something of the image moves.
    pub fingerprint: Fingerprint,
    /// The owner mark at the end of its description.
    pub mark: Option<Mark>,
}

impl Entry {
    /// An entry of an image and its copies. Of the copies, their catalogue details, the data of their asset, their
    /// agents and their earlier failures are dropped: with ten thousand images they are most of the memory.
    pub fn new(mut image: Image, copies: Vec<Copy>) -> Self {
        image.markers.shrink_to_fit();
        let mut copies: Vec<Copy> = copies.into_iter().map(lean).collect();
        copies.sort_by(|a, b| a.id.cmp(&b.id));
        Entry {
            fingerprint: Fingerprint::of(&image, &copies),
            mark: image
                .description
                .as_deref()
                .and_then(|text| Described::parse(text).mark),
            image,
            copies: copies.into_boxed_slice(),
        }
    }

    /// The image's description taken apart.
    pub fn described(&self) -> Described {
        Described::parse(self.image.description.as_deref().unwrap_or_default())
    }

    /// Is the remote at work on the image, on one of its copies or on one of its markers?
    pub fn is_in_transition(&self) -> bool {
        is_moving(self.image.status.phase())
            || self.copies.iter().any(|copy| is_moving(copy.status.phase()))
            || self
                .image
                .markers
                .iter()
                .any(|marker| marker.phase() == MarkerPhase::Moving)
    }
}

fn lean(mut copy: Copy) -> Copy {
    copy.catalog_details = None;
    if let Some(details) = &mut copy.asset_details {
        details.data.clear();
    }
    copy.agents = Vec::new();
    copy.errors_history = Vec::new();
    copy.error_details_parameters.clear();
    copy.warning_details_parameters.clear();
    copy.org_id = None;
    copy.credential_id = None;
    copy
}

/// Does this phase end by itself?
pub(super) fn is_moving(phase: Phase) -> bool {
    matches!(phase, Phase::InTransition | Phase::Deleting)
}

/// What a snapshot holds.
pub trait Item {
    /// Its id.
    fn id(&self) -> &RemoteId;
    /// Its name.
    fn name(&self) -> &str;
    /// The owner mark on it.
    fn mark(&self) -> Option<Mark>;
    /// Whether nothing of it has moved since it was that.
    fn is_still(&self, before: &Self) -> bool;
}

impl Item for Entry {
    fn id(&self) -> &RemoteId {
        &self.image.id
    }

    fn name(&self) -> &str {
        &self.image.name
    }

    fn mark(&self) -> Option<Mark> {
        self.mark
    }

    fn is_still(&self, before: &Self) -> bool {
        self.fingerprint == before.fingerprint
    }
}

/// What an account, or a place in it, contained when it was last listed.
#[derive(Debug)]
pub struct Snapshot<E = Entry> {
    /// When the listing was started: what happened before can be seen in it.
    pub began: Instant,
    /// When the listing was complete: what happened after cannot be seen in it.
    pub ended: Instant,
    entries: BTreeMap<RemoteId, Arc<E>>,
    by_object: HashMap<ObjectPart, Vec<Arc<E>>>,
    by_name: HashMap<Box<str>, Vec<Arc<E>>>,
}

/// The images that answer to a name. Names compare exactly; whether the remote takes two names that differ in case
/// for the same is unknown.
#[derive(Debug)]
pub struct Named<E = Entry> {
    /// Those of exactly this name.
    pub exact: Vec<Arc<E>>,
    /// Those whose name differs in case alone.
    pub other_case: Vec<Arc<E>>,
}

impl<E: Item> Snapshot<E> {
    /// A snapshot of these entries.
    pub fn new(began: Instant, ended: Instant, all: impl IntoIterator<Item = Arc<E>>) -> Self {
        let mut snapshot = Snapshot {
            began,
            ended,
            entries: BTreeMap::new(),
            by_object: HashMap::new(),
            by_name: HashMap::new(),
        };
        for entry in all {
            snapshot.entries.insert(entry.id().clone(), entry);
        }
        for entry in snapshot.entries.values() {
            if let Some(mark) = entry.mark() {
                let same_object = snapshot.by_object.entry(mark.object).or_default();
                same_object.push(Arc::clone(entry));
            }
            let folded = entry.name().to_ascii_lowercase().into_boxed_str();
            snapshot
                .by_name
                .entry(folded)
                .or_default()
                .push(Arc::clone(entry));
        }
        snapshot
    }

    /// The image with this id.
    pub fn get(&self, id: &RemoteId) -> Option<&Arc<E>> {
        self.entries.get(id)
    }

    /// The images whose mark names this object, whichever install made them.
    pub fn by_object(&self, object: ObjectPart) -> &[Arc<E>] {
        self.by_object.get(&object).map_or(&[], Vec::as_slice)
    }

    /// The images of this name.
    pub fn by_name(&self, name: &str) -> Named<E> {
        let mut named = Named {
            exact: Vec::new(),
            other_case: Vec::new(),
        };
        let folded = name.to_ascii_lowercase();
        for entry in self.by_name.get(folded.as_str()).into_iter().flatten() {
            if entry.name() == name {
                named.exact.push(Arc::clone(entry));
            } else {
                named.other_case.push(Arc::clone(entry));
            }
        }
        named
    }

    /// All images by id.
    pub fn entries(&self) -> &BTreeMap<RemoteId, Arc<E>> {
        &self.entries
    }

    /// The same moment with some entries replaced.
    #[must_use]
    pub fn with(&self, replaced: impl IntoIterator<Item = Arc<E>>) -> Self {
        let all = self.entries.values().cloned().chain(replaced);
        Snapshot::new(self.began, self.ended, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::examples::{copy, image};
    use crate::lifecycle::Install;
    use crate::remote::imagemgmt::model::Marker;

    fn snapshot(images: Vec<Image>) -> Snapshot {
        let now = Instant::now();
        let entries = images
            .into_iter()
            .map(|image| Arc::new(Entry::new(image, Vec::new())));
        Snapshot::new(now, now, entries)
    }

    #[test]
    fn marks_of_every_install_are_found_by_their_object() {
        let object = ObjectPart::of("ImageCatalog", "team", "win11", "image");
        let marked = |id: &str, cluster: &str| {
            let mut image = image(id, id);
            let mark = Mark {
                install: Install::of_cluster(cluster),
                object,
            };
            image.description = Some(Described::render("text", mark));
            image
        };
        let snapshot = snapshot(vec![marked("i1", "a"), marked("i2", "b"), image("i3", "other")]);
        let ids: Vec<&str> = snapshot
            .by_object(object)
            .iter()
            .map(|e| e.image.id.as_str())
            .collect();
        assert_eq!(ids, ["i1", "i2"]);
        assert_eq!(
            snapshot.get(&"i1".parse().unwrap()).unwrap().described().text,
            "text"
        );
    }

    #[test]
    fn names_compare_exactly_and_those_of_another_case_are_told_apart() {
        let snapshot = snapshot(vec![
            image("i1", "win11"),
            image("i2", "Win11"),
            image("i3", "win10"),
        ]);
        let named = snapshot.by_name("win11");
        assert_eq!(named.exact.len(), 1);
        assert_eq!(named.exact[0].image.id.as_str(), "i1");
        assert_eq!(named.other_case.len(), 1);
        assert_eq!(named.other_case[0].image.id.as_str(), "i2");
    }

    #[test]
    fn a_moving_copy_or_marker_puts_the_image_in_transition() {
        assert!(!Entry::new(image("i1", "win11"), vec![copy("c1", "i1")]).is_in_transition());

        let mut moving_copy = copy("c1", "i1");
        moving_copy.status = "REPLICATING".into();
        assert!(Entry::new(image("i1", "win11"), vec![moving_copy]).is_in_transition());

        let mut with_marker = image("i1", "win11");
        with_marker.markers = vec![Marker {
            status: Some("UPDATES_INITIATED".into()),
            ..Marker::default()
        }];
        assert!(Entry::new(with_marker.clone(), Vec::new()).is_in_transition());
        with_marker.markers[0].status = Some("UPDATES_COMPLETED".into());
        assert!(!Entry::new(with_marker, Vec::new()).is_in_transition());
    }

    #[test]
    fn a_replaced_entry_takes_the_place_of_the_old_one_everywhere() {
        let old = snapshot(vec![image("i1", "win11"), image("i2", "win10")]);
        let new = old.with([Arc::new(Entry::new(image("i1", "win11"), vec![copy("c1", "i1")]))]);
        assert_eq!(new.entries().len(), 2);
        assert_eq!(new.by_name("win11").exact.len(), 1);
        assert_eq!(new.by_name("win11").exact[0].copies.len(), 1);
    }
}
