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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_to_be_there_until_its_resource_goes() {
        use DeletionPolicy::{Delete, Retain};
        let rows = [
            (false, Delete, Presence::Present),
            (false, Retain, Presence::Present),
            (true, Delete, Presence::Deleted),
            (true, Retain, Presence::LeftBehind),
        ];
        for (being_deleted, policy, expected) in rows {
            assert_eq!(presence(being_deleted, policy), expected);
        }
    }

    #[test]
    fn the_defaults_of_the_api_are_the_careful_ones() {
        assert_eq!(Management::from(ManagementPolicy::default()), Management::Manage);
        assert_eq!(Adoption::from(AdoptionPolicy::default()), Adoption::IfOwned);
        assert_eq!(Recreation::from(RecreatePolicy::default()), Recreation::Never);
    }

    #[test]
    fn every_policy_has_its_own_meaning() {
        assert_eq!(Management::from(ManagementPolicy::Observe), Management::Observe);
        assert_eq!(
            Adoption::from(AdoptionPolicy::IfNameMatches),
            Adoption::IfNameMatches
        );
        assert_eq!(Adoption::from(AdoptionPolicy::Never), Adoption::Never);
        assert_eq!(Recreation::from(RecreatePolicy::WhenGone), Recreation::WhenGone);
    }

    #[test]
    fn an_answer_is_a_word_or_an_id() {
        assert_eq!(resolution(" create "), Ok(Resolution::Create));
        assert_eq!(resolution("recreate"), Ok(Resolution::Recreate));
        assert_eq!(resolution("65f0"), Ok(Resolution::Use("65f0".parse().unwrap())));
        for nonsense in ["", "  ", "two words", "a/b"] {
            assert!(resolution(nonsense).is_err(), "{nonsense:?}");
        }
    }
}
