//! What the operator may do with the remote object of a resource. Every managed kind has these fields.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the operator changes the remote object or only looks at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ManagementPolicy {
    /// Create, change and delete it.
    #[default]
    Manage,
    /// Mirror its state into status, and never write to the remote.
    Observe,
}

/// Whether an existing remote object may become that of a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AdoptionPolicy {
    /// Only one that bears this resource's own mark.
    #[default]
    IfOwned,
    /// Also an unmarked one of the same name.
    IfNameMatches,
    /// None: what is there must have been made for this very resource, on record.
    Never,
}

/// What happens to the remote object when the resource is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DeletionPolicy {
    /// It is deleted too.
    #[default]
    Delete,
    /// It stays as it is.
    Retain,
}

/// Whether an object that vanished remotely is created again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RecreatePolicy {
    /// Never: a person may have changed it by hand, and a new one would not be the same.
    #[default]
    Never,
    /// As soon as it is certain that it is gone.
    WhenGone,
}
