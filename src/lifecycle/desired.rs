//! What the resource asks of one of its parts.

use std::time::Duration;

use super::RemoteId;

/// What the resource asks of one of its parts, parsed and resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// Should the remote object be there?
    pub presence: Presence,
    /// May the operator write to the remote at all?
    pub management: Management,
    /// Which existing remote objects may become this resource's?
    pub adoption: Adoption,
    /// May an object that vanished be created again?
    pub recreation: Recreation,
    /// The existing object that the spec names, if it names one.
    pub given_id: Option<RemoteId>,
    /// A person's answer to a question that only a person can answer.
    pub resolution: Option<Resolution>,
    /// The account that the connection stands for.
    pub account: Account,
    /// What a refusal is bound to: as long as this stays the same, a refused request would be refused again.
    pub basis: String,
    /// How long after a request its effect may still appear.
    pub settling_window: Duration,
    /// How long a refusal stands before the same request is tried again.
    pub refusal_stands: Duration,
}

/// Should the remote object be there?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// The resource lives.
    Present,
    /// The resource is being deleted, and its remote object with it.
    Deleted,
    /// The resource is being deleted, and its remote object stays.
    LeftBehind,
}

/// May the operator write to the remote?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Management {
    /// Create, change and delete.
    Manage,
    /// Only look.
    Observe,
}

/// Which existing remote objects may become this resource's?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Adoption {
    /// One that bears this resource's own mark.
    IfOwned,
    /// Also one that bears nobody's mark and has the right name.
    IfNameMatches,
    /// None.
    Never,
}

/// May an object that vanished be created again?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recreation {
    /// Only when a person says so.
    Never,
    /// Yes, once it is certain that it is gone.
    WhenGone,
}

/// A person's answer, given by annotation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// Create it, whatever looks like it.
    Create,
    /// Delete our object, which never became available, and create it again.
    Recreate,
    /// This object is it.
    Use(RemoteId),
}

/// The identity of a remote account, e.g. `horizonCloud/6d1b…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account(pub String);
