//! The policies of the API in the words of the lifecycle.

use crate::api::{AdoptionPolicy, DeletionPolicy, ManagementPolicy, RecreatePolicy};
use crate::lifecycle::{Adoption, InvalidRemoteId, Management, Presence, Recreation, Resolution};

/// Whether the remote object should be there.
pub fn presence(being_deleted: bool, policy: DeletionPolicy) -> Presence {
    match (being_deleted, policy) {
        (false, _) => Presence::Present,
        (true, DeletionPolicy::Delete) => Presence::Deleted,
        (true, DeletionPolicy::Retain) => Presence::LeftBehind,
    }
}

impl From<ManagementPolicy> for Management {
    fn from(policy: ManagementPolicy) -> Self {
        match policy {
            ManagementPolicy::Manage => Management::Manage,
            ManagementPolicy::Observe => Management::Observe,
        }
    }
}

impl From<AdoptionPolicy> for Adoption {
    fn from(policy: AdoptionPolicy) -> Self {
        match policy {
            AdoptionPolicy::IfOwned => Adoption::IfOwned,
            AdoptionPolicy::IfNameMatches => Adoption::IfNameMatches,
            AdoptionPolicy::Never => Adoption::Never,
        }
    }
}

impl From<RecreatePolicy> for Recreation {
    fn from(policy: RecreatePolicy) -> Self {
        match policy {
            RecreatePolicy::Never => Recreation::Never,
            RecreatePolicy::WhenGone => Recreation::WhenGone,
        }
    }
}

/// Reads a person's answer from the annotation `image-operator.dev/resolve`.
pub fn resolution(answer: &str) -> Result<Resolution, InvalidRemoteId> {
    match answer.trim() {
        "create" => Ok(Resolution::Create),
        "recreate" => Ok(Resolution::Recreate),
        id => id.parse().map(Resolution::Use),
    }
}
