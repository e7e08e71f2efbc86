//! All remote objects, and how background work changes them when its time has come.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::markers::{self, MarkerRequest};
use super::model::{Failure, Image, ImageCopy, Marker, Pool, Used, Version};
use super::rows::{copy_view, image_view, marker_view, version_view};
use super::turn::Turn;
use super::words::{AssetStatus, AssetType, MarkerStatus, PublishState, ValidationStatus, VersionStatus};
use super::work::{Agenda, Event, Leg, Then, Work};
use crate::simulator::error::ApiError;
use crate::simulator::faults::WorkName;
use crate::simulator::ids::Ids;

/// The remote.
pub(crate) struct World {
    /// By id, which is the order in which they were made.
    images: BTreeMap<String, Image>,
    pools: Vec<Pool>,
    pub(crate) agenda: Agenda,
    pub(crate) ids: Ids,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        World {
            images: BTreeMap::new(),
            pools: Vec::new(),
            agenda: Agenda::default(),
            ids: Ids::new(seed),
        }
    }

    /// Forgets every object. Ids go on, so that an old one never names a new object.
    pub(crate) fn clear(&mut self) {
        self.images.clear();
        self.pools.clear();
        self.agenda = Agenda::default();
    }

    /// Lets everything happen that is due.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        while let Some((at, event)) = self.agenda.take_due(now) {
            self.happen(at, event);
        }
    }

    /// The images of an organisation, in the order in which they were made.
    pub(crate) fn images_of<'w>(&'w self, org: &'w str) -> impl Iterator<Item = &'w Image> {
        self.images.values().filter(move |image| image.org == org)
    }

    pub(crate) fn image(&self, org: &str, id: &str) -> Result<&Image, ApiError> {
        let found = self.images.get(id).filter(|image| image.org == org);
        found.ok_or_else(|| ApiError::not_found("image", id))
    }

    pub(crate) fn image_mut(&mut self, org: &str, id: &str) -> Result<&mut Image, ApiError> {
        let found = self.images.get_mut(id).filter(|image| image.org == org);
        found.ok_or_else(|| ApiError::not_found("image", id))
    }

    /// Refuses a name that an image of the organisation has, one that is being deleted included (inferred).
    pub(crate) fn check_name_is_free(&self, name: &str, turn: &Turn<'_>) -> Result<(), ApiError> {
        if turn.settings.unique_names && self.images_of(turn.org()).any(|image| image.name == name) {
            let message = format!("an image named {name} already exists");
            return Err(ApiError::conflict("IMAGE_ALREADY_EXISTS", message));
        }
        Ok(())
    }

    pub(crate) fn add_image(&mut self, image: Image) {
        self.images.insert(image.id.clone(), image);
    }

    /// Sets work going on a version: its first statuses are seen at once.
    pub(crate) fn start(
        &mut self,
        (image_id, version_id): (&str, &str),
        legs: &[Leg],
        failing: Option<&(usize, Failure)>,
        turn: &Turn<'_>,
    ) {
        let now = turn.now();
        if let (Some(image), Some(leg)) = (self.images.get_mut(image_id), legs.first()) {
            show(image, version_id, &leg.copies, leg.work.first_statuses(), now);
            image.refresh(now);
        }
        self.agenda
            .plan((image_id, version_id), legs, failing, now, turn.settings);
    }

    /// Points markers at a version of an image; whether that changed anything.
    pub(crate) fn point_markers(
        &mut self,
        image_id: &str,
        version_id: &str,
        requests: &[MarkerRequest],
        turn: &Turn<'_>,
    ) -> Result<bool, ApiError> {
        let found = self
            .images
            .get_mut(image_id)
            .filter(|image| image.org == turn.org());
        let image = found.ok_or_else(|| ApiError::not_found("image", image_id))?;
        Ok(markers::point(
            image,
            version_id,
            requests,
            (&mut self.ids, &mut self.agenda),
            turn,
        ))
    }

    pub(crate) fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// Makes a pool that uses a version or a marker; none if there is no such thing.
    pub(crate) fn add_pool(&mut self, image_id: &str, used: Used) -> Option<String> {
        let image = self.images.get(image_id)?;
        match &used {
            Used::Version(id) => image.version(id).ok().map(|_| ()),
            Used::Marker(id) => image.marker(id).ok().map(|_| ()),
        }?;
        let id = self.ids.object();
        self.pools.push(Pool {
            id: id.clone(),
            image: image_id.to_owned(),
            used,
        });
        Some(id)
    }

    /// Takes a pool away; whether there was one.
    pub(crate) fn remove_pool(&mut self, id: &str) -> bool {
        let before = self.pools.len();
        self.pools.retain(|pool| pool.id != id);
        self.pools.len() < before
    }

    pub(crate) fn clear_pools(&mut self) {
        self.pools.clear();
    }

    /// Whether a pool uses a marker.
    pub(crate) fn marker_in_use(&self, marker: &Marker) -> bool {
        self.pools
            .iter()
            .any(|pool| pool.used == Used::Marker(marker.id.clone()))
    }

    /// Whether a pool uses a version, directly or by a marker that points at it or moves to it.
    pub(crate) fn version_in_use(&self, image: &Image, version: &Version) -> bool {
        let by_marker = |marker_id: &str| {
            image.markers.iter().any(|marker| {
                let points =
                    marker.version == version.id || marker.next_version.as_ref() == Some(&version.id);
                marker.id == marker_id && points
            })
        };
        self.pools.iter().any(|pool| match &pool.used {
            Used::Version(id) => *id == version.id,
            Used::Marker(id) => by_marker(id),
        })
    }

    /// Whether a clone is being made of a version.
    pub(crate) fn is_being_cloned(&self, version_id: &str) -> bool {
        self.images
            .values()
            .flat_map(|image| &image.versions)
            .any(|clone| {
                clone.origin.as_deref() == Some(version_id)
                    && matches!(
                        clone.status,
                        VersionStatus::Pending | VersionStatus::ImportInProgress
                    )
            })
    }

    /// Every object, as the API shows it.
    pub(crate) fn state(&self) -> Value {
        let images = self.images.values();
        let versions = images
            .clone()
            .flat_map(|image| image.versions.iter().map(move |version| (image, version)));
        let copies = versions.clone().flat_map(|(image, version)| {
            version
                .copies
                .iter()
                .map(move |copy| copy_view(image, version, copy))
        });
        let markers = images
            .clone()
            .flat_map(|image| image.markers.iter().map(|marker| marker_view(image, marker)));
        let pools = self.pools.iter().map(pool_view);
        json!({
            "images": images.clone().map(image_view).collect::<Vec<_>>(),
            "versions": versions.map(|(image, version)| version_view(image, version)).collect::<Vec<_>>(),
            "copies": copies.collect::<Vec<_>>(),
            "markers": markers.collect::<Vec<_>>(),
            "pools": pools.collect::<Vec<_>>(),
        })
    }

    fn happen(&mut self, at: Timestamp, event: Event) {
        match event {
            Event::Stage {
                image,
                version,
                copies,
                statuses,
            } => {
                self.change(&image, at, |image| show(image, &version, &copies, statuses, at));
            }
            Event::Done {
                image,
                version,
                leg,
                then,
            } => {
                self.change(&image, at, |image| done(image, &version, &leg, then, at));
                // Deleting the last version deletes the image (public OpenAPI document, deleteVersion).
                if self
                    .images
                    .get(&image)
                    .is_some_and(|image| image.versions.is_empty())
                {
                    self.images.remove(&image);
                }
            }
            Event::Failed {
                image,
                version,
                leg,
                failure,
            } => {
                self.change(&image, at, |image| failed(image, &version, &leg, &failure, at));
            }
            Event::MarkerStage {
                image,
                marker,
                status,
            } => {
                self.change_marker(&image, &marker, at, |marker| marker.status = status);
            }
            Event::MarkerDone { image, marker } => self.change_marker(&image, &marker, at, |marker| {
                if let Some(next) = marker.next_version.take() {
                    marker.version = next;
                }
                marker.status = MarkerStatus::UpdatesCompleted;
            }),
            Event::MarkerFailed {
                image,
                marker,
                status,
                failure,
            } => {
                self.change_marker(&image, &marker, at, |marker| {
                    // A move that reached some pools has moved the marker (inferred).
                    match marker.next_version.take() {
                        Some(next) if status == MarkerStatus::UpdatesPartiallyCompleted => {
                            marker.version = next;
                        }
                        _ => {}
                    }
                    marker.status = status;
                    marker.failure = Some(failure);
                });
            }
        }
    }

    fn change(&mut self, image_id: &str, at: Timestamp, change: impl FnOnce(&mut Image)) {
        if let Some(image) = self.images.get_mut(image_id) {
            change(image);
            image.refresh(at);
        }
    }

    fn change_marker(&mut self, image_id: &str, id: &str, at: Timestamp, change: impl FnOnce(&mut Marker)) {
        let Some(image) = self.images.get_mut(image_id) else {
            return;
        };
        if let Some(marker) = image.markers.iter_mut().find(|marker| marker.id == id) {
            change(marker);
            marker.stamp.touch(at);
            image.stamp.touch(at);
        }
    }
}

/// A pool, as the control API shows it.
pub(crate) fn pool_view(pool: &Pool) -> Value {
    match &pool.used {
        Used::Version(id) => json!({"id": pool.id, "imageId": pool.image, "versionId": id}),
        Used::Marker(id) => json!({"id": pool.id, "imageId": pool.image, "markerId": id}),
    }
}

/// Shows statuses on a version and some of its copies.
fn show(
    image: &mut Image,
    version_id: &str,
    copies: &[String],
    (version_status, asset_status): (VersionStatus, AssetStatus),
    at: Timestamp,
) {
    let Ok(version) = image.version_mut(version_id) else {
        return;
    };
    if version.status != version_status {
        version.status = version_status;
        version.stamp.touch(at);
    }
    for copy in version.copies.iter_mut().filter(|copy| copies.contains(&copy.id)) {
        set_status(copy, asset_status, at);
    }
}

fn set_status(copy: &mut ImageCopy, status: AssetStatus, at: Timestamp) {
    if copy.status != status {
        copy.status = status;
        copy.stamp.touch(at);
    }
}

/// A work has succeeded.
fn done(image: &mut Image, version_id: &str, leg: &Leg, then: Then, at: Timestamp) {
    let work = leg.work.name();
    if work == WorkName::Delete {
        image.versions.retain(|version| version.id != version_id);
        image.markers.retain(|marker| marker.version != version_id);
        return;
    }
    let image_name = image.name.clone();
    let Ok(version) = image.version_mut(version_id) else {
        return;
    };
    version.stamp.touch(at);
    if work == WorkName::Shrink {
        version.copies.retain(|copy| !leg.copies.contains(&copy.id));
    }
    let version_name = version.name.to_string();
    for copy in version
        .copies
        .iter_mut()
        .filter(|copy| leg.copies.contains(&copy.id))
    {
        copy.failure = None;
        match work {
            WorkName::Import => {
                set_status(copy, AssetStatus::ImportComplete, at);
                copy.state = PublishState::Unpublished;
            }
            WorkName::Publish => {
                set_status(copy, AssetStatus::PublishComplete, at);
                into_gallery(copy, &image_name, &version_name);
            }
            _ => {
                set_status(copy, AssetStatus::Available, at);
                into_gallery(copy, &image_name, &version_name);
            }
        }
    }
    match work {
        WorkName::Import => version.imported = Some(at),
        WorkName::Validate => version.validation = Some(ValidationStatus::Success),
        _ => {}
    }
    match (then, work) {
        (Then::GoOn, _) => {}
        (Then::Settle, WorkName::Import) => {
            version.status = VersionStatus::ImportComplete;
            version.state = PublishState::Unpublished;
        }
        (Then::Settle, _) => settle(version, at),
    }
}

/// A published copy lies in a gallery; the keys of `data` are those that the public OpenAPI document shows.
fn into_gallery(copy: &mut ImageCopy, image_name: &str, version_name: &str) {
    copy.state = PublishState::Published;
    copy.asset_type = match copy.asset_type {
        AssetType::AzureVmInRg => AssetType::AzureImageInSig,
        AssetType::ViewVm => AssetType::ViewSpecialized,
        other => other,
    };
    if matches!(
        copy.asset_type,
        AssetType::AzureImageInSig | AssetType::AzureImageReplicaInSig
    ) {
        for (key, value) in [
            ("galleryName", "horizon_gallery"),
            ("galleryRG", "horizon-images"),
            ("galleryImageDef", image_name),
            ("galleryVersion", version_name),
        ] {
            copy.data.insert(key.to_owned(), Value::from(value));
        }
    }
}

/// All work on a version is over, and it can be used.
fn settle(version: &mut Version, at: Timestamp) {
    let complete = version
        .copies
        .iter_mut()
        .filter(|copy| copy.status == AssetStatus::PublishComplete);
    complete.for_each(|copy| set_status(copy, AssetStatus::Available, at));
    let (status, state) = if version.copies.iter().any(ImageCopy::has_failed) {
        (
            VersionStatus::PartiallyAvailable,
            PublishState::PartiallyPublished,
        )
    } else {
        (VersionStatus::Available, PublishState::Published)
    };
    version.status = status;
    version.state = state;
}

/// A work has failed: its copies say why, and what waited for them fails along.
fn failed(image: &mut Image, version_id: &str, leg: &Leg, failure: &Failure, at: Timestamp) {
    let Ok(version) = image.version_mut(version_id) else {
        return;
    };
    let (version_status, asset_status) = leg.work.failed_statuses();
    for copy in &mut version.copies {
        if leg.copies.contains(&copy.id) {
            set_status(copy, asset_status, at);
        } else if copy.status == AssetStatus::ReplicationPending {
            set_status(copy, AssetStatus::ReplicationFailed, at);
        } else {
            continue;
        }
        copy.failure = Some(failure.clone());
        copy.failures.push(failure.clone());
        copy.stamp.touch(at);
    }
    if leg.work.name() == WorkName::Replicate {
        settle(version, at);
    }
    if leg.work == Work::Validate {
        version.validation = Some(ValidationStatus::Failed);
    }
    version.status = version_status;
    version.stamp.touch(at);
}
