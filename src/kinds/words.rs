//! What is said of a remote object while something is done about it, in the words of its kind.

use super::Report;
use crate::api::Reason;
use crate::api::names::{RECONCILE_REQUESTED_AT, RESOLVE};
use crate::lifecycle::{Aftermath, Operation, Problem, ProblemKind, Sighting, Stalled, Waiting};

/// How the remote objects of a kind and what is done to them are called.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The object, such as `image`.
    pub noun: &'static str,
    /// The field that holds its name, where people choose one.
    pub name_field: Option<&'static str>,
    /// The field that names an existing object by its id.
    pub id_field: &'static str,
    /// What an operation does, such as `publish the first version`.
    pub verb: fn(&Operation) -> &'static str,
    /// The reason while an operation is under way.
    pub under_way: fn(&Operation) -> Reason,
    /// Whether the remote refuses a request for want of room, which others may make.
    pub lacks_room: fn(&Problem) -> bool,
}

impl Words {
    /// A request is about to be sent.
    pub fn beginning(&self, operation: &Operation) -> Report {
        Report::reconciling(
            (self.under_way)(operation),
            format!("sending the request to {}", (self.verb)(operation)),
        )
    }

    /// Something is waited for.
    pub fn waiting(&self, waiting: &Waiting) -> Report {
        let noun = self.noun;
        match waiting {
            Waiting::Settling { operation, .. } => Report::reconciling(
                Reason::SettlingUnknownOutcome,
                format!(
                    "a request to {} may have been sent and its outcome is not known; looking for its effect until the \
                     settling window has passed, then it is tried again",
                    (self.verb)(operation)
                ),
            ),
            Waiting::Accepted { operation } => Report::reconciling(
                (self.under_way)(operation),
                format!("the remote accepted the request to {}", (self.verb)(operation)),
            ),
            Waiting::BeingDeleted(id) => {
                Report::reconciling(Reason::Deleting, format!("{noun} {id} is being deleted"))
            }
            Waiting::Dependents(names) => Report::reconciling(
                Reason::DependentsExist,
                format!("waiting until these are gone: {}", names.join(", ")),
            ),
            Waiting::InventorySuspect => Report::reconciling(
                Reason::InventorySuspect,
                "many objects vanished from the account at once; nothing is created or deleted until that has held for the \
                 settling window",
            ),
            Waiting::DefinitionGoing => Report::paused(
                Reason::DefinitionTerminating,
                format!(
                    "the custom resource definition is being removed; the {noun} is not deleted because of that"
                ),
            ),
        }
    }

    /// It will not change by itself.
    pub fn stalled(&self, stalled: &Stalled) -> Report {
        let noun = self.noun;
        match stalled {
            Stalled::Refused { operation, problem } => self.refused(operation, problem),
            Stalled::NameTaken(other) => Report::stalled(
                Reason::NameTaken,
                format!(
                    "{} has this name and is not this resource's: {}",
                    self.the(other),
                    self.ways_to_a_name()
                ),
            ),
            Stalled::OwnedByOther(other) => self.owned_by_other(other),
            Stalled::OwnedByAnotherInstall(other) => Report::stalled(
                Reason::OwnedByAnotherInstall,
                format!(
                    "{} was made for this resource by another operator install (another cluster id): to adopt it annotate \
                     the resource with {RESOLVE}={}, or run the operator with the old --cluster-id",
                    self.the(other),
                    other.id
                ),
            ),
            Stalled::Ambiguous(candidates) => Report::stalled(
                Reason::AmbiguousCreate,
                format!(
                    "{} {noun}s could be this resource's: {}; annotate the resource with {RESOLVE}=<id> to choose one",
                    candidates.len(),
                    candidates
                        .iter()
                        .map(|other| self.the(other))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            ),
            Stalled::Mismatch(other) => Report::stalled(
                Reason::AdoptionMismatch,
                format!(
                    "{} does not fit: {}",
                    self.the(other),
                    other.mismatch.as_deref().unwrap_or("it differs")
                ),
            ),
            Stalled::Missing(id) => Report::stalled(
                Reason::RemoteMissing,
                format!(
                    "{noun} {id} is gone; set recreatePolicy: WhenGone, or annotate the resource with {RESOLVE}=create, to \
                     make it again"
                ),
            ),
            Stalled::NoSuchObject(id) => Report::stalled(
                Reason::RemoteMissing,
                format!("there is no {noun} {id} in this account: check the id"),
            ),
            Stalled::NothingToObserve => Report::stalled(
                Reason::NothingToObserve,
                format!("there is no {noun} to observe: {}", self.ways_to_observe()),
            ),
            Stalled::OtherAccount(id) => Report::stalled(
                Reason::AccountChanged,
                format!(
                    "{noun} {id} was recorded in another account than the CloudConnection has now: restore the connection"
                ),
            ),
            Stalled::Foreign(versions) => Report::stalled(
                Reason::ForeignVersions,
                format!(
                    "the {noun} has versions that this resource did not make: {}; delete them first, or set \
                     deletionPolicy: Retain",
                    versions.join(", ")
                ),
            ),
            Stalled::GivenUp { operation, tries } => Report::stalled(
                Reason::GivenUp,
                format!(
                    "the request to {} was sent {tries} times and had no effect; annotate the resource with a new value of \
                     {RECONCILE_REQUESTED_AT} to try again",
                    (self.verb)(operation)
                ),
            ),
        }
    }

    fn owned_by_other(&self, other: &Sighting) -> Report {
        let owner = other.claimed_by.as_deref().unwrap_or("another resource");
        Report::stalled(
            Reason::OwnedByOther,
            format!(
                "{} belongs to {owner}; if this manifest was copied, remove the annotation image-operator.dev/remote-id \
                 and {} from it",
                self.the(other),
                self.id_field
            ),
        )
    }

    fn refused(&self, operation: &Operation, problem: &Problem) -> Report {
        let noun = self.noun;
        match (operation, problem.http_status) {
            (Operation::Delete, Some(409)) => Report::stalled(
                Reason::InUse,
                format!(
                    "the {noun} is in use: free it there, and it is deleted within a minute; the remote says: {problem}"
                ),
            ),
            // Only what deletes is refused for good with 409; any other change is tried again.
            (Operation::Change { .. }, Some(409)) => Report::stalled(
                Reason::InUse,
                format!(
                    "in use, so the request to {} was refused: free it there, and the request is sent again within a \
                     minute; the remote says: {problem}",
                    (self.verb)(operation)
                ),
            ),
            _ if self.may_pass(operation, problem) => Report::stalled(
                Reason::RemoteRejected,
                format!("{problem}; the request is sent again every minute"),
            ),
            _ => Report::stalled(
                Reason::RemoteRejected,
                format!(
                    "{problem}; the request is sent again when the spec changes, when the annotation \
                     {RECONCILE_REQUESTED_AT} gets a new value, and after an hour"
                ),
            ),
        }
    }

    /// Whether what was refused may be allowed later though nobody changes the spec: what is in use is set free, what
    /// is full gets room.
    pub fn may_pass(&self, operation: &Operation, problem: &Problem) -> bool {
        *operation == Operation::Delete || problem.http_status == Some(409) || (self.lacks_room)(problem)
    }

    /// What follows from an outcome.
    pub fn aftermath(&self, operation: &Operation, aftermath: &Aftermath) -> Report {
        let noun = self.noun;
        match aftermath {
            Aftermath::Done => Report::reconciling(
                (self.under_way)(operation),
                format!("the remote accepted the request to {}", (self.verb)(operation)),
            ),
            Aftermath::LookAgain(problem) => Report::reconciling(
                Reason::SettlingUnknownOutcome,
                format!(
                    "the outcome of the request to {} is not known; looking for its effect: {problem}",
                    (self.verb)(operation)
                ),
            ),
            Aftermath::TryAgain(problem)
                if *operation == Operation::Delete
                    && (problem.kind == ProblemKind::NotYet || problem.http_status == Some(422)) =>
            {
                Report::reconciling(
                    Reason::WaitingToDelete,
                    match problem.kind {
                        ProblemKind::NotYet => format!("the {noun} can't be deleted yet: {problem}"),
                        _ => format!(
                            "the {noun} can't be deleted yet, and it is tried again within a minute; the remote says: \
                             {problem}"
                        ),
                    },
                )
            }
            Aftermath::TryAgain(problem) if problem.kind == ProblemKind::NotYet => Report::reconciling(
                Reason::Retrying,
                format!(
                    "the request to {} was not sent yet: {problem}",
                    (self.verb)(operation)
                ),
            ),
            Aftermath::TryAgain(problem) if problem.kind.is_about_the_moment() => Report::reconciling(
                Reason::Retrying,
                format!(
                    "the remote does not allow the request to {} as things are there, and it is sent again within a \
                     minute: {problem}",
                    (self.verb)(operation)
                ),
            ),
            Aftermath::TryAgain(problem) => Report::reconciling(
                Reason::Retrying,
                format!(
                    "the request to {} did not get through: {problem}",
                    (self.verb)(operation)
                ),
            ),
            Aftermath::ComeBack { problem, .. } => {
                Report::reconciling(Reason::Throttled, problem.to_string())
            }
            Aftermath::Refused(problem) => self.refused(operation, problem),
        }
    }

    fn the(&self, sighting: &Sighting) -> String {
        format!("{} {} ({:?})", self.noun, sighting.id, sighting.name)
    }

    fn ways_to_a_name(&self) -> String {
        let id_field = self.id_field;
        match self.name_field {
            Some(name_field) => format!(
                "choose another {name_field}, or set {id_field} or adoptionPolicy: IfNameMatches to adopt it"
            ),
            None => format!("set {id_field} to adopt it"),
        }
    }

    fn ways_to_observe(&self) -> String {
        let id_field = self.id_field;
        match self.name_field {
            Some(_) => format!("name one with {id_field}, or set adoptionPolicy: IfNameMatches"),
            None => format!("name one with {id_field}"),
        }
    }
}

#[cfg(test)]
mod tests;
