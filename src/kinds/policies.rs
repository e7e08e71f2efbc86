//! The policies of the API in the words of the lifecycle.

use std::time::Duration;

use kube::Resource;

use crate::api::{AdoptionPolicy, DeletionPolicy, ManagementPolicy, RecreatePolicy};
use crate::lifecycle::{
    Account, Adoption, Desired, Install, InvalidRemoteId, Management, Presence, Recreation, RemoteId,
    Resolution,
};

/// What the operator may do with the remote object of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policies {
    /// Whether no remote call is to be made.
    pub suspend: bool,
    /// Whether it may write.
    pub management: ManagementPolicy,
    /// What it may adopt.
    pub adoption: AdoptionPolicy,
    /// What it does when the resource is deleted.
    pub deletion: DeletionPolicy,
    /// What it does when the object is gone.
    pub recreation: RecreatePolicy,
}

/// What a resource is read with that does not come from itself.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// This operator install.
    pub install: Install,
    /// The account of the connection; empty while there is none.
    pub account: Account,
    /// The generation of the connection.
    pub connection_generation: i64,
    /// How long the effect of a request may still appear.
    pub settling_window: Duration,
    /// How long a refusal stands.
    pub refusal_stands: Duration,
    /// A person's answer that has not been acted on yet.
    pub resolution: Option<Resolution>,
}

impl Policies {
    /// What the lifecycle needs to know of one part of a resource; `given_id` is the existing object that the spec
    /// names.
    pub fn desired<K: Resource>(
        &self,
        resource: &K,
        given_id: Option<RemoteId>,
        surroundings: &Surroundings,
    ) -> Desired {
        let meta = resource.meta();
        let generation = meta.generation.unwrap_or_default();
        Desired {
            presence: presence(meta.deletion_timestamp.is_some(), self.deletion),
            management: self.management.into(),
            adoption: self.adoption.into(),
            recreation: self.recreation.into(),
            given_id,
            resolution: surroundings.resolution.clone(),
            account: surroundings.account.clone(),
            basis: format!("{generation}/{}", surroundings.connection_generation),
            settling_window: surroundings.settling_window,
            refusal_stands: surroundings.refusal_stands,
        }
    }
}

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

/// The answer in the annotation `image-operator.dev/resolve`, unless it is the one that was acted on last.
pub fn new_resolution(
    answer: Option<&String>,
    acted_on: Option<&String>,
) -> Result<Option<Resolution>, InvalidRemoteId> {
    match answer {
        Some(answer) if acted_on != Some(answer) => resolution(answer).map(Some),
        _ => Ok(None),
    }
}

/// Reads a person's answer.
fn resolution(answer: &str) -> Result<Resolution, InvalidRemoteId> {
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
    fn an_answer_counts_until_it_was_acted_on() {
        let text = |text: &str| Some(text.to_owned());
        let (create, recreate) = (text("create"), text("recreate"));
        let rows = [
            (&create, &None, Some(Resolution::Create)),
            (&recreate, &create, Some(Resolution::Recreate)),
            (&create, &create, None),
            (&None, &create, None),
        ];
        for (answer, acted_on, expected) in rows {
            assert_eq!(new_resolution(answer.as_ref(), acted_on.as_ref()), Ok(expected));
        }
        assert!(new_resolution(text("no such/id").as_ref(), None).is_err());
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
