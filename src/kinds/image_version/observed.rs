//! Turns what the remote shows into what the lifecycle understands.

use std::sync::Arc;

use super::Wanted;
use crate::kinds::image::seen::{differences, mark_seen, phase_seen};
use crate::lifecycle::{MarkSeen, NameSeen, RemoteId, Sighting};
use crate::remote::imagemgmt::model::{Copy, Version};
use crate::remote::imagemgmt::{ImageStatus, Phase};

/// What is seen of the version on record.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The image that it is a version of.
    pub image: RemoteId,
    /// The status of that image; empty where it has not been listed.
    pub image_status: ImageStatus,
    /// The version.
    pub version: Version,
    /// Its copies by id.
    pub copies: Box<[Copy]>,
    /// All versions of the image.
    pub all: Arc<[Version]>,
}

impl Seen {
    /// Whether the version can be used, so that copies can be added to it and taken from it.
    pub fn is_usable(&self) -> bool {
        matches!(self.version.status.phase(), Phase::Available | Phase::Degraded)
    }
}

/// Other versions of an image that are being deleted.
pub(super) fn going<'a>(all: &'a [Version], version: &RemoteId) -> impl Iterator<Item = &'a Version> {
    others(all, version).filter(|other| other.status.phase() == Phase::Deleting)
}

/// Other versions of an image that are there to stay.
pub(super) fn staying<'a>(all: &'a [Version], version: &RemoteId) -> impl Iterator<Item = &'a Version> {
    others(all, version).filter(|other| other.status.phase() != Phase::Deleting)
}

fn others<'a>(all: &'a [Version], version: &RemoteId) -> impl Iterator<Item = &'a Version> {
    let version = version.clone();
    all.iter().filter(move |other| other.id != version)
}

/// A version, as the lifecycle sees it. The remote names versions, so a name tells nothing.
pub fn sighting(version: &Version, wanted: &Wanted, claimed_by: Option<String>) -> Sighting {
    let mark = mark_seen(version.description.as_deref(), wanted.version.mark);
    let is_the_catalogs =
        mark != MarkSeen::Ours && wanted.version_of_the_catalog.as_ref() == Some(&version.id);
    let catalog = is_the_catalogs.then(|| format!("ImageCatalog {}", wanted.spec.catalog_ref.name));
    Sighting {
        id: version.id.clone(),
        name: version.name.clone(),
        mark,
        named: NameSeen::Different,
        mismatch: mismatch(version, wanted),
        claimed_by: claimed_by.or(catalog),
        phase: phase_seen(version.status.phase()),
    }
}

/// What differs in a way that can't be changed.
fn mismatch(version: &Version, wanted: &Wanted) -> Option<String> {
    let spec = &wanted.spec;
    let version_type = format!("{:?}", spec.version_type).to_ascii_uppercase();
    differences([
        ("os", version.os.as_deref(), spec.os.as_deref()),
        (
            "sourceType",
            version.source_type.as_deref(),
            spec.source_type.as_deref(),
        ),
        (
            "versionType",
            version.version_type.as_deref(),
            Some(version_type.as_str()),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::image_version::examples::{version, wanted};

    #[test]
    fn a_version_is_recognised_by_its_mark_and_never_by_its_name() {
        let seen = sighting(&version(json!({})), &wanted(json!({})), None);
        assert_eq!((seen.mark, seen.named), (MarkSeen::Ours, NameSeen::Different));
        let foreign = sighting(
            &version(json!({ "description": "theirs" })),
            &wanted(json!({})),
            None,
        );
        assert_eq!((foreign.mark, foreign.claimed_by), (MarkSeen::Unmarked, None));
    }

    #[test]
    fn the_version_that_the_catalog_stands_for_is_the_catalogs() {
        let first = version(json!({ "id": "v1", "description": "adopted" }));
        let seen = sighting(&first, &wanted(json!({ "versionId": "v1" })), None);
        assert_eq!(seen.claimed_by.as_deref(), Some("ImageCatalog win11"));
    }

    #[test]
    fn what_cannot_be_changed_and_differs_is_told_in_words() {
        let there = version(json!({ "sourceType": "AZURE_CUSTOM_VM", "versionType": "MINOR" }));
        let seen = sighting(&there, &wanted(json!({})), None);
        assert_eq!(
            seen.mismatch.as_deref(),
            Some(
                r#"sourceType is "AZURE_CUSTOM_VM" there and "AZURE_SIG" here, versionType is "MINOR" there and "MAJOR" here"#
            )
        );
    }

    #[test]
    fn versions_that_are_going_are_told_from_those_that_stay() {
        let all = [
            version(json!({})),
            version(json!({ "id": "v3", "status": "DELETING" })),
            version(json!({ "id": "v4", "status": "FAILED" })),
        ];
        let id = "v2".parse().unwrap();
        let ids = |found: Vec<&Version>| -> Vec<String> {
            found.into_iter().map(|version| version.id.to_string()).collect()
        };
        assert_eq!(ids(going(&all, &id).collect()), ["v3"]);
        assert_eq!(ids(staying(&all, &id).collect()), ["v4"]);
    }
}
