//! Turns what the remote shows into what the lifecycle understands.

use std::sync::Arc;

use super::Wanted;
use crate::inventory::Entry;
use crate::kinds::image::seen::{differences, mark_of, mark_seen, phase_seen};
use crate::lifecycle::{NameSeen, RemoteId, Sighting};
use crate::remote::imagemgmt::model::{Copy, Image, Marker, Version};

/// What is seen of the image on record.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The image with its copies, as listed.
    pub entry: Arc<Entry>,
    /// Its versions.
    pub versions: Arc<[Version]>,
}

impl Seen {
    /// The image.
    pub fn image(&self) -> &Image {
        &self.entry.image
    }

    /// The first version: the one that bears the mark, else the one on record, else the oldest of an adopted image.
    /// An image that we made has none once it is retired.
    pub fn initial_version(&self, wanted: &Wanted, recorded: Option<&RemoteId>) -> Option<&Version> {
        let marked =
            |version: &&Version| mark_of(version.description.as_deref()) == Some(wanted.version_mark);
        if let Some(version) = self.versions.iter().find(marked) {
            return Some(version);
        }
        let adopted = self.entry.mark != Some(wanted.image.mark);
        match recorded {
            Some(id) => self.versions.iter().find(|version| version.id == *id),
            None if !adopted => None,
            None => self
                .versions
                .iter()
                .min_by_key(|version| number_of(&version.name)),
        }
    }

    /// The marker of this name: as the image lists it, else as one of the versions does.
    pub fn marker(&self, name: &str) -> Option<&Marker> {
        let of_versions = self.versions.iter().flat_map(|version| &version.markers);
        let all = self.image().markers.iter().chain(of_versions);
        all.into_iter().find(|marker| marker.name == name)
    }

    /// The copies of a version.
    pub fn copies_of<'a>(&'a self, version: &'a Version) -> impl Iterator<Item = &'a Copy> {
        self.entry
            .copies
            .iter()
            .filter(|copy| copy.version_id.as_ref() == Some(&version.id))
    }
}

/// An image, as the lifecycle sees it.
pub fn sighting(image: &Image, wanted: &Wanted, claimed_by: Option<String>) -> Sighting {
    Sighting {
        id: image.id.clone(),
        name: image.name.clone(),
        mark: mark_seen(image.description.as_deref(), wanted.image.mark),
        named: if image.name == wanted.stream_name.as_str() {
            NameSeen::Same
        } else {
            NameSeen::Different
        },
        mismatch: mismatch(image, wanted),
        claimed_by,
        phase: phase_seen(image.status.phase()),
    }
}

/// What differs in a way that can't be changed. What the remote does not tell does not differ.
fn mismatch(image: &Image, wanted: &Wanted) -> Option<String> {
    let spec = &wanted.spec;
    let gpu_type = format!("{:?}", spec.gpu_type).to_ascii_uppercase();
    let fields = [
        ("os", image.os.as_deref(), spec.os.as_str()),
        ("osType", image.os_type.as_deref(), spec.os_type.as_str()),
        ("gpuType", image.gpu_type.as_deref(), gpu_type.as_str()),
        (
            "sourceStreamType",
            image.source_type.as_deref(),
            spec.source_stream_type.as_str(),
        ),
    ];
    differences(fields.map(|(field, there, asked)| (field, there, Some(asked))))
}

/// `1.10.0` as numbers, so that versions sort as people read them.
pub fn number_of(name: &str) -> Vec<u32> {
    name.split('.')
        .map(|number| number.parse().unwrap_or(u32::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::image_catalog::examples::{copy, first_version, foreign_version, image, seen, wanted};
    use crate::lifecycle::{Described, Install, Mark, MarkSeen, Phase};

    fn id(text: &str) -> RemoteId {
        text.parse().unwrap()
    }

    fn sighted(more: serde_json::Value) -> Sighting {
        sighting(&image(more), &wanted(json!({})), None)
    }

    #[test]
    fn a_mark_tells_whose_an_image_is() {
        let wanted = wanted(json!({}));
        let other_install = Mark {
            install: Install::of_cluster("cluster-b"),
            ..wanted.image.mark
        };
        let rows = [
            (json!({}), MarkSeen::Ours),
            (
                json!({ "description": Described::render("", other_install) }),
                MarkSeen::OtherInstall,
            ),
            (
                json!({ "description": Described::render("", wanted.version_mark) }),
                MarkSeen::Other,
            ),
            (json!({ "description": "text" }), MarkSeen::Unmarked),
            (json!({ "description": null }), MarkSeen::Unmarked),
        ];
        for (more, expected) in rows {
            assert_eq!(sighted(more.clone()).mark, expected, "{more}");
        }
    }

    #[test]
    fn a_name_of_another_case_is_another_name() {
        assert_eq!(sighted(json!({})).named, NameSeen::Same);
        assert_eq!(sighted(json!({ "name": "Win11" })).named, NameSeen::Different);
    }

    #[test]
    fn what_cannot_be_changed_and_differs_is_told_in_words() {
        let rows = [
            (json!({}), None),
            (
                json!({ "os": null, "osType": "", "gpuType": null, "sourceType": null }),
                None,
            ),
            (
                json!({ "osType": "LINUX" }),
                Some(r#"osType is "LINUX" there and "WINDOWS" here"#),
            ),
            (
                json!({ "gpuType": "AMD", "sourceType": "VIEW_IMAGES" }),
                Some(
                    r#"gpuType is "AMD" there and "NONE" here, sourceStreamType is "VIEW_IMAGES" there and "AZURE_SIG" here"#,
                ),
            ),
        ];
        for (more, expected) in rows {
            assert_eq!(sighted(more.clone()).mismatch.as_deref(), expected, "{more}");
        }
    }

    #[test]
    fn every_status_has_its_phase() {
        let rows = [
            ("AVAILABLE", Phase::Settled),
            ("PARTIALLY_AVAILABLE", Phase::Settled),
            ("IMPORT_COMPLETE", Phase::Settled),
            ("DISABLED", Phase::Settled),
            ("IN_PROGRESS", Phase::InTransition),
            ("A_NEW_WORD", Phase::InTransition),
            ("FAILED", Phase::Failed),
            ("DELETING", Phase::Deleting),
        ];
        for (status, expected) in rows {
            assert_eq!(sighted(json!({ "status": status })).phase, expected, "{status}");
        }
    }

    #[test]
    fn the_first_version_is_found_by_mark_then_record_then_age() {
        let wanted = wanted(json!({}));
        let two = || {
            vec![
                foreign_version("v10", "1.10.0", "AVAILABLE"),
                foreign_version("v9", "1.9.0", "AVAILABLE"),
            ]
        };
        let marked_too = || [two(), vec![first_version(json!({ "name": "3.0.0" }))]].concat();
        let adopted = || image(json!({ "description": "theirs" }));
        let (v9, v10, gone) = (id("v9"), id("v10"), id("v7"));
        let rows = [
            (
                "marked",
                seen(image(json!({})), marked_too(), vec![]),
                Some(&v10),
                Some("v1"),
            ),
            (
                "recorded",
                seen(image(json!({})), two(), vec![]),
                Some(&v9),
                Some("v9"),
            ),
            (
                "recorded and retired",
                seen(image(json!({})), two(), vec![]),
                Some(&gone),
                None,
            ),
            (
                "ours without any trace",
                seen(image(json!({})), two(), vec![]),
                None,
                None,
            ),
            (
                "the oldest of an adopted image",
                seen(adopted(), two(), vec![]),
                None,
                Some("v9"),
            ),
        ];
        for (name, seen, recorded, expected) in rows {
            let found = seen
                .initial_version(&wanted, recorded)
                .map(|version| version.id.as_str());
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn copies_belong_to_the_version_that_they_name() {
        let copies = vec![
            copy(json!({ "id": "c1", "versionId": "v1" })),
            copy(json!({ "id": "c2", "versionId": "v2" })),
            copy(json!({ "id": "c3" })),
        ];
        let seen = seen(image(json!({})), vec![first_version(json!({}))], copies);
        let found: Vec<&str> = seen
            .copies_of(&seen.versions[0])
            .map(|copy| copy.id.as_str())
            .collect();
        assert_eq!(found, ["c1"]);
    }
}
