//! What a pass needs to know of a kind whose resources stand for remote objects.

use std::fmt::Debug;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::core::NamespaceResourceScope;
use kube::core::object::{HasSpec, HasStatus};
use kube::{CustomResourceExt, Resource};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::policies::{Policies, Surroundings};
use super::words::Words;
use super::{Moved, Report};
use crate::api::managed::CandidateStatus;
use crate::api::{ManagedStatus, SecretKeyReference};
use crate::connections::Connection;
use crate::lifecycle::{
    Blocker, Desired, Failure, Look, Looks, Mark, Operation, Outcome, RemoteId, Sighting,
};

/// A kind whose resources stand for remote objects, one a part.
///
/// All of it is pure but [`Managed::look`] and [`Managed::perform`].
pub trait Managed:
    Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + CustomResourceExt
    + HasSpec<Spec: Serialize>
    + HasStatus<Status: Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync>
    + Clone
    + Debug
    + Serialize
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
    /// The resources that it refers to, or that refer to it, as last seen.
    type References: Send + Sync;
    /// What a resource asks for, checked.
    type Wanted: Send + Sync;
    /// What is seen of its remote objects.
    type Seen: Clone + Send + Sync;
    /// What the remote tells of an object that it has just made.
    type Created: Send;
    /// The remote system that its objects are in.
    type Remote: Sync;

    /// How its remote objects and what is done to them are called.
    const WORDS: Words;

    /// What its status shares with that of the other kinds.
    fn managed(status: &Self::Status) -> &ManagedStatus;
    /// What its status shares with that of the other kinds.
    fn managed_mut(status: &mut Self::Status) -> &mut ManagedStatus;
    /// What the operator may do.
    fn policies(&self) -> Policies;
    /// The CloudConnection to its account, by name.
    fn connection_name(&self, references: &Self::References) -> Option<String>;
    /// The remote system that a connection leads to, unless it leads to another one.
    fn remote(connection: &Connection) -> Option<&Self::Remote>;
    /// Reads the resource; or says why it cannot be worked on as it is, or not yet.
    fn wanted(
        &self,
        references: &Self::References,
        surroundings: &Surroundings,
    ) -> Result<Self::Wanted, Report>;
    /// The parts of what is asked for, in the order in which they are worked on.
    fn parts(wanted: &Self::Wanted) -> &[PartWanted];
    /// Resources that have to go before anything of this one is deleted.
    fn dependents(wanted: &Self::Wanted) -> Option<Blocker>;
    /// Where the secret is that an operation on a part sends.
    fn secret<'a>(
        wanted: &'a Self::Wanted,
        part: &PartWanted,
        operation: &Operation,
    ) -> Option<&'a SecretKeyReference>;
    /// Whether a part can be made yet, as far as the parts before it go.
    fn is_due(_wanted: &Self::Wanted, _part: &PartWanted, _seen: Option<&Self::Seen>) -> bool {
        true
    }
    /// Carries out one look.
    fn look(
        looking: &Looking<'_, Self>,
        look: &Look,
        looks: &mut Looks,
        seen: &mut Option<Self::Seen>,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
    /// Writes down in status what has to be known of a request later, along with its intent.
    fn remember(_: &mut Self::Status, _: &Self::Wanted, _: Option<&Self::Seen>, _: &Operation) {}
    /// Sends the one request that an operation stands for.
    fn perform(
        remote: &Self::Remote,
        operation: &Operation,
        target: Target<'_, Self>,
    ) -> impl Future<Output = Performed<Self::Created>> + Send;
    /// A request about this part was sent; `id` is its object, where known.
    fn sent(
        remote: &Self::Remote,
        wanted: &Self::Wanted,
        part: &PartWanted,
        id: Option<&RemoteId>,
        seen: Option<&Self::Seen>,
    );
    /// The resource lets go of all that it held.
    fn released(remote: &Self::Remote, wanted: &Self::Wanted);
    /// The resource lets go of a part that it does not ask for any more.
    fn dropped(_remote: &Self::Remote, _part: &PartWanted) {}
    /// Writes down the id of an object that was found to be this part; what is mirrored of another one goes.
    fn adopted(status: &mut Self::Status, part: &PartWanted, id: &RemoteId);
    /// Mirrors what the remote told of an object that it has just made.
    fn created(status: &mut Self::Status, part: &PartWanted, created: &Self::Created);
    /// Writes down that the remote accepted a change, where nothing remote will tell of it later.
    fn changed(_: &mut Self::Status, _: &Operation) {}
    /// Mirrors what is seen.
    fn mirror(status: &mut Self::Status, wanted: &Self::Wanted, seen: &Self::Seen);
    /// Says where things stand when nothing is to be done.
    fn at_rest(wanted: &Self::Wanted, seen: &Self::Seen, status: &Self::Status) -> Report;
    /// What is to be said beside `Ready`, `Reconciling` and `Stalled`, without a date.
    fn further_conditions(_: &Self::Wanted, _: &Self::Seen, _: &Self::Status) -> Vec<Condition> {
        Vec::new()
    }
    /// What the remote says went wrong, for a change that does not come to an end.
    fn troubles(_: &Self::Seen) -> Option<String> {
        None
    }
    /// Whether something that moved in its account is this resource's, could be, or stands in its way.
    fn is_concerned(&self, moved: &Moved<'_>) -> bool;
}

/// One remote object that a resource asks for.
#[derive(Clone, Debug)]
pub struct PartWanted {
    /// Which one of the resource's it is, such as `image`: the name of its record.
    pub name: Arc<str>,
    /// The mark that it bears.
    pub mark: Mark,
    /// What the lifecycle needs to know.
    pub desired: Desired,
}

/// Where and how to look for one part.
pub struct Looking<'a, K: Managed> {
    /// What the resource asks for.
    pub wanted: &'a K::Wanted,
    /// Which part of it.
    pub part: &'a PartWanted,
    /// Where to look.
    pub connection: &'a K::Remote,
    /// When the pass began.
    pub began: Instant,
    /// Which older resource holds an object.
    pub claim: &'a (dyn Fn(&RemoteId) -> Option<String> + Sync),
    /// The object on record.
    pub held: Option<&'a RemoteId>,
    /// The status in hand.
    pub status: &'a K::Status,
}

/// What a call is about.
pub struct Target<'a, K: Managed> {
    /// What the resource asks for.
    pub wanted: &'a K::Wanted,
    /// Which part of it.
    pub part: &'a PartWanted,
    /// What is seen of its objects.
    pub seen: Option<&'a K::Seen>,
    /// The status in hand.
    pub status: &'a K::Status,
    /// The secret that the operation sends, where it sends one.
    pub secret: Option<SecretString>,
}

/// What a call did.
#[derive(Debug)]
pub struct Performed<C> {
    /// Its outcome; the id is that of the object that was made.
    pub outcome: Outcome<Option<RemoteId>>,
    /// What the remote told about the object that was made.
    pub created: Option<Box<C>>,
    /// What is said about it, where the usual words do not fit.
    pub told: Option<Report>,
}

impl<C> Performed<C> {
    /// The outcome of a call that made nothing.
    pub fn of_change(outcome: Outcome<()>) -> Self {
        Performed {
            outcome: outcome.map(|()| None),
            created: None,
            told: None,
        }
    }
}

/// The status in which nothing is mirrored any more; the record stays.
pub fn mirroring_nothing<K: Managed>(status: &K::Status) -> K::Status {
    let kept = ManagedStatus {
        applied_spec: None,
        candidates: Vec::new(),
        ..K::managed(status).clone()
    };
    let mut status = K::Status::default();
    *K::managed_mut(&mut status) = kept;
    status
}

/// Objects that could be a resource's, as its status lists them.
pub fn candidates<'a>(sightings: impl IntoIterator<Item = &'a Sighting>) -> Vec<CandidateStatus> {
    let candidate = |sighting: &Sighting| CandidateStatus {
        id: sighting.id.to_string(),
        name: Some(sighting.name.clone()),
    };
    sightings.into_iter().map(candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ImageCatalog, ImageCatalogStatus, Part};

    #[test]
    fn mirroring_nothing_keeps_the_record_and_what_was_said() {
        let kept = ImageCatalogStatus {
            managed: ManagedStatus {
                observed_generation: 3,
                last_handled_reconcile_at: Some("now".into()),
                last_handled_resolve: Some("create".into()),
                owner_uid: Some("u-1".into()),
                parts: vec![Part {
                    name: "image".into(),
                    ..Part::default()
                }],
                ..ManagedStatus::default()
            },
            ..ImageCatalogStatus::default()
        };
        let mut status = ImageCatalogStatus {
            stream_id: Some("i1".into()),
            version_name: Some("1.0.0".into()),
            ..kept.clone()
        };
        status.managed.applied_spec = Some("digest".into());
        assert_eq!(mirroring_nothing::<ImageCatalog>(&status), kept);
    }
}
