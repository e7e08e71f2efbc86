use tokio::time::Instant;

use super::*;
use crate::remote::imagemgmt::model::ListAnswer;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn quiet() -> Account {
    Account {
        breaker: BreakerState::Closed,
        throttled: Throttled::No,
        trust: Trust::Trusted,
    }
}

/// The types and reasons of the conditions beside Ready.
fn further(account: Option<&Account>, users: &[String]) -> Vec<(String, String)> {
    further_conditions(account, users, &[], 3, at(100))
        .into_iter()
        .map(|condition| {
            assert_eq!(
                (condition.status.as_str(), condition.observed_generation),
                ("True", Some(3))
            );
            (condition.type_, condition.reason)
        })
        .collect()
}

#[test]
fn an_account_that_answers_is_ready_also_when_it_is_empty() {
    for answer in [ListAnswer::Items, ListAnswer::NotFound] {
        let report = checked(&Checked::Good {
            organisation: None,
            answer,
        });
        assert_eq!(
            (report.standing, report.reason),
            (Standing::Ready, Reason::Connected)
        );
    }
}

#[test]
fn the_wrong_organisation_is_named_beside_the_right_one() {
    let report = checked(&Checked::OrganisationMismatch {
        expected: "o-1".parse().unwrap(),
        found: "o-2".into(),
    });
    assert_eq!(
        (report.standing, report.reason),
        (Standing::Stalled, Reason::OrganisationMismatch)
    );
    assert!(
        report.message.contains("o-1") && report.message.contains("o-2"),
        "{}",
        report.message
    );
}

#[test]
fn only_what_a_person_must_correct_is_stalled() {
    use Standing::{Reconciling, Stalled};
    let rows = [
        (ProblemKind::Unauthorized, Stalled, Reason::InvalidCredentials),
        (ProblemKind::Forbidden, Stalled, Reason::AccessDenied),
        (ProblemKind::NotAllowed, Stalled, Reason::HostNotAllowed),
        (ProblemKind::Tls, Stalled, Reason::TlsFailed),
        (ProblemKind::TooManyRequests, Reconciling, Reason::Throttled),
        (ProblemKind::BreakerOpen, Reconciling, Reason::CircuitOpen),
        (ProblemKind::Unreachable, Reconciling, Reason::Unreachable),
        (ProblemKind::Timeout, Reconciling, Reason::Unreachable),
        (ProblemKind::Malformed, Reconciling, Reason::InvalidResponse),
        (ProblemKind::TooLarge, Reconciling, Reason::InvalidResponse),
        (ProblemKind::ServerError, Reconciling, Reason::Retrying),
        (ProblemKind::NotFound, Reconciling, Reason::Retrying),
    ];
    for (kind, standing, reason) in rows {
        let report = problem(&Problem::new(kind, "no"));
        assert_eq!((report.standing, report.reason), (standing, reason), "{kind:?}");
        assert_eq!(report.message, "no");
    }
}

#[test]
fn further_conditions_are_there_only_while_they_hold() {
    let pair = |kind: &str, reason: &str| (kind.to_owned(), reason.to_owned());
    assert_eq!(further(None, &[]), []);
    assert_eq!(further(Some(&quiet()), &[]), []);
    let troubled = Account {
        breaker: BreakerState::Open,
        throttled: Throttled::Yes,
        trust: Trust::Suspect {
            since: Instant::now(),
            vanished: 6,
            known: 9,
        },
    };
    let expected = [
        pair("Throttled", "Throttled"),
        pair("CircuitOpen", "CircuitOpen"),
        pair("InventorySuspect", "InventorySuspect"),
        pair("InUse", "DependentsExist"),
    ];
    assert_eq!(
        further(Some(&troubled), &["ImageCatalog/win11".to_owned()]),
        expected
    );
}

#[test]
fn a_connection_in_use_names_the_first_users_and_counts_the_rest() {
    let users: Vec<String> = (1..=12).map(|number| format!("ImageCatalog/c{number}")).collect();
    let message = |users: &[String]| {
        further_conditions(None, users, &[], 3, at(100))[0]
            .message
            .clone()
    };
    let long = message(&users);
    assert!(
        long.contains("ImageCatalog/c10") && long.ends_with("and 2 more") && !long.contains("c11"),
        "{long}"
    );
    assert_eq!(
        message(&users[..2]),
        "deletion waits for ImageCatalog/c1, ImageCatalog/c2"
    );
}

#[test]
fn a_condition_that_still_holds_keeps_its_date() {
    let users = ["ImageCatalog/win11".to_owned()];
    let first = further_conditions(None, &users, &[], 3, at(100));
    let second = further_conditions(None, &users, &first, 4, at(200));
    assert_eq!(second[0].last_transition_time, first[0].last_transition_time);
    assert_eq!(second[0].observed_generation, Some(4));
}
