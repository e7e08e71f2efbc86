//! The next change to an image that is there, in order; and what keeps it from being deleted.

use super::desired::recorded_version;
use super::markers::Markers;
use super::{Seen, Wanted};
use crate::api::ImageCatalogStatus;
use crate::api::image_catalog::InitialVersion;
use crate::api::record::PUBLISH;
use crate::kinds::image::change::{PATCH, can_be_patched, change};
use crate::lifecycle::{Blocker, Described, MarkSeen, Operation};
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::Version;

/// Deletes the first version, once another has taken its place.
pub const RETIRE: &str = "retire";

/// The next change, if there is anything to change.
pub fn next(wanted: &Wanted, seen: &Seen, mark: MarkSeen, status: &ImageCatalogStatus) -> Option<Operation> {
    let recorded = recorded_version(status);
    let initial = seen.initial_version(wanted, recorded.as_ref());
    let markers = Markers { wanted, seen, status };
    initial
        .and_then(|initial| publish(wanted, initial).or_else(|| describe(wanted, initial, mark)))
        .or_else(|| markers.next_move())
        .or_else(|| markers.next_deletion())
        .or_else(|| retire(markers, initial?))
}

fn publish(wanted: &Wanted, initial: &Version) -> Option<Operation> {
    wanted.publish.as_ref()?;
    let waits = initial.status.phase() == Phase::WaitingForUser;
    waits.then(|| change(PUBLISH, initial.id.as_str()))
}

/// The spec's description, and the mark on a version that we made. An adopted version is left as it is unless the
/// spec describes it; an image that has lost its mark is one whose descriptions the remote does not keep.
fn describe(wanted: &Wanted, initial: &Version, mark: MarkSeen) -> Option<Operation> {
    if !can_be_patched(initial) || mark != MarkSeen::Ours && wanted.spec.version_description.is_none() {
        return None;
    }
    let there = Described::parse(initial.description.as_deref().unwrap_or_default());
    let text = wanted
        .spec
        .version_description
        .clone()
        .unwrap_or_else(|| there.text.clone());
    let as_wanted = there.mark == Some(wanted.version_mark) && there.text == text;
    (!as_wanted).then(|| change(PATCH, &Described::render(&text, wanted.version_mark)))
}

/// Whether the first version has had its time: another one that stays has taken its place, and nobody asks for it.
pub(super) fn retire(markers: Markers<'_>, initial: &Version) -> Option<Operation> {
    let Markers { wanted, seen, .. } = markers;
    let bears_our_mark = is_marked(wanted, initial);
    let one_is_going = seen.versions.iter().any(is_going);
    if wanted.initial_version != InitialVersion::Remove
        || !bears_our_mark
        || one_is_going
        || wanted.holders.expect_more()
        || markers.ask_for(&initial.id)
    {
        return None;
    }
    let another = seen.versions.iter().any(|version| {
        version.id != initial.id
            && version.status.phase() == Phase::Available
            && wanted.holders.is_to_stay(&version.id)
    });
    let image_markers = seen.image().markers.iter();
    let all_markers = image_markers.chain(seen.versions.iter().flat_map(|version| &version.markers));
    let mut pointing = all_markers.filter(|marker| {
        marker.version_id.as_ref() == Some(&initial.id)
            || marker.next_version_id.as_ref() == Some(&initial.id)
    });
    let own_markers = !initial.markers.is_empty();
    (another && !own_markers && pointing.next().is_none()).then(|| change(RETIRE, initial.id.as_str()))
}

/// What keeps the image from being deleted: versions in it that neither this resource nor an ImageVersion of it answers
/// for, and those that are still going: versions go one at a time.
pub fn delete_blocker(wanted: &Wanted, seen: &Seen, status: &ImageCatalogStatus) -> Option<Blocker> {
    let recorded = recorded_version(status);
    let initial = seen
        .initial_version(wanted, recorded.as_ref())
        .map(|version| &version.id);
    let others = seen
        .versions
        .iter()
        .filter(|version| Some(&version.id) != initial);
    let (going, there): (Vec<&Version>, Vec<&Version>) = others.partition(|version| is_going(version));
    let foreign: Vec<String> = there
        .iter()
        .filter(|version| wanted.holders.holder_of(&version.id).is_none())
        .map(|version| version.name.clone())
        .collect();
    if !foreign.is_empty() {
        return Some(Blocker::Foreign(foreign));
    }
    let going: Vec<String> = going
        .iter()
        .map(|version| format!("version {}", version.name))
        .collect();
    (!going.is_empty()).then_some(Blocker::Dependents(going))
}

fn is_going(version: &Version) -> bool {
    version.status.phase() == Phase::Deleting
}

fn is_marked(wanted: &Wanted, version: &Version) -> bool {
    Described::parse(version.description.as_deref().unwrap_or_default()).mark == Some(wanted.version_mark)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kinds::image_catalog::examples::{
        first_version, foreign_version, image, recorded, seen, wanted,
    };

    fn next_of(spec: Value, first: Value, mark: MarkSeen) -> Option<Operation> {
        let seen = seen(image(json!({})), vec![first_version(first)], vec![]);
        next(&wanted(spec), &seen, mark, &recorded(Some("v1")))
    }

    fn patch(text: &str) -> Operation {
        change(PATCH, &Described::render(text, wanted(json!({})).version_mark))
    }

    #[test]
    fn nothing_changes_where_all_is_as_wanted() {
        assert_eq!(next_of(json!({}), json!({}), MarkSeen::Ours), None);
    }

    #[test]
    fn a_version_is_published_once_it_is_imported_and_only_when_asked() {
        let publish = || json!({ "publish": {} });
        let rows = [
            (publish(), "IMPORT_COMPLETE", Some(change(PUBLISH, "v1"))),
            (json!({}), "IMPORT_COMPLETE", None),
            (publish(), "IMPORT_IN_PROGRESS", None),
            (publish(), "PUBLISH_IN_PROGRESS", None),
            (publish(), "AVAILABLE", None),
            (publish(), "FAILED", None),
        ];
        for (spec, status, expected) in rows {
            let found = next_of(spec, json!({ "status": status }), MarkSeen::Ours);
            assert_eq!(found, expected, "{status}");
        }
    }

    #[test]
    fn publishing_comes_before_describing() {
        let spec = json!({ "publish": {}, "versionDescription": "new" });
        let found = next_of(spec, json!({ "status": "IMPORT_COMPLETE" }), MarkSeen::Ours);
        assert_eq!(found, Some(change(PUBLISH, "v1")));
    }

    #[test]
    fn a_description_is_kept_as_the_spec_says_with_its_mark() {
        let new = || json!({ "versionDescription": "new" });
        let edited = |text: &str| json!({ "description": text });
        let rows = [
            ("new text", new(), json!({}), MarkSeen::Ours, Some(patch("new"))),
            (
                "mark edited away",
                json!({}),
                edited("by hand"),
                MarkSeen::Ours,
                Some(patch("by hand")),
            ),
            (
                "adopted, and not described",
                json!({}),
                edited("theirs"),
                MarkSeen::Unmarked,
                None,
            ),
            (
                "adopted, and described",
                new(),
                edited("theirs"),
                MarkSeen::Unmarked,
                Some(patch("new")),
            ),
            (
                "at work",
                new(),
                json!({ "status": "PUBLISH_IN_PROGRESS" }),
                MarkSeen::Ours,
                None,
            ),
            (
                "failed",
                new(),
                json!({ "status": "FAILED" }),
                MarkSeen::Ours,
                None,
            ),
        ];
        for (name, spec, first, mark, expected) in rows {
            assert_eq!(next_of(spec, first, mark), expected, "{name}");
        }
    }

    #[test]
    fn the_first_version_is_retired_once_another_has_taken_its_place() {
        let another = |status| foreign_version("v2", "2.0.0", status);
        let marker = |version: &str| json!({ "markers": [{ "name": "default", "versionId": version }] });
        let moving = json!({ "markers": [{ "name": "default", "versionId": "v2", "nextVersionId": "v1" }] });
        let remove = || json!({ "initialVersion": "Remove" });
        let retired = || Some(change(RETIRE, "v1"));
        let available = || another("AVAILABLE");
        let rows = [
            (
                "another is there",
                remove(),
                json!({}),
                json!({}),
                vec![available()],
                retired(),
            ),
            (
                "not asked",
                json!({}),
                json!({}),
                json!({}),
                vec![available()],
                None,
            ),
            ("it is alone", remove(), json!({}), json!({}), vec![], None),
            (
                "another is not ready",
                remove(),
                json!({}),
                json!({}),
                vec![another("IMPORT_COMPLETE")],
                None,
            ),
            (
                "another one is going",
                remove(),
                json!({}),
                json!({}),
                vec![available(), foreign_version("v3", "3.0.0", "DELETING")],
                None,
            ),
            (
                "a marker points elsewhere",
                remove(),
                marker("v2"),
                json!({}),
                vec![available()],
                retired(),
            ),
            (
                "a marker points at it",
                remove(),
                marker("v1"),
                json!({}),
                vec![available()],
                None,
            ),
            (
                "a marker moves to it",
                remove(),
                moving,
                json!({}),
                vec![available()],
                None,
            ),
            (
                "it says that it has one",
                remove(),
                json!({}),
                marker("v1"),
                vec![available()],
                None,
            ),
            (
                "the spec has a marker for it, which is not there yet",
                json!({ "initialVersion": "Remove", "markers": [{ "name": "default" }] }),
                json!({}),
                json!({ "status": "DISABLED" }),
                vec![available()],
                None,
            ),
            (
                "it is going",
                remove(),
                json!({}),
                json!({ "status": "DELETING" }),
                vec![available()],
                None,
            ),
        ];
        for (name, spec, image_more, first, others, expected) in rows {
            let versions = [vec![first_version(first)], others].concat();
            let seen = seen(image(image_more), versions, vec![]);
            assert_eq!(
                next(&wanted(spec), &seen, MarkSeen::Ours, &recorded(None)),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn a_first_version_that_is_not_ours_is_never_retired() {
        let versions = vec![
            foreign_version("v1", "1.0.0", "AVAILABLE"),
            foreign_version("v2", "2.0.0", "AVAILABLE"),
        ];
        let adopted = seen(image(json!({ "description": "theirs" })), versions, vec![]);
        let wanted = wanted(json!({ "initialVersion": "Remove" }));
        assert_eq!(next(&wanted, &adopted, MarkSeen::Unmarked, &recorded(None)), None);
    }

    #[test]
    fn an_image_without_a_first_version_needs_no_change() {
        let retired = seen(
            image(json!({})),
            vec![foreign_version("v2", "2.0.0", "AVAILABLE")],
            vec![],
        );
        let wanted = wanted(json!({ "publish": {}, "versionDescription": "new" }));
        assert_eq!(
            next(&wanted, &retired, MarkSeen::Ours, &recorded(Some("v1"))),
            None
        );
    }

    #[test]
    fn versions_that_are_not_ours_keep_an_image_from_being_deleted() {
        let with = |others: Vec<Version>| {
            let versions = [vec![first_version(json!({}))], others].concat();
            delete_blocker(
                &wanted(json!({})),
                &seen(image(json!({})), versions, vec![]),
                &recorded(None),
            )
        };
        assert_eq!(with(vec![]), None);
        let going = || foreign_version("v2", "2.0.0", "DELETING");
        assert_eq!(
            with(vec![going()]),
            Some(Blocker::Dependents(vec!["version 2.0.0".into()]))
        );
        assert_eq!(
            with(vec![going(), foreign_version("v3", "3.0.0", "AVAILABLE")]),
            Some(Blocker::Foreign(vec!["3.0.0".into()]))
        );
    }
}
