use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::kinds::Standing;
use crate::kinds::image_catalog::changes::{PATCH, RETIRE};
use crate::kinds::image_catalog::examples::{copy, first_version, foreign_version, image, seen, wanted};
use crate::lifecycle::{MarkSeen, NameSeen, Phase as Seeing, ProblemKind};

fn change(name: &str) -> Operation {
    Operation::Change {
        name: name.into(),
        goal: "v1".into(),
    }
}

fn said(report: &Report) -> (Standing, Reason) {
    (report.standing, report.reason)
}

/// What is said of an image at rest whose first version has this status.
fn resting(spec: Value, version_status: &str, stream_status: &str, action: &str) -> Report {
    let version = first_version(json!({ "status": version_status, "lastTriggeredAction": action }));
    let seen = seen(image(json!({ "status": stream_status })), vec![version], vec![]);
    at_rest(&wanted(spec), &seen, None)
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
    let report = at_rest(&wanted(json!({})), &seen, None);
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
        None,
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
        None,
    );
    assert_eq!(said(&report), (Standing::Stalled, Reason::DeleteFailed));
}

#[test]
fn every_request_has_its_reason_while_it_is_under_way() {
    let rows = [
        (Operation::Create, Reason::Creating),
        (Operation::Delete, Reason::Deleting),
        (change(PUBLISH), Reason::Publishing),
        (change(RETIRE), Reason::RetiringInitialVersion),
        (change(PATCH), Reason::Patching),
    ];
    for (operation, reason) in rows {
        let expected = (Standing::Reconciling, reason);
        assert_eq!(said(&beginning(&operation)), expected);
        assert_eq!(said(&aftermath(&operation, &Aftermath::Done)), expected);
        let accepted = Waiting::Accepted {
            operation: operation.clone(),
        };
        assert_eq!(said(&waiting(&accepted)), expected);
    }
}

#[test]
fn waiting_is_never_stalled() {
    let settling = Waiting::Settling {
        operation: Operation::Create,
        remaining: Duration::from_secs(1),
    };
    let rows = [
        (settling, Standing::Reconciling, Reason::SettlingUnknownOutcome),
        (
            Waiting::BeingDeleted("i1".parse().unwrap()),
            Standing::Reconciling,
            Reason::Deleting,
        ),
        (
            Waiting::Dependents(vec!["win11-2".into()]),
            Standing::Reconciling,
            Reason::DependentsExist,
        ),
        (
            Waiting::InventorySuspect,
            Standing::Reconciling,
            Reason::InventorySuspect,
        ),
        (
            Waiting::DefinitionGoing,
            Standing::Paused,
            Reason::DefinitionTerminating,
        ),
    ];
    for (wait, standing, reason) in rows {
        assert_eq!(said(&waiting(&wait)), (standing, reason), "{wait:?}");
    }
}

#[test]
fn what_will_not_change_by_itself_is_stalled_and_says_what_to_do() {
    let other = || Sighting {
        id: "i9".parse().unwrap(),
        name: "gold".into(),
        mark: MarkSeen::Other,
        named: NameSeen::Same,
        mismatch: Some("osType is \"LINUX\" there".into()),
        claimed_by: Some("ImageCatalog team/old".into()),
        phase: Seeing::Settled,
    };
    let i9 = || "i9".parse().unwrap();
    let rows = [
        (
            Stalled::NameTaken(other()),
            Reason::NameTaken,
            "adoptionPolicy: IfNameMatches",
        ),
        (
            Stalled::OwnedByOther(other()),
            Reason::OwnedByOther,
            "ImageCatalog team/old",
        ),
        (
            Stalled::OwnedByAnotherInstall(other()),
            Reason::OwnedByAnotherInstall,
            "resolve=i9",
        ),
        (
            Stalled::Ambiguous(vec![other(), other()]),
            Reason::AmbiguousCreate,
            "2 images",
        ),
        (
            Stalled::Mismatch(other()),
            Reason::AdoptionMismatch,
            "osType is \"LINUX\" there",
        ),
        (Stalled::Missing(i9()), Reason::RemoteMissing, "resolve=create"),
        (Stalled::NoSuchObject(i9()), Reason::RemoteMissing, "check the id"),
        (
            Stalled::NothingToObserve,
            Reason::NothingToObserve,
            "spec.streamId",
        ),
        (
            Stalled::OtherAccount(i9()),
            Reason::AccountChanged,
            "restore the connection",
        ),
        (
            Stalled::Foreign(vec!["2.0.0".into()]),
            Reason::ForeignVersions,
            "2.0.0",
        ),
        (
            Stalled::GivenUp {
                operation: change(PUBLISH),
                tries: 5,
            },
            Reason::GivenUp,
            "reconcile-requested-at",
        ),
    ];
    for (why, reason, part) in rows {
        let report = stalled(&why);
        assert_eq!(said(&report), (Standing::Stalled, reason));
        assert!(report.message.contains(part), "{}", report.message);
    }
}

fn problem(kind: ProblemKind, http_status: u16) -> Problem {
    Problem {
        http_status: Some(http_status),
        code: Some("E1".into()),
        trace_id: Some("t-1".into()),
        ..Problem::new(kind, "no")
    }
}

#[test]
fn a_refusal_carries_the_remotes_words_and_a_deletion_in_use_its_own_reason() {
    let rows = [
        (Operation::Create, 400, Reason::RemoteRejected),
        (Operation::Create, 409, Reason::RemoteRejected),
        (change(PUBLISH), 409, Reason::RemoteRejected),
        (Operation::Delete, 400, Reason::RemoteRejected),
        (Operation::Delete, 409, Reason::InUse),
    ];
    for (operation, status, reason) in rows {
        let problem = problem(ProblemKind::Rejected, status);
        let at_once = aftermath(&operation, &Aftermath::Refused(problem.clone()));
        let later = stalled(&Stalled::Refused { operation, problem });
        assert_eq!(said(&at_once), (Standing::Stalled, reason));
        assert_eq!(at_once, later);
        assert!(later.message.contains("code E1, trace t-1"), "{}", later.message);
    }
}

#[test]
fn what_is_tried_again_says_why() {
    let not_yet = || problem(ProblemKind::Unprocessable, 422);
    let rows = [
        (
            Operation::Delete,
            Aftermath::TryAgain(not_yet()),
            Reason::WaitingToDelete,
        ),
        (change(PUBLISH), Aftermath::TryAgain(not_yet()), Reason::Retrying),
        (
            Operation::Delete,
            Aftermath::TryAgain(problem(ProblemKind::Forbidden, 403)),
            Reason::Retrying,
        ),
        (
            Operation::Create,
            Aftermath::LookAgain(not_yet()),
            Reason::SettlingUnknownOutcome,
        ),
        (
            Operation::Create,
            Aftermath::ComeBack {
                after: Duration::from_secs(7),
                problem: not_yet(),
            },
            Reason::Throttled,
        ),
    ];
    for (operation, what, reason) in rows {
        let report = aftermath(&operation, &what);
        assert_eq!(said(&report), (Standing::Reconciling, reason), "{what:?}");
        assert!(report.message.contains("trace t-1"), "{}", report.message);
    }
}
