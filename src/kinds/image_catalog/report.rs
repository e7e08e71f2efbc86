//! Says where an image stands.

use super::{Seen, Wanted};
use crate::api::Reason;
use crate::api::names::RESOLVE;
use crate::kinds::Report;
use crate::lifecycle::{Management, RemoteId};
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::Version;

/// Nothing is to be done: the remote's own words decide.
pub fn at_rest(wanted: &Wanted, seen: &Seen, recorded: Option<&RemoteId>) -> Report {
    let initial = seen.initial_version(wanted, recorded);
    let words = words(seen, initial);
    if wanted.image.desired.management == Management::Observe {
        return Report::ready(Reason::Observed, format!("only observed; {words}"));
    }
    let image_phase = seen.image().status.phase();
    match initial.map_or(image_phase, |version| version.status.phase()) {
        Phase::Available | Phase::Degraded if image_phase == Phase::InTransition => {
            Report::reconciling(Reason::InTransition, format!("the remote is at work; {words}"))
        }
        Phase::Available => Report::ready(Reason::Available, format!("available; {words}")),
        Phase::Degraded => Report::ready(
            Reason::PartiallyAvailable,
            format!("some copies failed{}; {words}", errors(seen, initial)),
        ),
        Phase::WaitingForUser if wanted.publish.is_some() => {
            Report::reconciling(Reason::Publishing, format!("about to be published; {words}"))
        }
        Phase::WaitingForUser => Report::ready(
            Reason::ImportComplete,
            format!("imported; customise its VM, then add spec.publish to publish it; {words}"),
        ),
        Phase::InTransition => Report::reconciling(transition(initial), words),
        Phase::Deleting => Report::reconciling(
            Reason::Deleting,
            format!("being deleted, not by this resource; {words}"),
        ),
        Phase::Disabled => Report::stalled(
            Reason::Disabled,
            format!("enable it in the vendor's console; {words}"),
        ),
        Phase::Failed => failed(seen, initial, &words),
    }
}

fn words(seen: &Seen, initial: Option<&Version>) -> String {
    let stream = format!("streamStatus is {}", shown(seen.image().status.as_str()));
    match initial {
        Some(version) => format!("{stream}, versionStatus is {}", shown(version.status.as_str())),
        None => stream,
    }
}

fn shown(word: &str) -> &str {
    if word.is_empty() { "not told" } else { word }
}

fn transition(initial: Option<&Version>) -> Reason {
    match initial.map(|version| version.status.as_str()).unwrap_or_default() {
        "PENDING" => Reason::Creating,
        "IMPORT_IN_PROGRESS" => Reason::Importing,
        "PUBLISH_IN_PROGRESS" => Reason::Publishing,
        "REPLICATION_IN_PROGRESS" => Reason::Replicating,
        "VALIDATION_IN_PROGRESS" => Reason::Validating,
        _ => Reason::InTransition,
    }
}

fn failed(seen: &Seen, initial: Option<&Version>, words: &str) -> Report {
    let action = initial
        .and_then(|version| version.last_triggered_action.as_deref())
        .unwrap_or_default();
    let deletion = seen
        .entry
        .copies
        .iter()
        .any(|copy| copy.status.as_str() == "DELETION_FAILED");
    let errors = errors(seen, initial);
    match action {
        _ if deletion => Report::stalled(
            Reason::DeleteFailed,
            format!("the remote failed to delete it{errors}; {words}"),
        ),
        "PUBLISH" => Report::stalled(
            Reason::PublishFailed,
            format!("the remote failed to publish it{errors}; {words}"),
        ),
        _ => Report::stalled(
            Reason::ImportFailed,
            format!(
                "the remote failed to import it{errors}; correct the cause, then annotate the resource with \
                 {RESOLVE}=recreate to delete this image and make it again; {words}"
            ),
        ),
    }
}

/// What the copies say went wrong.
fn errors(seen: &Seen, initial: Option<&Version>) -> String {
    let copies = seen.entry.copies.iter();
    let errors: Vec<String> = copies
        .filter(|copy| initial.is_none_or(|version| copy.version_id.as_ref() == Some(&version.id)))
        .filter(|copy| copy.error_code.is_some() || copy.error_details.is_some())
        .map(|copy| {
            let code = copy.error_code.as_deref().unwrap_or("no code");
            let details = copy.error_details.as_deref().unwrap_or("no details");
            format!("{code}: {details}")
        })
        .collect();
    if errors.is_empty() {
        String::new()
    } else {
        format!(" ({})", errors.join("; "))
    }
}

#[cfg(test)]
mod tests;
