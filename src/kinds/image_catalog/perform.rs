//! Turns one step into one remote call.

use super::changes::RETIRE;
use super::{Seen, desired, markers, remove};
use crate::api::ImageCatalog;
use crate::api::record::PUBLISH;
use crate::connections::ImageManagement;
use crate::kinds::image::PublishForm;
use crate::kinds::image::change::PATCH;
use crate::kinds::managed::{Performed, Target};
use crate::lifecycle::{Operation, Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::imagemgmt::Client;
use crate::remote::imagemgmt::model::{CreatedImage, MarkerRequest, PatchVersion, Version};

/// Sends the one request that this operation stands for.
pub(super) async fn perform(
    remote: &ImageManagement,
    operation: &Operation,
    target: Target<'_, ImageCatalog>,
) -> Performed<CreatedImage> {
    let client = remote.client();
    match operation {
        Operation::Create => create(client, target).await,
        Operation::Delete => Performed::of_change(remove::image(remote, &target).await),
        Operation::Change { name, .. } if name == RETIRE => {
            Performed::of_change(remove::first_version(remote, &target).await)
        }
        Operation::Change { name, goal } => Performed::of_change(change(client, name, goal, &target).await),
    }
}

async fn create(client: &Client, target: Target<'_, ImageCatalog>) -> Performed<CreatedImage> {
    let Some(request) = target.wanted.create_request(target.secret) else {
        return Performed::of_change(Outcome::Refused(Problem::new(
            ProblemKind::PreconditionFailed,
            "spec.assetDetails does not say what the image is made from: add it",
        )));
    };
    match client.create_image(&request).await {
        Outcome::Done(created) => Performed {
            outcome: Outcome::Done(Some(created.stream_id.clone())),
            created: Some(Box::new(created)),
            told: None,
        },
        other => Performed::of_change(other.map(|_| ())),
    }
}

async fn change(client: &Client, name: &str, goal: &str, target: &Target<'_, ImageCatalog>) -> Outcome<()> {
    let Some(seen) = target.seen else {
        return not_listed();
    };
    match name {
        markers::MOVE => move_marker(client, &seen.image().id, goal).await,
        markers::DELETE => delete_marker(client, &seen.image().id, goal).await,
        _ => change_first_version(client, name, goal, target).await,
    }
}

async fn move_marker(client: &Client, image: &RemoteId, goal: &str) -> Outcome<()> {
    let Some((name, version)) = markers::read_goal(goal) else {
        return Outcome::not_yet(format!("{goal:?} names no marker and version"));
    };
    let patch = PatchVersion {
        markers: Some(vec![MarkerRequest {
            name: name.to_owned(),
        }]),
        ..PatchVersion::default()
    };
    client.patch_version(image, &version, &patch).await.map(|_| ())
}

async fn delete_marker(client: &Client, image: &RemoteId, goal: &str) -> Outcome<()> {
    let outcome = match goal.parse::<RemoteId>() {
        Ok(marker) => client.delete_marker(image, &marker).await,
        Err(error) => Outcome::not_yet(format!("{goal:?} is no marker: {error}")),
    };
    match outcome {
        Outcome::Refused(problem) if problem.kind == ProblemKind::NotFound => Outcome::Done(()),
        other => in_use(other),
    }
}

/// What is in use stays so for a while: the refusal of a deletion stands, other than that of a change that met another.
pub(super) fn in_use(outcome: Outcome<()>) -> Outcome<()> {
    match outcome {
        Outcome::Refused(problem) if problem.kind == ProblemKind::Conflict => Outcome::Refused(Problem {
            kind: ProblemKind::Rejected,
            ..problem
        }),
        other => other,
    }
}

async fn change_first_version(
    client: &Client,
    name: &str,
    goal: &str,
    target: &Target<'_, ImageCatalog>,
) -> Outcome<()> {
    let first = target
        .seen
        .and_then(|seen| Some((&seen.image().id, &first_version_of(seen, target)?.id)));
    let Some((image, version)) = first else {
        return not_listed();
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
        _ => Outcome::not_yet(format!("the spec does not ask for {name} any more")),
    }
}

pub(super) fn first_version_of<'a>(seen: &'a Seen, target: &Target<'_, ImageCatalog>) -> Option<&'a Version> {
    let recorded = desired::recorded_version(target.status);
    seen.initial_version(target.wanted, recorded.as_ref())
}

pub(super) fn not_listed() -> Outcome<()> {
    Outcome::not_yet("the first version of the image is not listed at the moment")
}
