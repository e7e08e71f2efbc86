//! Turns one step into one remote call.

use secrecy::SecretString;

use super::changes::{PATCH, RETIRE};
use super::desired::PublishForm;
use super::{Seen, Wanted};
use crate::api::record::PUBLISH;
use crate::lifecycle::{Operation, Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::imagemgmt::Client;
use crate::remote::imagemgmt::model::{CreatedImage, PatchVersion};

/// What a call did.
#[derive(Debug)]
pub struct Performed {
    /// Its outcome; the id is that of the image that was made.
    pub outcome: Outcome<Option<RemoteId>>,
    /// What the remote told about the image that was made.
    pub created: Option<Box<CreatedImage>>,
}

/// What the call is about.
#[derive(Debug)]
pub struct Target<'a> {
    /// What the resource asks for.
    pub wanted: &'a Wanted,
    /// The image on record, where there is one.
    pub seen: Option<&'a Seen>,
    /// The first version on record, where there is one.
    pub recorded_version: Option<&'a RemoteId>,
    /// The password that a create needs.
    pub password: Option<SecretString>,
}

/// Sends the one request that this operation stands for.
pub async fn perform(client: &Client, operation: &Operation, target: Target<'_>) -> Performed {
    match operation {
        Operation::Create => create(client, target).await,
        Operation::Delete => of_change(delete(client, &target).await),
        Operation::Change { name, goal } => of_change(change(client, name, goal, &target).await),
    }
}

async fn create(client: &Client, target: Target<'_>) -> Performed {
    let request = target.wanted.create_request(target.password);
    match client.create_image(&request).await {
        Outcome::Done(created) => Performed {
            outcome: Outcome::Done(Some(created.stream_id.clone())),
            created: Some(Box::new(created)),
        },
        other => of_change(other.map(|_| ())),
    }
}

async fn delete(client: &Client, target: &Target<'_>) -> Outcome<()> {
    match version_of(target) {
        Ok((image, version)) => client.delete_version(image, version).await,
        Err(problem) => Outcome::Refused(problem),
    }
}

async fn change(client: &Client, name: &str, goal: &str, target: &Target<'_>) -> Outcome<()> {
    let (image, version) = match version_of(target) {
        Ok(ids) => ids,
        Err(problem) => return Outcome::Refused(problem),
    };
    match (name, &target.wanted.publish) {
        (PUBLISH, Some(PublishForm::Azure(form))) => {
            client.publish_version(image, version, form).await.map(|_| ())
        }
        (PUBLISH, Some(PublishForm::Vsphere(form))) => client
            .publish_version_to_vsphere(image, version, form)
            .await
            .map(|_| ()),
        (PATCH, _) => {
            let patch = PatchVersion {
                description: Some(goal.to_owned()),
                ..PatchVersion::default()
            };
            client.patch_version(image, version, &patch).await.map(|_| ())
        }
        (RETIRE, _) => client.delete_version(image, version).await,
        _ => Outcome::Refused(Problem::new(
            ProblemKind::PreconditionFailed,
            format!("the spec does not ask for {name} any more"),
        )),
    }
}

/// Everything that is done to an image is done to its first version.
fn version_of<'a>(target: &Target<'a>) -> Result<(&'a RemoteId, &'a RemoteId), Problem> {
    let seen = target.seen;
    let version = seen.and_then(|seen| seen.initial_version(target.wanted, target.recorded_version));
    seen.zip(version)
        .map(|(seen, version)| (&seen.image().id, &version.id))
        .ok_or_else(|| {
            Problem::new(
                ProblemKind::PreconditionFailed,
                "the first version of the image is not listed at the moment",
            )
        })
}

fn of_change(outcome: Outcome<()>) -> Performed {
    Performed {
        outcome: outcome.map(|()| None),
        created: None,
    }
}
