//! What to do next: the one answer of [`decide`](super::decide).

use std::time::Duration;

use super::{Blocker, Intent, Operation, Problem, RemoteId, Sighting};

/// What to do next with one part.
///
/// At most one step of a pass is a remote write ([`Step::Send`]); it ends the pass. Steps that look or write to the
/// resource are followed by another decision in the same pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Look closer, then decide again.
    Look(Look),
    /// Add the finalizer, then decide again.
    AddFinalizer,
    /// Persist this intent, then send it: [`Step::Send`] comes next only while this process knows that it wrote it.
    Begin(Intent),
    /// Persist this intent of unknown age without sending anything: somebody may have sent it before.
    Presume(Intent),
    /// Send the request whose intent this process has just persisted.
    Send(Operation),
    /// Put this object on record as ours; it settles an open create.
    Adopt(RemoteId),
    /// The intent has had its effect, or certainly had none: take it off the record.
    ClearIntent,
    /// The object is gone for certain and may be made again: take its id off the record, and out of the hints that
    /// name this resource.
    ForgetId,
    /// Nothing of ours is left remotely, or it is to be left there: remove the finalizer.
    Release,
    /// Come back later; nothing is wrong.
    Wait(Waiting),
    /// This will not change by itself.
    Stall(Stalled),
    /// All is as it should be.
    Rest,
}

/// How to look closer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// The shared inventory, as old as it may be.
    Cached,
    /// A listing or search that starts now.
    Fresh,
    /// One object by its id.
    ById(RemoteId),
}

/// What is being waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// A request was sent and its effect is not known; look again until the settling window has passed.
    Settling {
        /// What was sent.
        operation: Operation,
        /// How long the window lasts from now.
        remaining: Duration,
    },
    /// The remote accepted the request and works on it.
    Accepted {
        /// What it works on.
        operation: Operation,
    },
    /// Something with our mark or name is still being deleted.
    BeingDeleted(RemoteId),
    /// Resources of ours go first, by name.
    Dependents(Vec<String>),
    /// Too much of the account vanished at once; nothing is created or deleted until that is understood.
    InventorySuspect,
    /// The custom resource definition is being removed; nothing is deleted remotely because of that.
    DefinitionGoing,
}

/// What will not change by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stalled {
    /// The remote judged the request and refused it.
    Refused {
        /// What was refused.
        operation: Operation,
        /// What the remote said.
        problem: Problem,
    },
    /// Somebody else's object has the name.
    NameTaken(Sighting),
    /// The object belongs to another resource.
    OwnedByOther(Sighting),
    /// The object is this resource's, made by another install.
    OwnedByAnotherInstall(Sighting),
    /// Several objects bear this resource's mark.
    Ambiguous(Vec<Sighting>),
    /// The object differs from the spec in what can't be changed.
    Mismatch(Sighting),
    /// The object is gone.
    Missing(RemoteId),
    /// There is no object with the id that the spec or a person named.
    NoSuchObject(RemoteId),
    /// There is nothing to observe: no object is named, marked or named alike.
    NothingToObserve,
    /// The id on record was seen in another account.
    OtherAccount(RemoteId),
    /// Things inside it that are not ours keep it from being deleted.
    Foreign(Vec<String>),
    /// A change was sent as often as is sensible and had no effect.
    GivenUp {
        /// The change.
        operation: Operation,
        /// How often it was sent.
        tries: u32,
    },
}

impl From<&Blocker> for Step {
    fn from(blocker: &Blocker) -> Self {
        match blocker {
            Blocker::Dependents(names) => Step::Wait(Waiting::Dependents(names.clone())),
            Blocker::Foreign(names) => Step::Stall(Stalled::Foreign(names.clone())),
            Blocker::DefinitionGoing => Step::Wait(Waiting::DefinitionGoing),
        }
    }
}
