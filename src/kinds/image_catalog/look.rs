//! Looks at the remote for one image.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Seen, Wanted, changes, observed};
use crate::connections::Connection;
use crate::inventory::{Entry, Trust};
use crate::lifecycle::{
    ById, Failure, Freshness, InventoryTrust, Look, Looks, Outcome, ProblemKind, RemoteId, Sighting,
};

/// Looks at the remote for one image, and keeps what it has seen in this pass.
pub struct Looking<'a> {
    /// What the resource asks for.
    pub wanted: &'a Wanted,
    /// Where to look.
    pub connection: &'a Connection,
    /// When the pass began.
    pub began: Instant,
    /// Which older resource holds an image.
    pub claim: &'a (dyn Fn(&RemoteId) -> Option<String> + Sync),
    /// The image on record.
    pub held: Option<&'a RemoteId>,
    /// The first version on record.
    pub recorded_version: Option<&'a RemoteId>,
}

impl Looking<'_> {
    /// Carries out one look.
    pub async fn look(&self, look: &Look, looks: &mut Looks, seen: &mut Option<Seen>) -> Result<(), Failure> {
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
            .look(&self.wanted.stream_name, self.wanted.mark.object, self.began)
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
        looks.next_change = changes::next(self.wanted, &now, mark, self.recorded_version);
        looks.delete_blocker = looks
            .delete_blocker
            .take()
            .or_else(|| changes::delete_blocker(self.wanted, &now, self.recorded_version));
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
