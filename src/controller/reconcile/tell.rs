//! The event that a change of status is worth.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use crate::controller::events::{Event, Severity};
use crate::kinds::{Report, Standing, conditions};

/// An event where the reason of Ready has changed.
pub(super) fn event(before: &[Condition], report: &Report) -> Option<Event> {
    let old = conditions::ready(before);
    if old.is_some_and(|old| old.reason == report.reason.as_str()) {
        return None;
    }
    Some(Event {
        severity: if report.standing == Standing::Stalled {
            Severity::Warning
        } else {
            Severity::Normal
        },
        reason: report.reason,
        action: "Reconcile",
        note: report.message.clone(),
    })
}
