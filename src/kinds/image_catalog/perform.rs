//! Turns one step into one remote call.

use super::changes::RETIRE;
use super::desired;
use crate::api::ImageCatalog;
use crate::api::record::PUBLISH;
use crate::kinds::image::PublishForm;
use crate::kinds::image::change::PATCH;
use crate::kinds::managed::{Performed, Target};
use crate::lifecycle::{Operation, Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::imagemgmt::Client;
use crate::remote::imagemgmt::model::{CreatedImage, PatchVersion};

/// Sends the one request that this operation stands for.
pub(super) async fn perform(
    client: &Client,
    operation: &Operation,
    target: Target<'_, ImageCatalog>,
) -> Performed<CreatedImage> {
    match operation {
        Operation::Create => create(client, target).await,
        Operation::Delete => Performed::of_change(delete(client, &target).await),
        Operation::Change { name, goal } => Performed::of_change(change(client, name, goal, &target).await),
    }
}

async fn create(client: &Client, target: Target<'_, ImageCatalog>) -> Performed<CreatedImage> {
    let request = target.wanted.create_request(target.secret);
    match client.create_image(&request).await {
        Outcome::Done(created) => Performed {
            outcome: Outcome::Done(Some(created.stream_id.clone())),
            created: Some(Box::new(created)),
            told: None,
        },
        other => Performed::of_change(other.map(|_| ())),
    }
}

async fn delete(client: &Client, target: &Target<'_, ImageCatalog>) -> Outcome<()> {
    match version_of(target) {
        Ok((image, version)) => client.delete_version(image, version).await,
        Err(problem) => Outcome::Refused(problem),
    }
}

async fn change(client: &Client, name: &str, goal: &str, target: &Target<'_, ImageCatalog>) -> Outcome<()> {
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
fn version_of<'a>(target: &Target<'a, ImageCatalog>) -> Result<(&'a RemoteId, &'a RemoteId), Problem> {
    let seen = target.seen;
    let recorded = desired::recorded_version(target.status);
    let version = seen.and_then(|seen| seen.initial_version(target.wanted, recorded.as_ref()));
    seen.zip(version)
        .map(|(seen, version)| (&seen.image().id, &version.id))
        .ok_or_else(|| {
            Problem::new(
                ProblemKind::PreconditionFailed,
                "the first version of the image is not listed at the moment",
            )
        })
}
