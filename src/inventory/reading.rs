//! Reading the versions of an image, once for all who ask.

use std::sync::Arc;

use tokio::time::Instant;

use super::certain::certain;
use super::fingerprint::Fingerprint;
use super::inventory::Inventory;
use super::recorder::ReadCause;
use super::single_flight::Flight;
use super::source::Source;
use super::versions::Versions;
use crate::lifecycle::{Outcome, RemoteId};
use crate::remote::imagemgmt::model::Version;

impl<S: Source> Inventory<S> {
    /// The versions of an image: those known while nothing of it has moved, otherwise read once for all who ask.
    /// With `newer_than`, by a read that was started at or after that moment.
    pub async fn versions(&self, image: &RemoteId, newer_than: Option<Instant>) -> Outcome<Arc<[Version]>> {
        let versions = self.versions_for(image, newer_than, ReadCause::Asked).await;
        versions.map(|versions| versions.items)
    }

    pub(super) async fn versions_for(
        &self,
        image: &RemoteId,
        newer_than: Option<Instant>,
        cause: ReadCause,
    ) -> Outcome<Versions> {
        let slot = self.versions.slot(image);
        let latest = self.latest();
        let listed = latest.as_ref().filter(|snapshot| snapshot.get(image).is_some());
        let fingerprint = self.fingerprint(image);
        if let Some(current) = slot.current(fingerprint)
            && newer_than.is_none_or(|moment| current.read_at >= moment)
        {
            return Outcome::Done(current);
        }
        // A read that overlaps a listing may have seen less than the listing did.
        let not_before = [
            newer_than,
            slot.written_at(),
            listed.map(|snapshot| snapshot.ended),
        ];
        let moment = not_before
            .into_iter()
            .flatten()
            .max()
            .unwrap_or_else(Instant::now);
        slot.flight
            .since(moment, || async {
                let began = Instant::now();
                let fingerprint = self.fingerprint(image);
                let read = certain(self.source.list_versions(image).await, || {
                    format!("listing the versions of image {image}")
                });
                self.recorder.versions_read(cause, read.class());
                let outcome = read.map(|items| Versions {
                    read_at: began,
                    fingerprint,
                    items: items.into(),
                });
                if let Outcome::Done(versions) = &outcome {
                    let before = slot.keep(versions.clone());
                    self.wake.notify_one();
                    if before.is_some_and(|before| before.items != versions.items) {
                        self.publish(&self.moved(image));
                    }
                }
                Flight { began, outcome }
            })
            .await
    }

    fn fingerprint(&self, image: &RemoteId) -> Option<Fingerprint> {
        Some(self.latest()?.get(image)?.fingerprint)
    }
}
