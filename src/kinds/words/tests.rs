use std::time::Duration;

use super::*;
use crate::api::record::PUBLISH;
use crate::api::{CustomImage, ImageCatalog};
use crate::kinds::image::change::PATCH;
use crate::kinds::image_catalog::changes::RETIRE;
use crate::kinds::{Managed, Standing};
use crate::lifecycle::{MarkSeen, NameSeen, Phase as Seeing, ProblemKind};

const WORDS: Words = ImageCatalog::WORDS;

fn change(name: &str) -> Operation {
    Operation::Change {
        name: name.into(),
        goal: "v1".into(),
    }
}

fn said(report: &Report) -> (Standing, Reason) {
    (report.standing, report.reason)
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
        assert_eq!(said(&WORDS.beginning(&operation)), expected);
        assert_eq!(said(&WORDS.aftermath(&operation, &Aftermath::Done)), expected);
        let accepted = Waiting::Accepted {
            operation: operation.clone(),
        };
        assert_eq!(said(&WORDS.waiting(&accepted)), expected);
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
        assert_eq!(said(&WORDS.waiting(&wait)), (standing, reason), "{wait:?}");
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
        let report = WORDS.stalled(&why);
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
        (change(PUBLISH), 400, Reason::RemoteRejected),
        (change("deleteMarker"), 409, Reason::InUse),
        (Operation::Delete, 400, Reason::RemoteRejected),
        (Operation::Delete, 409, Reason::InUse),
    ];
    for (operation, status, reason) in rows {
        let problem = problem(ProblemKind::Rejected, status);
        let at_once = WORDS.aftermath(&operation, &Aftermath::Refused(problem.clone()));
        let later = WORDS.stalled(&Stalled::Refused { operation, problem });
        assert_eq!(said(&at_once), (Standing::Stalled, reason));
        assert_eq!(at_once, later);
        assert!(later.message.contains("code E1, trace t-1"), "{}", later.message);
    }
}

#[test]
fn a_refusal_says_when_the_request_is_sent_again() {
    let refused = |words: Words, operation: Operation, code: &str, status: u16| {
        let problem = Problem {
            code: Some(code.into()),
            ..problem(ProblemKind::Rejected, status)
        };
        words.stalled(&Stalled::Refused { operation, problem }).message
    };
    let later = "sent again when the spec changes, when the annotation \
                 image-operator.dev/reconcile-requested-at gets a new value, and after an hour";
    let rows = [
        (refused(WORDS, Operation::Create, "E1", 400), later),
        (refused(WORDS, change(PUBLISH), "E1", 400), later),
        (
            refused(WORDS, change("deleteMarker"), "E1", 409),
            "sent again within a minute",
        ),
        (
            refused(WORDS, Operation::Delete, "E1", 409),
            "deleted within a minute",
        ),
        (
            refused(WORDS, Operation::Delete, "E1", 400),
            "sent again every minute",
        ),
        (
            refused(CustomImage::WORDS, Operation::Create, "8095", 200),
            "sent again every minute",
        ),
        (refused(CustomImage::WORDS, Operation::Create, "8104", 200), later),
    ];
    for (message, part) in rows {
        assert!(message.contains(part), "{message}");
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
            "within a minute",
        ),
        (
            change(PUBLISH),
            Aftermath::TryAgain(not_yet()),
            Reason::Retrying,
            "sent again within a minute",
        ),
        (
            Operation::Delete,
            Aftermath::TryAgain(problem(ProblemKind::Forbidden, 403)),
            Reason::Retrying,
            "did not get through",
        ),
        (
            Operation::Create,
            Aftermath::LookAgain(not_yet()),
            Reason::SettlingUnknownOutcome,
            "looking for its effect",
        ),
        (
            Operation::Create,
            Aftermath::ComeBack {
                after: Duration::from_secs(7),
                problem: not_yet(),
            },
            Reason::Throttled,
            "no",
        ),
    ];
    for (operation, what, reason, part) in rows {
        let report = WORDS.aftermath(&operation, &what);
        assert_eq!(said(&report), (Standing::Reconciling, reason), "{what:?}");
        for part in [part, "trace t-1"] {
            assert!(report.message.contains(part), "{}", report.message);
        }
    }
}

#[test]
fn what_was_not_sent_yet_says_what_it_waits_for() {
    let not_yet = || Aftermath::TryAgain(Problem::new(ProblemKind::NotYet, "another one goes first"));
    for (operation, reason) in [
        (Operation::Delete, Reason::WaitingToDelete),
        (change(PUBLISH), Reason::Retrying),
    ] {
        let report = WORDS.aftermath(&operation, &not_yet());
        assert_eq!(said(&report), (Standing::Reconciling, reason));
        assert!(
            report.message.ends_with("yet: another one goes first"),
            "{}",
            report.message
        );
    }
}
