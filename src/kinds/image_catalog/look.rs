//! Looks at the remote for one image.

use std::sync::Arc;

use super::{Seen, changes, observed};
use crate::api::ImageCatalog;
use crate::inventory::{Entry, Trust};
use crate::kinds::managed::Looking;
use crate::lifecycle::{
    ById, Failure, Freshness, InventoryTrust, Look, Looks, Outcome, ProblemKind, RemoteId, Sighting,
};

impl Looking<'_, ImageCatalog> {
    /// Carries out one look.
    pub(super) async fn image(
        &self,
        look: &Look,
        looks: &mut Looks,
        seen: &mut Option<Seen>,
    ) -> Result<(), Failure> {
        if let Some(id) = self.held {
            self.connection.inventory().watch_image(self.part.mark.object, id);
        }
        match look {
            Look::Cached => self.cached(looks, seen).await,
            Look::Fresh => self.fresh(looks, seen).await,
            Look::ById(id) => self.by_id(id, looks, seen).await,
        }
    }

    async fn cached(&self, looks: &mut Looks, seen: &mut Option<Seen>) -> Result<(), Failure> {
        let inventory = self.connection.inventory();
        let snapshot = match inventory.latest() {
            Some(snapshot) => snapshot,
            None => inventory.listed_since(self.began).await.answer()?,
        };
        looks.freshness = Freshness::Cached;
        let entry = self.held.and_then(|id| snapshot.get(id));
        looks.listed = entry.map(|entry| self.sighting(entry)).into_iter().collect();
        if let Some(entry) = entry {
            self.see(Arc::clone(entry), Freshness::Cached, looks, seen)
                .await?;
        }
        self.trust(looks);
        Ok(())
    }

    async fn fresh(&self, looks: &mut Looks, seen: &mut Option<Seen>) -> Result<(), Failure> {
        let inventory = self.connection.inventory();
        let found = inventory
            .look(&self.wanted.stream_name, self.part.mark.object, self.began)
            .await;
        let entries = found.answer()?;
        looks.freshness = Freshness::SincePassBegan;
        looks.listed = entries.iter().map(|entry| self.sighting(entry)).collect();
        if let Some(entry) = entries
            .into_iter()
            .find(|entry| Some(&entry.image.id) == self.held)
        {
            self.see(entry, Freshness::SincePassBegan, looks, seen).await?;
        }
        self.trust(looks);
        Ok(())
    }

    async fn by_id(&self, id: &RemoteId, looks: &mut Looks, seen: &mut Option<Seen>) -> Result<(), Failure> {
        let by_id = match self.connection.inventory().get_image(id).await {
            Outcome::Refused(problem) if problem.kind == ProblemKind::NotFound => ById::Absent,
            other => {
                let entry = Arc::new(Entry::new(other.answer()?, Vec::new()));
                let sighting = self.sighting(&entry);
                if Some(id) == self.held {
                    self.see(entry, Freshness::SincePassBegan, looks, seen).await?;
                }
                ById::Found(sighting)
            }
        };
        looks.by_id.insert(id.clone(), by_id);
        self.trust(looks);
        Ok(())
    }

    /// Reads what belongs to the image on record, and what there is to change about it.
    async fn see(
        &self,
        entry: Arc<Entry>,
        freshness: Freshness,
        looks: &mut Looks,
        seen: &mut Option<Seen>,
    ) -> Result<(), Failure> {
        let inventory = self.connection.inventory();
        let newer_than = (freshness == Freshness::SincePassBegan).then_some(self.began);
        let versions = match inventory.versions(&entry.image.id, newer_than).await {
            Outcome::Refused(problem) if problem.kind == ProblemKind::NotFound => Arc::from([]),
            other => other.answer()?,
        };
        let mark = self.sighting(&entry).mark;
        // A search shows the image alone; its copies are those of the last listing.
        let listed = inventory
            .latest()
            .and_then(|snapshot| snapshot.get(&entry.image.id).cloned());
        let entry = match listed {
            Some(listed) if entry.copies.is_empty() => {
                Arc::new(Entry::new(entry.image.clone(), listed.copies.to_vec()))
            }
            _ => entry,
        };
        let now = Seen { entry, versions };
        looks.next_change = changes::next(self.wanted, &now, mark, self.status);
        looks.delete_blocker = looks
            .delete_blocker
            .take()
            .or_else(|| changes::delete_blocker(self.wanted, &now, self.status));
        *seen = Some(now);
        Ok(())
    }

    fn sighting(&self, entry: &Entry) -> Sighting {
        observed::sighting(&entry.image, self.wanted, (self.claim)(&entry.image.id))
    }

    fn trust(&self, looks: &mut Looks) {
        looks.inventory = match self.connection.inventory().trust() {
            Trust::Trusted => InventoryTrust::Trusted,
            Trust::Suspect { .. } => InventoryTrust::Suspect,
        };
    }
}
