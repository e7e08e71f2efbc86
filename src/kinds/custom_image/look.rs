//! Looks at the remote for one part of an image.

use std::sync::Arc;

use super::observed::{self, Found};
use super::{IMAGE, Seen};
use crate::api::CustomImage;
use crate::inventory::{Item, Located, Snapshot, Trust};
use crate::kinds::managed::Looking;
use crate::lifecycle::{
    ById, Failure, Freshness, InventoryTrust, Look, Looks, NameSeen, Outcome, ProblemKind, RemoteId, Sighting,
};
use crate::remote::surfercloud::model::Location;

impl Looking<'_, CustomImage> {
    /// Carries out one look.
    pub(super) async fn part(
        &self,
        look: &Look,
        looks: &mut Looks,
        seen: &mut Option<Seen>,
    ) -> Result<(), Failure> {
        let inventory = self.connection.inventory();
        let place = self.wanted.place(self.part, self.connection);
        inventory.hold(self.part.mark.object, &place, self.held);
        let seen = seen.get_or_insert_default();
        if *self.part.name == *IMAGE {
            seen.home = Some(place.clone());
        }
        match look {
            Look::Cached => {
                let snapshot = match inventory.latest(&place) {
                    Some(snapshot) => snapshot,
                    None => inventory.listed_since(&place, self.began).await.answer()?,
                };
                looks.freshness = Freshness::Cached;
                self.listed(&snapshot, &place, looks, seen);
            }
            Look::Fresh => {
                let snapshot = inventory.proven_since(&place, self.began).await.answer()?;
                looks.freshness = Freshness::SincePassBegan;
                self.listed(&snapshot, &place, looks, seen);
            }
            Look::ById(id) => self.by_id(id, &place, looks, seen).await?,
        }
        looks.inventory = match inventory.trust_in(&place) {
            Trust::Trusted => InventoryTrust::Trusted,
            Trust::Suspect { .. } => InventoryTrust::Suspect,
        };
        Ok(())
    }

    /// The images in a list that could be this part: the one on record, those with its mark, and those of its name where
    /// that counts.
    fn listed(&self, snapshot: &Snapshot<Located>, place: &Location, looks: &mut Looks, seen: &mut Seen) {
        let held = self.held.and_then(|id| snapshot.get(id));
        match held {
            Some(entry) => self.see(Arc::clone(entry), place, seen),
            None => {
                seen.images.remove(&self.part.name);
            }
        }
        let marked = snapshot.by_object(self.part.mark.object).iter();
        let named = snapshot.by_name(self.wanted.image_name.as_str()).exact;
        let named = named
            .iter()
            .filter(|entry| self.sighting(entry).named == NameSeen::Same);
        looks.listed.clear();
        for entry in held.into_iter().chain(marked).chain(named) {
            if !looks.listed.iter().any(|sighting| sighting.id == *entry.id()) {
                looks.listed.push(self.sighting(entry));
            }
        }
    }

    async fn by_id(
        &self,
        id: &RemoteId,
        place: &Location,
        looks: &mut Looks,
        seen: &mut Seen,
    ) -> Result<(), Failure> {
        let by_id = match self.connection.inventory().get_image(place, id).await {
            Outcome::Refused(problem) if problem.kind == ProblemKind::NotFound => ById::Absent,
            other => {
                let entry = Arc::new(Located::new(other.answer()?));
                let sighting = self.sighting(&entry);
                if Some(id) == self.held {
                    self.see(entry, place, seen);
                }
                ById::Found(sighting)
            }
        };
        looks.by_id.insert(id.clone(), by_id);
        Ok(())
    }

    fn see(&self, entry: Arc<Located>, place: &Location, seen: &mut Seen) {
        let found = Found {
            entry,
            place: place.clone(),
        };
        seen.images.insert(Arc::clone(&self.part.name), found);
    }

    fn sighting(&self, entry: &Located) -> Sighting {
        observed::sighting(entry, self.wanted, self.part, self.claim)
    }
}
