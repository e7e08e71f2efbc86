//! Finding the images that could be a certain object.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::Instant;

use super::certain::certain;
use super::inventory::Inventory;
use super::snapshot::{Entry, Snapshot};
use super::source::Source;
use crate::lifecycle::{ObjectPart, Outcome, RemoteId};
use crate::remote::imagemgmt::model::{Image, StreamName};

/// How many images one page of a list holds, about.
const PAGE: usize = 1_000;

impl<S: Source> Inventory<S> {
    /// The images that could be this object: those whose mark names it, whichever install made them, and those of
    /// this name in whatever case. Seen by a listing or a search that was started at or after `moment`.
    ///
    /// In a large account a single caller searches by name, and images that bear the mark under another name are
    /// those of the last snapshot.
    pub async fn look(
        &self,
        name: &StreamName,
        object: ObjectPart,
        moment: Instant,
    ) -> Outcome<Vec<Arc<Entry>>> {
        if let Some(_permit) = self.search_rather_than_list(moment) {
            return self.search(name, object).await;
        }
        match self.listed_since(moment).await {
            Outcome::Done(snapshot) => Outcome::Done(candidates(&snapshot, name, object)),
            Outcome::Unknown(_) if self.latest().is_some_and(|latest| latest.began >= moment) => {
                self.search(name, object).await
            }
            other => other.map(|_| Vec::new()),
        }
    }

    /// The images of exactly this name, asked for now.
    pub async fn find_by_name(&self, name: &StreamName) -> Outcome<Vec<Image>> {
        certain(self.source.find_images(name).await, || {
            format!("searching images by the name {name}")
        })
    }

    /// A permit to search by name, where that is cheaper than to list: in an account of many pages, while fewer
    /// callers search than there are pages, and nobody is listing anyway.
    fn search_rather_than_list(&self, moment: Instant) -> Option<SearchPermit<'_>> {
        let latest = self.latest()?;
        let pages = latest.entries().len() / PAGE;
        if latest.began >= moment || self.listing.waiting() > 0 {
            return None;
        }
        let permit = SearchPermit::take(&self.searches);
        (permit.others < pages).then_some(permit)
    }

    async fn search(&self, name: &StreamName, object: ObjectPart) -> Outcome<Vec<Arc<Entry>>> {
        let found = match self.find_by_name(name).await {
            Outcome::Done(found) => found,
            other => return other.map(|_| Vec::new()),
        };
        let latest = self.latest();
        let mut by_id: BTreeMap<RemoteId, Arc<Entry>> = BTreeMap::new();
        for entry in latest.iter().flat_map(|snapshot| snapshot.by_object(object)) {
            by_id.insert(entry.image.id.clone(), Arc::clone(entry));
        }
        for image in found {
            let listed = latest.as_ref().and_then(|snapshot| snapshot.get(&image.id));
            let copies = listed.map(|entry| entry.copies.to_vec()).unwrap_or_default();
            by_id.insert(image.id.clone(), Arc::new(Entry::new(image, copies)));
        }
        Outcome::Done(by_id.into_values().collect())
    }
}

/// Counts a search for as long as it lasts.
struct SearchPermit<'a> {
    searches: &'a AtomicUsize,
    others: usize,
}

impl<'a> SearchPermit<'a> {
    fn take(searches: &'a AtomicUsize) -> Self {
        SearchPermit {
            searches,
            others: searches.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl Drop for SearchPermit<'_> {
    fn drop(&mut self) {
        self.searches.fetch_sub(1, Ordering::Relaxed);
    }
}

fn candidates(snapshot: &Snapshot, name: &StreamName, object: ObjectPart) -> Vec<Arc<Entry>> {
    let named = snapshot.by_name(name.as_str());
    let marked = snapshot.by_object(object).iter().cloned();
    let by_id: BTreeMap<RemoteId, Arc<Entry>> = named
        .exact
        .into_iter()
        .chain(named.other_case)
        .chain(marked)
        .map(|entry| (entry.image.id.clone(), entry))
        .collect();
    by_id.into_values().collect()
}
