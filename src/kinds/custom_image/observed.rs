//! Turns what the remote shows into what the lifecycle understands.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{IMAGE, Wanted};
use crate::inventory::{Item, Located};
use crate::kinds::managed::PartWanted;
use crate::lifecycle::{Adoption, Mark, MarkSeen, NameSeen, Phase, RemoteId, Sighting};
use crate::remote::surfercloud;
use crate::remote::surfercloud::model::{Image, Location};

/// What is seen of the images on record, by part.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The image and its copies, as far as they are there.
    pub images: BTreeMap<Arc<str>, Found>,
    /// Where the image itself belongs.
    pub home: Option<Location>,
}

/// An image, and where it was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The image.
    pub entry: Arc<Located>,
    /// Its place.
    pub place: Location,
}

impl Seen {
    /// The image of a part.
    pub fn of(&self, part: &str) -> Option<&Image> {
        self.images.get(part).map(|found| &found.entry.image)
    }

    /// The imported image.
    pub fn image(&self) -> Option<&Image> {
        self.of(IMAGE)
    }

    /// Whether the image is there and done.
    pub fn can_be_copied(&self) -> bool {
        self.image()
            .is_some_and(|image| image.state.phase() == surfercloud::Phase::Available)
    }
}

/// An image, as the lifecycle sees it.
pub fn sighting(
    entry: &Located,
    wanted: &Wanted,
    part: &PartWanted,
    claim: &(dyn Fn(&RemoteId) -> Option<String> + Sync),
) -> Sighting {
    let mark = mark_seen(entry.mark(), part.mark);
    Sighting {
        id: entry.id().clone(),
        name: entry.name().to_owned(),
        mark,
        named: named(entry, wanted, part, mark),
        mismatch: mismatch(&entry.image, wanted),
        claimed_by: claim(entry.id()),
        phase: match entry.image.state.phase() {
            surfercloud::Phase::InTransition => Phase::InTransition,
            surfercloud::Phase::Failed => Phase::Failed,
            surfercloud::Phase::Deleting => Phase::Deleting,
            surfercloud::Phase::WaitingForUser
            | surfercloud::Phase::Available
            | surfercloud::Phase::Degraded
            | surfercloud::Phase::Disabled => Phase::Settled,
        },
    }
}

fn mark_seen(mark: Option<Mark>, ours: Mark) -> MarkSeen {
    match mark {
        Some(mark) if mark == ours => MarkSeen::Ours,
        Some(mark) if mark.object == ours.object => MarkSeen::OtherInstall,
        Some(_) => MarkSeen::Other,
        None => MarkSeen::Unmarked,
    }
}

/// Several images may have one name, so another one of the same name is in nobody's way: the name counts only where it
/// is what an image is taken over by.
fn named(entry: &Located, wanted: &Wanted, part: &PartWanted, mark: MarkSeen) -> NameSeen {
    let takes_names = part.desired.adoption == Adoption::IfNameMatches;
    if takes_names && mark != MarkSeen::Other && entry.name() == wanted.image_name.as_str() {
        NameSeen::Same
    } else {
        NameSeen::Different
    }
}

/// What differs in a way that can't be changed. The remote tells the family of the system, the spec its distribution.
fn mismatch(image: &Image, wanted: &Wanted) -> Option<String> {
    let asked = wanted.spec.os_type.as_str();
    let there = image.os_type.as_deref().filter(|there| !there.is_empty())?;
    let is_windows = |system: &str| system.to_ascii_lowercase().contains("windows");
    let differs = asked != "Other" && is_windows(asked) != is_windows(there);
    differs.then(|| format!("osType is {there:?} there and {asked:?} here"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kinds::custom_image::examples::{located, resource, wanted};
    use crate::lifecycle::{Described, Install};

    fn seen_as(spec: &Value, image: &Value) -> Sighting {
        let wanted = wanted(&resource(spec));
        sighting(&located(image), &wanted, &wanted.parts()[0], &|_| None)
    }

    fn marked(install: &str) -> Value {
        let mark = Mark {
            install: Install::of_cluster(install),
            ..wanted(&resource(&json!({}))).parts()[0].mark
        };
        json!({ "ImageDescription": Described::render("text", mark) })
    }

    #[test]
    fn the_mark_says_whose_an_image_is() {
        let rows = [
            (marked("cluster-a"), MarkSeen::Ours),
            (marked("cluster-b"), MarkSeen::OtherInstall),
            (json!({ "ImageDescription": "text" }), MarkSeen::Unmarked),
        ];
        for (image, expected) in rows {
            assert_eq!(seen_as(&json!({}), &image).mark, expected, "{image}");
        }
    }

    #[test]
    fn another_image_of_the_name_counts_only_where_images_are_taken_over_by_name() {
        let by_name = json!({ "adoptionPolicy": "IfNameMatches" });
        assert_eq!(seen_as(&json!({}), &json!({})).named, NameSeen::Different);
        assert_eq!(seen_as(&by_name, &json!({})).named, NameSeen::Same);
        let other = json!({ "ImageName": "Debian" });
        assert_eq!(seen_as(&by_name, &other).named, NameSeen::Different);
    }

    #[test]
    fn an_image_of_another_family_of_systems_does_not_fit() {
        let rows = [
            ("Debian", "Linux", None),
            ("Windows", "Windows", None),
            ("Other", "Windows", None),
            ("Debian", "", None),
            (
                "Debian",
                "Windows",
                Some("osType is \"Windows\" there and \"Debian\" here"),
            ),
            (
                "Windows",
                "Linux",
                Some("osType is \"Linux\" there and \"Windows\" here"),
            ),
        ];
        for (asked, there, expected) in rows {
            let seen = seen_as(&json!({ "osType": asked }), &json!({ "OsType": there }));
            assert_eq!(seen.mismatch.as_deref(), expected, "{asked} and {there}");
        }
    }
}
