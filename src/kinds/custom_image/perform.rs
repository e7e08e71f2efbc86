//! Turns one step into one remote call.

use super::{IMAGE, Seen};
use crate::api::CustomImage;
use crate::connections::SurferCloud;
use crate::kinds::managed::{Performed, Target};
use crate::lifecycle::{Operation, Outcome, Problem, ProblemKind, RemoteId};

/// Sends the one request that this operation stands for.
pub(super) async fn perform(
    remote: &SurferCloud,
    operation: &Operation,
    target: Target<'_, CustomImage>,
) -> Performed<RemoteId> {
    match operation {
        Operation::Create => made(create(remote, &target).await),
        Operation::Delete => Performed::of_change(delete(remote, &target).await),
        Operation::Change { name, .. } => Performed::of_change(Outcome::not_yet(format!(
            "the spec does not ask for {name} any more"
        ))),
    }
}

async fn create(remote: &SurferCloud, target: &Target<'_, CustomImage>) -> Outcome<RemoteId> {
    let place = target.wanted.place(target.part, remote);
    if *target.part.name == *IMAGE {
        return match target.wanted.import_request(target.part, target.secret.as_ref()) {
            Ok(request) => remote.client().import_image(&place, &request).await,
            // What the Secret holds is not shown, and neither is what is wrong with it in detail.
            Err(error) => Outcome::Refused(Problem::new(ProblemKind::Rejected, error.to_string())),
        };
    }
    let source = target
        .seen
        .and_then(Seen::image)
        .map(|image| image.image_id.clone());
    let request = source.and_then(|source| target.wanted.copy_request(target.part, source));
    let home = target.seen.and_then(|seen| seen.home.as_ref());
    match home.zip(request) {
        Some((home, request)) => remote.client().copy_image(home, &request).await,
        None => Outcome::not_yet("the image that is to be copied is not listed at the moment"),
    }
}

async fn delete(remote: &SurferCloud, target: &Target<'_, CustomImage>) -> Outcome<()> {
    let parts = &target.status.managed.parts;
    let recorded = parts.iter().find(|part| *part.name == *target.part.name);
    let id: Option<RemoteId> = recorded
        .and_then(|part| part.id.as_deref())
        .and_then(|id| id.parse().ok());
    let place = target.wanted.place(target.part, remote);
    match id {
        Some(id) => remote.client().terminate_image(&place, &id).await,
        None => Outcome::not_yet("the image that is to be deleted is not on record"),
    }
}

fn made(outcome: Outcome<RemoteId>) -> Performed<RemoteId> {
    match outcome {
        Outcome::Done(id) => Performed {
            outcome: Outcome::Done(Some(id.clone())),
            created: Some(Box::new(id)),
            told: None,
        },
        other => Performed::of_change(other.map(|_| ())),
    }
}
