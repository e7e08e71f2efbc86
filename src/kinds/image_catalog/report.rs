//! Says where an image stands.

use super::{Seen, Wanted};
use crate::api::Reason;
use crate::api::names::{RECONCILE_REQUESTED_AT, RESOLVE};
use crate::api::record::PUBLISH;
use crate::kinds::Report;
use crate::lifecycle::{Aftermath, Management, Operation, Problem, RemoteId, Sighting, Stalled, Waiting};
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::Version;

/// Nothing is to be done: the remote's own words decide.
pub fn at_rest(wanted: &Wanted, seen: &Seen, recorded: Option<&RemoteId>) -> Report {
    let initial = seen.initial_version(wanted, recorded);
    let words = words(seen, initial);
    if wanted.desired.management == Management::Observe {
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

/// A request is about to be sent.
pub fn beginning(operation: &Operation) -> Report {
    Report::reconciling(
        under_way(operation),
        format!("sending the request to {}", verb(operation)),
    )
}

/// Something is waited for.
pub fn waiting(waiting: &Waiting) -> Report {
    match waiting {
        Waiting::Settling { operation, .. } => Report::reconciling(
            Reason::SettlingUnknownOutcome,
            format!(
                "a request to {} may have been sent and its outcome is not known; looking for its effect until the \
                 settling window has passed, then it is tried again",
                verb(operation)
            ),
        ),
        Waiting::Accepted { operation } => Report::reconciling(
            under_way(operation),
            format!("the remote accepted the request to {}", verb(operation)),
        ),
        Waiting::BeingDeleted(id) => {
            Report::reconciling(Reason::Deleting, format!("image {id} is being deleted"))
        }
        Waiting::Dependents(names) => Report::reconciling(
            Reason::DependentsExist,
            format!("waiting until these are gone: {}", names.join(", ")),
        ),
        Waiting::InventorySuspect => Report::reconciling(
            Reason::InventorySuspect,
            "many images vanished from the account at once; nothing is created or deleted until that has held for the \
             settling window",
        ),
        Waiting::DefinitionGoing => Report::paused(
            Reason::DefinitionTerminating,
            "the custom resource definition is being removed; the image is not deleted because of that",
        ),
    }
}

/// It will not change by itself.
pub fn stalled(stalled: &Stalled) -> Report {
    match stalled {
        Stalled::Refused { operation, problem } => refused(operation, problem),
        Stalled::NameTaken(other) => Report::stalled(
            Reason::NameTaken,
            format!(
                "{} has this name and is not this resource's: choose another spec.streamName, or set spec.streamId or \
                 adoptionPolicy: IfNameMatches to adopt it",
                the(other)
            ),
        ),
        Stalled::OwnedByOther(other) => owned_by_other(other),
        Stalled::OwnedByAnotherInstall(other) => Report::stalled(
            Reason::OwnedByAnotherInstall,
            format!(
                "{} was made for this resource by another operator install (another cluster id): to adopt it annotate \
                 the resource with {RESOLVE}={}, or run the operator with the old --cluster-id",
                the(other),
                other.id
            ),
        ),
        Stalled::Ambiguous(candidates) => Report::stalled(
            Reason::AmbiguousCreate,
            format!(
                "{} images could be this resource's: {}; annotate the resource with {RESOLVE}=<id> to choose one",
                candidates.len(),
                candidates.iter().map(the).collect::<Vec<_>>().join(", ")
            ),
        ),
        Stalled::Mismatch(other) => Report::stalled(
            Reason::AdoptionMismatch,
            format!(
                "{} does not fit: {}",
                the(other),
                other.mismatch.as_deref().unwrap_or("it differs")
            ),
        ),
        Stalled::Missing(id) => Report::stalled(
            Reason::RemoteMissing,
            format!(
                "image {id} is gone; set recreatePolicy: WhenGone, or annotate the resource with {RESOLVE}=create, to \
                 make it again"
            ),
        ),
        Stalled::NoSuchObject(id) => Report::stalled(
            Reason::RemoteMissing,
            format!("there is no image {id} in this account: check the id"),
        ),
        Stalled::NothingToObserve => Report::stalled(
            Reason::NothingToObserve,
            "there is no image to observe: name one with spec.streamId, or set adoptionPolicy: IfNameMatches",
        ),
        Stalled::OtherAccount(id) => Report::stalled(
            Reason::AccountChanged,
            format!(
                "image {id} was recorded in another account than the CloudConnection has now: restore the connection"
            ),
        ),
        Stalled::Foreign(versions) => Report::stalled(
            Reason::ForeignVersions,
            format!(
                "the image has versions that this resource did not make: {}; delete them first, or set \
                 deletionPolicy: Retain",
                versions.join(", ")
            ),
        ),
        Stalled::GivenUp { operation, tries } => Report::stalled(
            Reason::GivenUp,
            format!(
                "the request to {} was sent {tries} times and had no effect; annotate the resource with a new value of \
                 {RECONCILE_REQUESTED_AT} to try again",
                verb(operation)
            ),
        ),
    }
}

fn owned_by_other(other: &Sighting) -> Report {
    let owner = other.claimed_by.as_deref().unwrap_or("another resource");
    Report::stalled(
        Reason::OwnedByOther,
        format!(
            "{} belongs to {owner}; if this manifest was copied, remove the annotation image-operator.dev/remote-id \
             and spec.streamId from it",
            the(other)
        ),
    )
}

fn refused(operation: &Operation, problem: &Problem) -> Report {
    match (operation, problem.http_status) {
        (Operation::Delete, Some(409)) => Report::stalled(
            Reason::InUse,
            format!("the image is in use and can't be deleted yet: {problem}"),
        ),
        _ => Report::stalled(Reason::RemoteRejected, problem.to_string()),
    }
}

/// What follows from an outcome.
pub fn aftermath(operation: &Operation, aftermath: &Aftermath) -> Report {
    match aftermath {
        Aftermath::Done => Report::reconciling(
            under_way(operation),
            format!("the remote accepted the request to {}", verb(operation)),
        ),
        Aftermath::LookAgain(problem) => Report::reconciling(
            Reason::SettlingUnknownOutcome,
            format!(
                "the outcome of the request to {} is not known; looking for its effect: {problem}",
                verb(operation)
            ),
        ),
        Aftermath::TryAgain(problem)
            if *operation == Operation::Delete && problem.http_status == Some(422) =>
        {
            Report::reconciling(
                Reason::WaitingToDelete,
                format!("the image can't be deleted yet: {problem}"),
            )
        }
        Aftermath::TryAgain(problem) => Report::reconciling(
            Reason::Retrying,
            format!(
                "the request to {} did not get through: {problem}",
                verb(operation)
            ),
        ),
        Aftermath::ComeBack { problem, .. } => Report::reconciling(Reason::Throttled, problem.to_string()),
        Aftermath::Refused(problem) => refused(operation, problem),
    }
}

fn under_way(operation: &Operation) -> Reason {
    match operation {
        Operation::Create => Reason::Creating,
        Operation::Delete => Reason::Deleting,
        Operation::Change { name, .. } if name == PUBLISH => Reason::Publishing,
        Operation::Change { name, .. } if name == super::changes::RETIRE => Reason::RetiringInitialVersion,
        Operation::Change { .. } => Reason::Patching,
    }
}

fn verb(operation: &Operation) -> &'static str {
    match operation {
        Operation::Create => "create the image",
        Operation::Delete => "delete the image",
        Operation::Change { name, .. } if name == PUBLISH => "publish the first version",
        Operation::Change { name, .. } if name == super::changes::RETIRE => "remove the first version",
        Operation::Change { .. } => "describe the first version",
    }
}

fn the(sighting: &Sighting) -> String {
    format!("image {} ({:?})", sighting.id, sighting.name)
}

#[cfg(test)]
mod tests;
