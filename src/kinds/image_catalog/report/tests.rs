use serde_json::{Value, json};

use super::*;
use crate::kinds::Standing;
use crate::kinds::image_catalog::examples::{
    copy, first_version, foreign_version, image, recorded, seen, wanted,
};

fn said(report: &Report) -> (Standing, Reason) {
    (report.standing, report.reason)
}

/// What is said of an image at rest whose first version has this status.
fn resting(spec: Value, version_status: &str, stream_status: &str, action: &str) -> Report {
    let version = first_version(json!({ "status": version_status, "lastTriggeredAction": action }));
    let seen = seen(image(json!({ "status": stream_status })), vec![version], vec![]);
    at_rest(&wanted(spec), &seen, &recorded(None))
}

#[test]
fn the_status_of_the_first_version_decides() {
    use Standing::{Ready, Reconciling, Stalled};
    let rows = [
        ("AVAILABLE", "AVAILABLE", "", Ready, Reason::Available),
        ("AVAILABLE", "IN_PROGRESS", "", Reconciling, Reason::InTransition),
        (
            "PARTIALLY_AVAILABLE",
            "AVAILABLE",
            "",
            Ready,
            Reason::PartiallyAvailable,
        ),
        (
            "IMPORT_COMPLETE",
            "IMPORT_COMPLETE",
            "",
            Ready,
            Reason::ImportComplete,
        ),
        ("PENDING", "PENDING", "", Reconciling, Reason::Creating),
        (
            "IMPORT_IN_PROGRESS",
            "IN_PROGRESS",
            "",
            Reconciling,
            Reason::Importing,
        ),
        (
            "PUBLISH_IN_PROGRESS",
            "IN_PROGRESS",
            "",
            Reconciling,
            Reason::Publishing,
        ),
        (
            "REPLICATION_IN_PROGRESS",
            "IN_PROGRESS",
            "",
            Reconciling,
            Reason::Replicating,
        ),
        (
            "VALIDATION_IN_PROGRESS",
            "IN_PROGRESS",
            "",
            Reconciling,
            Reason::Validating,
        ),
        ("A_NEW_WORD", "AVAILABLE", "", Reconciling, Reason::InTransition),
        ("DELETING", "AVAILABLE", "", Reconciling, Reason::Deleting),
        ("DISABLED", "DISABLED", "", Stalled, Reason::Disabled),
        ("FAILED", "FAILED", "IMPORT", Stalled, Reason::ImportFailed),
        ("FAILED", "FAILED", "PUBLISH", Stalled, Reason::PublishFailed),
    ];
    for (version, stream, action, standing, reason) in rows {
        let report = resting(json!({}), version, stream, action);
        assert_eq!(said(&report), (standing, reason), "{version} {stream} {action}");
        let words = format!("streamStatus is {stream}, versionStatus is {version}");
        assert!(report.message.contains(&words), "{}", report.message);
    }
}

#[test]
fn an_imported_version_that_is_to_be_published_is_not_ready_yet() {
    let report = resting(json!({ "publish": {} }), "IMPORT_COMPLETE", "IMPORT_COMPLETE", "");
    assert_eq!(said(&report), (Standing::Reconciling, Reason::Publishing));
}

#[test]
fn an_image_without_a_first_version_speaks_for_itself() {
    let seen = seen(
        image(json!({})),
        vec![foreign_version("v2", "2.0.0", "FAILED")],
        vec![],
    );
    let report = at_rest(&wanted(json!({})), &seen, &recorded(None));
    assert_eq!(said(&report), (Standing::Ready, Reason::Available));
}

#[test]
fn what_is_only_observed_is_ready_whatever_its_status() {
    let report = resting(
        json!({ "managementPolicy": "Observe" }),
        "FAILED",
        "FAILED",
        "IMPORT",
    );
    assert_eq!(said(&report), (Standing::Ready, Reason::Observed));
}

#[test]
fn a_failure_carries_the_words_of_its_own_copies_and_the_way_out() {
    let copies = vec![
        copy(
            json!({ "id": "c1", "versionId": "v1", "status": "IMPORT_FAILED", "errorCode": "E1", "errorDetails": "no disk" }),
        ),
        copy(json!({ "id": "c2", "versionId": "v2", "status": "IMPORT_FAILED", "errorCode": "E2" })),
    ];
    let version = first_version(json!({ "status": "FAILED", "lastTriggeredAction": "IMPORT" }));
    let report = at_rest(
        &wanted(json!({})),
        &seen(image(json!({})), vec![version], copies),
        &recorded(None),
    );
    assert!(report.message.contains("(E1: no disk)"), "{}", report.message);
    assert!(!report.message.contains("E2"), "{}", report.message);
    assert!(
        report.message.contains("image-operator.dev/resolve=recreate"),
        "{}",
        report.message
    );
}

#[test]
fn a_failed_deletion_is_not_called_a_failed_import() {
    let copies = vec![copy(
        json!({ "id": "c1", "versionId": "v1", "status": "DELETION_FAILED" }),
    )];
    let version = first_version(json!({ "status": "FAILED", "lastTriggeredAction": "IMPORT" }));
    let report = at_rest(
        &wanted(json!({})),
        &seen(image(json!({})), vec![version], copies),
        &recorded(None),
    );
    assert_eq!(said(&report), (Standing::Stalled, Reason::DeleteFailed));
}
