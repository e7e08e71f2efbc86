//! Looks at the remote for one version.

use std::sync::Arc;

use tokio::time::Instant;

use super::observed::{self, Seen, going};
use super::{changes, desired::Wanted};
use crate::api::ImageVersion;
use crate::inventory::Trust;
use crate::kinds::image::seen::mark_seen;
use crate::kinds::managed::Looking;
use crate::kinds::memory;
use crate::lifecycle::{
    Blocker, ById, Failure, Freshness, InventoryTrust, Look, Looks, MarkSeen, Operation, Outcome,
    ProblemKind, RemoteId, Sighting,
};
use crate::remote::imagemgmt::model::{Copy, Version};

impl Looking<'_, ImageVersion> {
    /// Carries out one look.
    pub(super) async fn version(
        &self,
        look: &Look,
        looks: &mut Looks,
        seen: &mut Option<Seen>,
    ) -> Result<(), Failure> {
        let Some(image) = &self.wanted.image else {
            looks.freshness = Freshness::SincePassBegan;
            return Ok(());
        };
        self.connection
            .inventory()
            .watch_image(self.part.mark.object, image);
        match look {
            Look::Cached => self.cached(image, looks, seen).await?,
            Look::Fresh => self.fresh(image, looks, seen).await?,
            Look::ById(id) => self.by_id(image, id, looks, seen).await?,
        }
        looks.inventory = match self.connection.inventory().trust() {
            Trust::Trusted => InventoryTrust::Trusted,
            Trust::Suspect { .. } => InventoryTrust::Suspect,
        };
        Ok(())
    }

    async fn cached(
        &self,
        image: &RemoteId,
        looks: &mut Looks,
        seen: &mut Option<Seen>,
    ) -> Result<(), Failure> {
        let inventory = self.connection.inventory();
        if inventory.latest().is_none() {
            inventory.listed_since(self.began).await.answer()?;
        }
        let all = self.versions(image, None).await?;
        looks.freshness = Freshness::Cached;
        looks.listed = self.sightings(&all);
        if let Some(version) = self.held_among(&all) {
            let copies = self.listed_copies(image, &version);
            *seen = Some(self.see(image, version, copies, all, looks));
        }
        Ok(())
    }

    async fn fresh(
        &self,
        image: &RemoteId,
        looks: &mut Looks,
        seen: &mut Option<Seen>,
    ) -> Result<(), Failure> {
        let all = self.versions(image, Some(self.began)).await?;
        looks.freshness = Freshness::SincePassBegan;
        looks.listed = self.sightings(&all);
        if let Some(version) = self.held_among(&all) {
            let copies = self.fresh_copies(image, &version).await?;
            *seen = Some(self.see(image, version, copies, all, looks));
        }
        Ok(())
    }

    async fn by_id(
        &self,
        image: &RemoteId,
        id: &RemoteId,
        looks: &mut Looks,
        seen: &mut Option<Seen>,
    ) -> Result<(), Failure> {
        let by_id = match self.connection.client().get_version(image, id).await {
            Outcome::Refused(problem) if problem.kind == ProblemKind::NotFound => ById::Absent,
            other => {
                let version = other.answer()?;
                let sighting = self.sighting(&version);
                if Some(id) == self.held {
                    let all = self.versions(image, Some(self.began)).await?;
                    let copies = self.fresh_copies(image, &version).await?;
                    *seen = Some(self.see(image, version, copies, all, looks));
                }
                ById::Found(sighting)
            }
        };
        looks.by_id.insert(id.clone(), by_id);
        Ok(())
    }

    /// The versions of the image; none where there is no such image.
    async fn versions(
        &self,
        image: &RemoteId,
        newer_than: Option<Instant>,
    ) -> Result<Arc<[Version]>, Failure> {
        match self.connection.inventory().versions(image, newer_than).await {
            Outcome::Refused(problem) if problem.kind == ProblemKind::NotFound => Ok(Arc::from([])),
            other => other.answer(),
        }
    }

    /// The copies as of the last listing.
    fn listed_copies(&self, image: &RemoteId, version: &Version) -> Box<[Copy]> {
        let snapshot = self.connection.inventory().latest();
        let entry = snapshot.as_ref().and_then(|snapshot| snapshot.get(image));
        let copies = entry.map(|entry| entry.copies.iter()).unwrap_or_default();
        copies
            .filter(|copy| copy.version_id.as_ref() == Some(&version.id))
            .cloned()
            .collect()
    }

    /// The copies as they are now, where what there is to be changed depends on them.
    async fn fresh_copies(&self, image: &RemoteId, version: &Version) -> Result<Box<[Copy]>, Failure> {
        if self.wanted.providers.is_none() {
            return Ok(self.listed_copies(image, version));
        }
        let listing = self.connection.client().list_copies(image, &version.id).await;
        let mut copies = listing.answer()?.items;
        copies.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(copies.into_boxed_slice())
    }

    fn held_among(&self, all: &[Version]) -> Option<Version> {
        let held = self.held?;
        all.iter().find(|version| version.id == *held).cloned()
    }

    /// What there is to change about the version on record, and what keeps it from being deleted.
    fn see(
        &self,
        image: &RemoteId,
        version: Version,
        copies: Box<[Copy]>,
        all: Arc<[Version]>,
        looks: &mut Looks,
    ) -> Seen {
        let snapshot = self.connection.inventory().latest();
        let entry = snapshot.as_ref().and_then(|snapshot| snapshot.get(image));
        let now = Seen {
            image: image.clone(),
            image_status: entry.map(|entry| entry.image.status.clone()).unwrap_or_default(),
            version,
            copies,
            all,
        };
        let going: Vec<String> = going(&now.all, &now.version.id)
            .map(|other| format!("version {} of the same image", other.name))
            .collect();
        looks.delete_blocker = looks
            .delete_blocker
            .take()
            .or_else(|| (!going.is_empty()).then_some(Blocker::Dependents(going)));
        looks.next_change = changes::next(
            self.wanted,
            &now,
            self.open_operation().as_ref(),
            self.status.last_handled_validate.as_deref(),
        );
        now
    }

    fn open_operation(&self) -> Option<Operation> {
        let parts = &self.status.managed.parts;
        let part = parts.iter().find(|part| *part.name == *self.part.name)?;
        Some(memory::record_of(part).intent?.operation)
    }

    /// Those of the versions that could have to do with this one.
    fn sightings(&self, all: &[Version]) -> Vec<Sighting> {
        all.iter()
            .filter(|version| Some(&version.id) == self.held || concerns(version, self.wanted))
            .map(|version| self.sighting(version))
            .collect()
    }

    fn sighting(&self, version: &Version) -> Sighting {
        observed::sighting(version, self.wanted, (self.claim)(&version.id))
    }
}

fn concerns(version: &Version, wanted: &Wanted) -> bool {
    let mark = mark_seen(version.description.as_deref(), wanted.version.mark);
    matches!(mark, MarkSeen::Ours | MarkSeen::OtherInstall)
}
