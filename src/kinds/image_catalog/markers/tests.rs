use serde_json::{Value, json};

use super::*;
use crate::kinds::Standing;
use crate::kinds::image_catalog::examples::{first_version, foreign_version, image, recorded, seen, wanted};
use crate::lifecycle::Described;

/// An image with two versions, both available, and these markers.
fn there(markers: &Value) -> Seen {
    with_second(markers, "AVAILABLE")
}

fn with_second(markers: &Value, second: &str) -> Seen {
    let versions = vec![first_version(json!({})), foreign_version("v2", "2.0.0", second)];
    seen(image(json!({ "markers": markers })), versions, vec![])
}

fn asked(markers: &Value) -> Wanted {
    wanted(json!({ "markers": markers }))
}

fn at(version: &str) -> Value {
    json!([{ "id": "m1", "name": "default", "versionId": version, "status": "UPDATES_COMPLETED" }])
}

fn to_second() -> Value {
    json!([{ "name": "default", "versionName": "2.0.0" }])
}

fn moved(goal: &str) -> Operation {
    Operation::Change {
        name: MOVE.to_owned(),
        goal: goal.to_owned(),
    }
}

/// A status that remembers a move of `default` to the second version, from when it had last changed at `t1`.
fn told() -> ImageCatalogStatus {
    ImageCatalogStatus {
        managed_markers: vec![ManagedMarker {
            name: "default".into(),
            moved_to: Some("v2".into()),
            changed_before: Some("t1".into()),
            requested_at: None,
        }],
        ..recorded(Some("v1"))
    }
}

fn failed(status: &str, updated_at: &str) -> Value {
    json!([{
        "id": "m1", "name": "default", "versionId": "v1", "status": status, "updatedAt": updated_at,
        "errorCode": "MARKER_MOVEMENT_CALL_FAILED", "errorDetails": "no pool answers",
    }])
}

fn next_move(wanted: &Wanted, seen: &Seen, status: &ImageCatalogStatus) -> Option<Operation> {
    Markers { wanted, seen, status }.next_move()
}

fn current(wanted: &Wanted, seen: &Seen, status: &ImageCatalogStatus) -> (String, String, String) {
    let condition = Markers { wanted, seen, status }.condition().unwrap();
    (condition.status, condition.reason, condition.message)
}

#[test]
fn a_marker_is_made_or_moved_to_where_the_spec_says() {
    let status = recorded(Some("v1"));
    let first = || json!([{ "name": "default" }]);
    let by_id = json!([{ "name": "default", "versionId": "v2" }]);
    let rows = [
        ("it is not there", first(), json!([]), Some(moved("default=v1"))),
        ("it is where it should be", first(), at("v1"), None),
        (
            "it was moved by hand",
            first(),
            at("v2"),
            Some(moved("default=v1")),
        ),
        ("by name", to_second(), at("v1"), Some(moved("default=v2"))),
        ("by id", by_id, at("v1"), Some(moved("default=v2"))),
        ("nobody asks", json!([]), at("v1"), None),
    ];
    for (name, spec, markers, expected) in rows {
        assert_eq!(
            next_move(&asked(&spec), &there(&markers), &status),
            expected,
            "{name}"
        );
    }
}

#[test]
fn a_marker_waits_until_its_version_is_available() {
    for (second, expected) in [
        ("AVAILABLE", Some(moved("default=v2"))),
        ("PARTIALLY_AVAILABLE", None),
        ("IMPORT_COMPLETE", None),
        ("PUBLISH_IN_PROGRESS", None),
        ("A_NEW_WORD", None),
        ("DELETING", None),
    ] {
        let seen = with_second(&at("v1"), second);
        assert_eq!(
            next_move(&asked(&to_second()), &seen, &recorded(None)),
            expected,
            "{second}"
        );
    }
}

#[test]
fn a_marker_on_the_move_is_left_alone() {
    for (from, to) in [("v1", "v2"), ("v2", "v1")] {
        for status in [
            "IN_PROGRESS",
            "VALIDATION_COMPLETED",
            "UPDATES_INITIATED",
            "A_NEW_WORD",
        ] {
            let moving =
                json!([{ "name": "default", "versionId": from, "nextVersionId": to, "status": status }]);
            let (wanted, seen, memory) = (asked(&to_second()), there(&moving), recorded(None));
            assert_eq!(next_move(&wanted, &seen, &memory), None, "{status}");
            let report = Markers {
                wanted: &wanted,
                seen: &seen,
                status: &memory,
            }
            .hold_back()
            .unwrap();
            assert_eq!(
                (report.standing, report.reason),
                (Standing::Reconciling, Reason::MovingMarker)
            );
            assert_eq!(current(&wanted, &seen, &memory).1, "MovingMarker");
        }
    }
}

#[test]
fn one_marker_after_the_other_is_moved_in_the_order_of_the_spec() {
    let spec = json!([{ "name": "b", "versionName": "9.9.9" }, { "name": "c" }, { "name": "a" }]);
    let status = recorded(None);
    assert_eq!(
        next_move(&asked(&spec), &there(&json!([])), &status),
        Some(moved("c=v1"))
    );
    let c = json!([{ "name": "c", "versionId": "v1", "status": "UPDATES_COMPLETED" }]);
    assert_eq!(next_move(&asked(&spec), &there(&c), &status), Some(moved("a=v1")));
}

#[test]
fn a_move_that_failed_is_not_repeated_until_somebody_asks() {
    let asked_since = || {
        let mut status = told();
        status.managed.last_handled_reconcile_at = Some("now".into());
        status
    };
    let again = || Some(moved("default=v2"));
    let rows = [
        ("ours", "UPDATES_FAILED", "t2", told(), None),
        ("ours, in the validation", "VALIDATION_FAILED", "t2", told(), None),
        ("an earlier one", "UPDATES_FAILED", "t1", told(), again()),
        ("somebody else's", "UPDATES_FAILED", "t2", recorded(None), again()),
        (
            "somebody asked since",
            "UPDATES_FAILED",
            "t2",
            asked_since(),
            again(),
        ),
    ];
    for (name, word, updated_at, status, expected) in rows {
        let found = next_move(&asked(&to_second()), &there(&failed(word, updated_at)), &status);
        assert_eq!(found, expected, "{name}");
    }
    let back = asked(&json!([{ "name": "default" }]));
    assert_eq!(
        next_move(&back, &there(&failed("UPDATES_FAILED", "t2")), &told()),
        None,
        "it is there"
    );
}

#[test]
fn a_failed_move_stalls_with_the_remotes_words() {
    let (wanted, seen, status) = (
        asked(&to_second()),
        there(&failed("UPDATES_FAILED", "t2")),
        told(),
    );
    let report = Markers {
        wanted: &wanted,
        seen: &seen,
        status: &status,
    }
    .hold_back()
    .unwrap();
    assert_eq!(
        (report.standing, report.reason),
        (Standing::Stalled, Reason::MarkerMoveFailed)
    );
    for word in [
        "default",
        "UPDATES_FAILED",
        "no pool answers",
        "reconcile-requested-at",
    ] {
        assert!(report.message.contains(word), "{}", report.message);
    }
}

#[test]
fn a_move_in_part_is_told_and_neither_repeated_nor_a_stall() {
    for (at, status) in [("v2", recorded(None)), ("v1", told())] {
        let in_part = json!([{
            "name": "default", "versionId": at, "status": "UPDATES_PARTIALLY_COMPLETED", "updatedAt": "t2",
            "errorDetails": "one pool is busy",
        }]);
        let (wanted, seen) = (asked(&to_second()), there(&in_part));
        assert_eq!(next_move(&wanted, &seen, &status), None);
        assert_eq!(
            Markers {
                wanted: &wanted,
                seen: &seen,
                status: &status
            }
            .hold_back(),
            None
        );
        let (is_current, reason, message) = current(&wanted, &seen, &status);
        assert_eq!(
            (is_current.as_str(), reason.as_str()),
            ("False", "MarkerMovedInPart")
        );
        assert!(message.contains("one pool is busy"), "{message}");
    }
}

#[test]
fn a_version_that_is_not_there_or_not_ready_holds_nothing_back() {
    let by_reference = json!([{ "name": "default", "versionRef": { "name": "november" } }]);
    let by_id = json!([{ "name": "default", "versionId": "other" }]);
    let by_name = json!([{ "name": "default", "versionName": "3.0.0" }]);
    let rows = [
        (
            by_reference,
            "AVAILABLE",
            "MarkerTargetAbsent",
            "no ImageVersion november",
        ),
        (
            by_id,
            "AVAILABLE",
            "MarkerTargetAbsent",
            "no version with the id other",
        ),
        (by_name, "AVAILABLE", "MarkerTargetAbsent", "no version 3.0.0"),
        (
            to_second(),
            "PUBLISH_IN_PROGRESS",
            "MarkerTargetNotAvailable",
            "2.0.0 is PUBLISH_IN_PROGRESS",
        ),
    ];
    for (spec, second, expected, words) in rows {
        let (wanted, seen, status) = (asked(&spec), with_second(&at("v1"), second), recorded(None));
        assert_eq!(
            Markers {
                wanted: &wanted,
                seen: &seen,
                status: &status
            }
            .hold_back(),
            None,
            "{words}"
        );
        let (is_current, reason, message) = current(&wanted, &seen, &status);
        assert_eq!((is_current.as_str(), reason.as_str()), ("False", expected));
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn all_in_place_is_said_and_an_image_without_markers_says_nothing() {
    let (wanted, seen, status) = (asked(&to_second()), there(&at("v2")), recorded(None));
    let said = current(&wanted, &seen, &status);
    assert_eq!((said.0.as_str(), said.1.as_str()), ("True", "MarkersInPlace"));
    let none = asked(&json!([]));
    assert_eq!(
        Markers {
            wanted: &none,
            seen: &seen,
            status: &status
        }
        .condition(),
        None
    );
}

#[test]
fn only_a_marker_of_ours_that_rests_is_deleted() {
    let ours = || ImageCatalogStatus {
        managed_markers: vec![ManagedMarker {
            name: "default".into(),
            ..ManagedMarker::default()
        }],
        ..recorded(None)
    };
    let moving = json!([{ "id": "m1", "name": "default", "versionId": "v1", "nextVersionId": "v2", "status": "IN_PROGRESS" }]);
    let deleted = || {
        Some(Operation::Change {
            name: DELETE.to_owned(),
            goal: "m1".into(),
        })
    };
    let rows = [
        ("ours and not asked for", json!([]), at("v1"), ours(), deleted()),
        ("ours and asked for", to_second(), at("v1"), ours(), None),
        ("not ours", json!([]), at("v1"), recorded(None), None),
        ("on the move", json!([]), moving, ours(), None),
        ("gone", json!([]), json!([]), ours(), None),
    ];
    for (name, spec, markers, status, expected) in rows {
        let (wanted, seen) = (asked(&spec), there(&markers));
        let found = Markers {
            wanted: &wanted,
            seen: &seen,
            status: &status,
        }
        .next_deletion();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_marker_in_the_spec_is_ours_from_when_it_is_seen_until_it_is_gone() {
    let mut status = recorded(None);
    let names = |status: &ImageCatalogStatus| -> Vec<String> {
        status
            .managed_markers
            .iter()
            .map(|managed| managed.name.clone())
            .collect()
    };
    take_over(&mut status, &asked(&to_second()), &there(&json!([])));
    assert!(names(&status).is_empty());
    take_over(&mut status, &asked(&to_second()), &there(&at("v1")));
    take_over(&mut status, &asked(&json!([])), &there(&at("v1")));
    assert_eq!(names(&status), ["default"], "it is still there");
    take_over(&mut status, &asked(&json!([])), &there(&json!([])));
    assert!(names(&status).is_empty(), "it is gone");

    let observed = wanted(json!({ "markers": to_second(), "managementPolicy": "Observe" }));
    take_over(&mut status, &observed, &there(&at("v1")));
    assert!(names(&status).is_empty(), "it is only observed");
}

#[test]
fn what_is_about_to_be_sent_is_remembered_first() {
    let spec = json!([{ "name": "default", "versionName": "2.0.0" }, { "name": "stable" }]);
    let mut status = recorded(None);
    remember(&mut status, &asked(&spec), None, &Operation::Create);
    assert_eq!(status.managed_markers.len(), 1, "only what the create sends");
    assert_eq!(status.managed_markers[0].name, "stable");

    status.managed.last_handled_reconcile_at = Some("now".into());
    let seen = there(&failed("UPDATES_FAILED", "t1"));
    let operation = moved("default=v2");
    remember(&mut status, &asked(&spec), Some(&seen), &operation);
    let expected = ManagedMarker {
        requested_at: Some("now".into()),
        ..told().managed_markers[0].clone()
    };
    assert_eq!(status.managed_markers[1], expected);
}

#[test]
fn a_name_may_hold_what_divides_a_goal() {
    let version: RemoteId = "65f0".parse().unwrap();
    assert_eq!(read_goal(&goal_of("a=b", &version)), Some(("a=b", version)));
    assert_eq!(read_goal("nothing"), None);
}

#[test]
fn an_entry_without_a_target_follows_the_first_version_of_an_adopted_image_too() {
    let versions = vec![
        foreign_version("v5", "5.0.0", "AVAILABLE"),
        foreign_version("v6", "6.0.0", "AVAILABLE"),
    ];
    let adopted = seen(image(json!({ "description": "theirs" })), versions, vec![]);
    let wanted = asked(&json!([{ "name": "default" }]));
    assert_eq!(Described::parse("theirs").mark, None);
    assert_eq!(
        next_move(&wanted, &adopted, &recorded(None)),
        Some(moved("default=v5"))
    );
}
