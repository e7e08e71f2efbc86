//! `CloudConnection`: says where a connection stands.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::conditions::{condition, dated};
use super::{Report, Standing};
use crate::api::{ConditionType, Reason};
use crate::connections::Checked;
use crate::inventory::Trust;
use crate::lifecycle::{Problem, ProblemKind};
use crate::remote::http::BreakerState;

/// How many names a message lists.
const MOST_NAMES: usize = 10;

/// The state of an account beside the question whether it is ready.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The circuit breaker.
    pub breaker: BreakerState,
    /// Whether the remote asked to come back later.
    pub throttled: Throttled,
    /// Whether the inventory looks as it should.
    pub trust: Trust,
}

/// Whether the remote asked to come back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttled {
    /// It did not.
    No,
    /// It did.
    Yes,
}

/// What a check found.
pub fn checked(found: &Checked) -> Report {
    match found {
        Checked::Good { .. } => Report::ready(Reason::Connected, "the account answers"),
        Checked::OrganisationMismatch { expected, found } => Report::stalled(
            Reason::OrganisationMismatch,
            format!(
                "the credentials belong to {found}, but this connection is to {expected}: correct one of them; nothing is done \
                 with the wrong account"
            ),
        ),
    }
}

/// Why the account can't be used.
pub fn problem(problem: &Problem) -> Report {
    let (standing, reason) = match problem.kind {
        ProblemKind::Unauthorized => (Standing::Stalled, Reason::InvalidCredentials),
        ProblemKind::Forbidden => (Standing::Stalled, Reason::AccessDenied),
        ProblemKind::NoSuchProject => (Standing::Stalled, Reason::ProjectNotFound),
        ProblemKind::NotAllowed => (Standing::Stalled, Reason::HostNotAllowed),
        ProblemKind::Tls => (Standing::Stalled, Reason::TlsFailed),
        ProblemKind::TooManyRequests => (Standing::Reconciling, Reason::Throttled),
        ProblemKind::BreakerOpen => (Standing::Reconciling, Reason::CircuitOpen),
        ProblemKind::Unreachable | ProblemKind::Timeout => (Standing::Reconciling, Reason::Unreachable),
        ProblemKind::Malformed | ProblemKind::TooLarge => (Standing::Reconciling, Reason::InvalidResponse),
        ProblemKind::NotFound
        | ProblemKind::Conflict
        | ProblemKind::PreconditionFailed
        | ProblemKind::Unprocessable
        | ProblemKind::FailedDependency
        | ProblemKind::Rejected
        | ProblemKind::ServerError
        | ProblemKind::NotLeading
        | ProblemKind::NotYet => (Standing::Reconciling, Reason::Retrying),
    };
    Report {
        standing,
        reason,
        message: problem.to_string(),
    }
}

/// The conditions beside Ready, each there only while it holds.
pub fn further_conditions(
    account: Option<&Account>,
    users: &[String],
    before: &[Condition],
    generation: i64,
    now: Timestamp,
) -> Vec<Condition> {
    let mut conditions = Vec::new();
    if let Some(account) = account {
        if account.throttled == Throttled::Yes {
            let message = "the remote asked to send nothing for a while";
            conditions.push(condition(
                ConditionType::Throttled,
                "True",
                Reason::Throttled,
                message,
            ));
        }
        if account.breaker != BreakerState::Closed {
            let message = "the remote failed several times in a row; requests are held back for a while";
            conditions.push(condition(
                ConditionType::CircuitOpen,
                "True",
                Reason::CircuitOpen,
                message,
            ));
        }
        if let Trust::Suspect { vanished, known, .. } = account.trust {
            let message = format!(
                "{vanished} of {known} images vanished at once; nothing is created or deleted until that has held for \
                 the settling window"
            );
            conditions.push(condition(
                ConditionType::InventorySuspect,
                "True",
                Reason::InventorySuspect,
                &message,
            ));
        }
    }
    if !users.is_empty() {
        let message = format!("deletion waits for {}", listed(users));
        conditions.push(condition(
            ConditionType::InUse,
            "True",
            Reason::DependentsExist,
            &message,
        ));
    }
    conditions
        .into_iter()
        .map(|condition| dated(condition, before, generation, now))
        .collect()
}

/// The first names, and how many more there are.
fn listed(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_NAMES).map(String::as_str).collect();
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
