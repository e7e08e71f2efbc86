//! The remote objects: images own versions and markers, versions own copies.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::version_name::VersionName;
use super::words::{
    AssetStatus, AssetType, GpuType, ImageStatus, MarkerStatus, OsType, ProviderLabel, PublishState,
    SourceType, TriggeredAction, ValidationStatus, VersionStatus, VersionType,
};
use crate::simulator::error::ApiError;

/// When something was made and last changed, and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// The `version` integer of the records, called internal in the public OpenAPI document.
    pub(crate) revision: i64,
}

impl Stamp {
    pub(crate) fn new(now: Timestamp) -> Self {
        Stamp {
            created: now,
            updated: now,
            revision: 0,
        }
    }

    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.updated = now;
        self.revision += 1;
    }
}

/// Why work failed, as copies and markers tell it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) details: String,
}

/// An image, also called a stream.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) org: &'static str,
    pub(crate) project: Option<String>,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) os: String,
    pub(crate) os_type: OsType,
    pub(crate) gpu_type: GpuType,
    pub(crate) multi_session: bool,
    pub(crate) source_type: SourceType,
    pub(crate) source_stream: Option<String>,
    pub(crate) source_version: Option<String>,
    pub(crate) stamp: Stamp,
    pub(crate) versions: Vec<Version>,
    pub(crate) markers: Vec<Marker>,
    /// The status when the image was last touched; a change of it moves `updatedAt` (inferred).
    pub(crate) noted: (ImageStatus, usize),
    /// Lists and searches leave it out before.
    pub(crate) listed_from: Timestamp,
}

impl Image {
    /// The status, from its versions (inferred; the public record does not say how).
    pub(crate) fn status(&self) -> ImageStatus {
        let any =
            |wanted: fn(VersionStatus) -> bool| self.versions.iter().any(|version| wanted(version.status));
        if self
            .versions
            .iter()
            .all(|version| version.status == VersionStatus::Deleting)
        {
            ImageStatus::Deleting
        } else if any(|status| status == VersionStatus::Available) {
            ImageStatus::Available
        } else if any(|status| status == VersionStatus::PartiallyAvailable) {
            ImageStatus::PartiallyAvailable
        } else if any(|status| status == VersionStatus::Pending) {
            ImageStatus::Pending
        } else if any(|status| status.in_transition() && status != VersionStatus::Deleting) {
            ImageStatus::InProgress
        } else if any(|status| status == VersionStatus::ImportComplete) {
            ImageStatus::ImportComplete
        } else {
            ImageStatus::Failed
        }
    }

    /// Moves `updatedAt` when the status or the number of versions is another than before.
    pub(crate) fn refresh(&mut self, now: Timestamp) {
        let seen = (self.status(), self.versions.len());
        if self.noted != seen {
            self.noted = seen;
            self.stamp.touch(now);
        }
    }

    pub(crate) fn version(&self, id: &str) -> Result<&Version, ApiError> {
        let found = self.versions.iter().find(|version| version.id == id);
        found.ok_or_else(|| ApiError::not_found("version", id))
    }

    pub(crate) fn version_mut(&mut self, id: &str) -> Result<&mut Version, ApiError> {
        let found = self.versions.iter_mut().find(|version| version.id == id);
        found.ok_or_else(|| ApiError::not_found("version", id))
    }

    pub(crate) fn marker(&self, id: &str) -> Result<&Marker, ApiError> {
        let found = self.markers.iter().find(|marker| marker.id == id);
        found.ok_or_else(|| ApiError::not_found("marker", id))
    }

    /// The markers that point at a version.
    pub(crate) fn markers_at<'i>(&'i self, version: &'i str) -> impl Iterator<Item = &'i Marker> {
        self.markers
            .iter()
            .filter(move |marker| marker.version == version)
    }

    pub(crate) fn version_names(&self) -> Vec<VersionName> {
        self.versions.iter().map(|version| version.name).collect()
    }
}

/// A version of an image.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) name: VersionName,
    pub(crate) description: Option<String>,
    pub(crate) os: String,
    pub(crate) project: Option<String>,
    pub(crate) kind: VersionType,
    pub(crate) source_type: SourceType,
    /// The version it was made from.
    pub(crate) origin: Option<String>,
    pub(crate) history: Vec<String>,
    pub(crate) status: VersionStatus,
    pub(crate) state: PublishState,
    pub(crate) action: TriggeredAction,
    pub(crate) options: Value,
    pub(crate) ims_tags: Value,
    pub(crate) validation: Option<ValidationStatus>,
    pub(crate) imported: Option<Timestamp>,
    pub(crate) stamp: Stamp,
    pub(crate) copies: Vec<ImageCopy>,
    pub(crate) listed_from: Timestamp,
}

impl Version {
    pub(crate) fn copy(&self, id: &str) -> Result<&ImageCopy, ApiError> {
        let found = self.copies.iter().find(|copy| copy.id == id);
        found.ok_or_else(|| ApiError::not_found("image copy", id))
    }

    /// The label of its first copy's provider; every copy of a version has the same.
    pub(crate) fn provider_label(&self) -> ProviderLabel {
        self.copies
            .first()
            .map_or(ProviderLabel::Azure, |copy| copy.provider_label)
    }
}

/// A copy of a version in one provider instance, also called an asset.
#[derive(Clone, Debug)]
pub(crate) struct ImageCopy {
    pub(crate) id: String,
    pub(crate) provider_instance: String,
    pub(crate) provider_label: ProviderLabel,
    pub(crate) multi_session: bool,
    pub(crate) asset_type: AssetType,
    pub(crate) data: Map<String, Value>,
    pub(crate) status: AssetStatus,
    pub(crate) state: PublishState,
    pub(crate) failure: Option<Failure>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) stamp: Stamp,
}

impl ImageCopy {
    /// A copy of it that is to be made in another provider instance.
    pub(crate) fn replica(&self, id: String, provider_instance: String, now: Timestamp) -> ImageCopy {
        let asset_type = match self.asset_type {
            AssetType::AzureImageInSig | AssetType::AzureVmInRg => AssetType::AzureImageReplicaInSig,
            AssetType::ViewVm | AssetType::ViewSpecialized => AssetType::ViewReplicaSpecialized,
            other => other,
        };
        ImageCopy {
            id,
            provider_instance,
            asset_type,
            status: AssetStatus::ReplicationPending,
            state: PublishState::NotReady,
            failure: None,
            failures: Vec::new(),
            stamp: Stamp::new(now),
            ..self.clone()
        }
    }

    /// Whether it failed to be made.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }
}

/// A named pointer at a version.
#[derive(Clone, Debug)]
pub(crate) struct Marker {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) next_version: Option<String>,
    pub(crate) status: MarkerStatus,
    pub(crate) failure: Option<Failure>,
    pub(crate) stamp: Stamp,
    pub(crate) listed_from: Timestamp,
}

/// A pool of desktops, which uses a version or a marker. It has no API here; it exists so that "in use" can be tried.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) image: String,
    pub(crate) used: Used,
}

/// What a pool uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Used {
    Version(String),
    Marker(String),
}

/// A place where copies can be.
pub(crate) struct Provider {
    pub(crate) id: &'static str,
    pub(crate) label: ProviderLabel,
    pub(crate) org: &'static str,
    pub(crate) name: &'static str,
}

const FIRST_ORG: &str = "00000000-0000-4000-8000-000000000001";
const SECOND_ORG: &str = "00000000-0000-4000-8000-000000000002";

/// The provider instances: three of the first organisation, one of the second.
pub(crate) const PROVIDERS: [Provider; 4] = [
    Provider {
        id: "65f0c0ffee0000000000a001",
        label: ProviderLabel::Azure,
        org: FIRST_ORG,
        name: "azure-westeurope",
    },
    Provider {
        id: "65f0c0ffee0000000000a002",
        label: ProviderLabel::Azure,
        org: FIRST_ORG,
        name: "azure-northeurope",
    },
    Provider {
        id: "65f0c0ffee0000000000b001",
        label: ProviderLabel::View,
        org: FIRST_ORG,
        name: "view-edge",
    },
    Provider {
        id: "65f0c0ffee0000000000c001",
        label: ProviderLabel::Azure,
        org: SECOND_ORG,
        name: "other-azure",
    },
];
