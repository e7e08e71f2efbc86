//! What the resource remembers of one of its parts: the record, and the hints that survive when the record is lost.

use jiff::Timestamp;

use super::{Account, Problem, RemoteId};

/// Everything that the resource in hand remembers of one part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Memory {
    /// Whether the resource has our finalizer.
    pub finalizer: Finalizer,
    /// The record that this very resource (by uid) wrote. `None`: there is none at all.
    pub record: Option<Record>,
    /// Whether the record can be taken for the latest one.
    pub custody: Custody,
    /// A record that was written under another uid: the resource was restored, or made anew with an old status.
    pub foreign_record: Option<Record>,
    /// Ids remembered in places that other people can write to or copy.
    pub hints: Vec<Hint>,
}

/// Whether the resource has our finalizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finalizer {
    /// It has none.
    Absent,
    /// It has.
    Present,
}

/// Whether a record, or its absence, can be taken for the latest one.
///
/// A record can be lost, or restored from a time before the latest request was sent. Nobody who reads it can tell.
/// A process can tell only of what it wrote itself, or has seen unchanged for longer than any request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Custody {
    /// This process wrote it, or added the finalizer to a resource that remembered nothing.
    Own,
    /// This process has seen it unchanged for a whole settling window: nothing can be under way behind it.
    Settled,
    /// It was there when this process came, or changed under its hands.
    Unproven,
}

/// The write-ahead record of one part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Record {
    /// The remote object that is this part, once known.
    pub held: Option<Held>,
    /// The request that was about to be sent, until its effect is known.
    pub intent: Option<Intent>,
    /// The request that the remote judged and refused.
    pub refusal: Option<Refusal>,
}

/// A remote object that is on record as ours.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Held {
    /// Its id.
    pub id: RemoteId,
    /// When it was recorded.
    pub since: Timestamp,
    /// The account it was seen in.
    pub account: Account,
}

/// A request that is about to be sent, persisted before it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Intent {
    /// What is to be done.
    pub operation: Operation,
    /// The id of this attempt, for logs.
    pub attempt: String,
    /// When it was last written: before the request, and again with what is known of it.
    pub started_at: Timestamp,
    /// How often this has been sent with the same goal, this time included.
    pub tries: u32,
    /// What is known of it.
    pub outcome: IntentOutcome,
}

/// What can be done to a remote object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Make it.
    Create,
    /// Remove it.
    Delete,
    /// Make it so; the goal tells one change from another.
    Change {
        /// The remote operation, e.g. `publishVersion`.
        name: String,
        /// What the object looks like when it is done.
        goal: String,
    },
}

/// What is known of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntentOutcome {
    /// Nothing: it may have been sent or not.
    Unknown,
    /// The remote accepted it; the effect has not been seen yet.
    Accepted,
    /// The remote answered that it conflicts with something that exists.
    Conflict,
}

/// A request that the remote judged and refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// What was refused.
    pub operation: Operation,
    /// What the request was built from; a change of it is worth another try.
    pub basis: String,
    /// When it was refused.
    pub at: Timestamp,
    /// What the remote said.
    pub problem: Problem,
}

/// An id remembered in a place that other people can write to or copy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hint {
    /// The id.
    pub id: RemoteId,
    /// Whose memory it says it is.
    pub origin: HintOrigin,
}

/// Whose memory a hint says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HintOrigin {
    /// It names this very resource of this very install.
    NamesThisResource,
    /// It names another resource or none: a copied manifest, or a record written under another uid.
    NamesAnother,
}

impl Memory {
    /// Nothing that was ever remembered is left: nothing was ever sent, unless all of it was lost at once.
    pub fn is_blank(&self) -> bool {
        let no_record = self.record.is_none() && self.foreign_record.is_none();
        no_record && self.hints.is_empty() && self.finalizer == Finalizer::Absent
    }

    /// Every id that is remembered somewhere other than the record of this very resource.
    pub fn all_hints(&self) -> impl Iterator<Item = Hint> + '_ {
        let foreign = self
            .foreign_record
            .as_ref()
            .and_then(|record| record.held.as_ref());
        let foreign = foreign.map(|held| Hint {
            id: held.id.clone(),
            origin: HintOrigin::NamesAnother,
        });
        self.hints.iter().cloned().chain(foreign)
    }
}

impl Record {
    /// A person asks for another try: refusals and earlier tries of a change no longer count.
    #[must_use]
    pub fn tried_afresh(&self) -> Self {
        let intent = self.intent.clone().map(|intent| Intent {
            tries: intent.tries.min(1),
            ..intent
        });
        Record {
            held: self.held.clone(),
            intent,
            refusal: None,
        }
    }

    /// Whether anything may exist remotely because of this record.
    pub fn may_exist_remotely(&self) -> bool {
        self.held.is_some() || self.intent.is_some()
    }
}
