//! Deletes the first version: with its image, or alone once another version has taken its place.

use super::markers::Markers;
use super::perform::{first_version_of, in_use, not_listed};
use super::{Seen, changes};
use crate::api::ImageCatalog;
use crate::connections::{ImageManagement, Turn};
use crate::kinds::managed::Target;
use crate::lifecycle::Outcome;

/// The image goes with its last version, which is the first one: other ones keep it from being deleted.
pub(super) async fn image(remote: &ImageManagement, target: &Target<'_, ImageCatalog>) -> Outcome<()> {
    let (_turn, now) = match alone(remote, target).await {
        Ok(alone) => alone,
        Err(outcome) => return outcome,
    };
    let Some(first) = first_version_of(&now, target) else {
        return not_listed();
    };
    if changes::delete_blocker(target.wanted, &now, target.status).is_some() {
        return Outcome::not_yet("the image is not deleted yet: another version has appeared in it");
    }
    let image = &now.image().id;
    remote.client().delete_version(image, &first.id).await
}

/// The first version goes alone, while another one stays.
pub(super) async fn first_version(
    remote: &ImageManagement,
    target: &Target<'_, ImageCatalog>,
) -> Outcome<()> {
    let (_turn, now) = match alone(remote, target).await {
        Ok(alone) => alone,
        Err(outcome) => return outcome,
    };
    let Some(first) = first_version_of(&now, target) else {
        return not_listed();
    };
    let markers = Markers {
        wanted: target.wanted,
        seen: &now,
        status: target.status,
    };
    if changes::retire(markers, first).is_none() {
        return Outcome::not_yet(
            "the first version is not removed: no other one takes its place at the moment",
        );
    }
    let image = &now.image().id;
    in_use(remote.client().delete_version(image, &first.id).await)
}

/// The turn to delete in this image, and what is in it now.
async fn alone(
    remote: &ImageManagement,
    target: &Target<'_, ImageCatalog>,
) -> Result<(Turn, Seen), Outcome<()>> {
    let Some(seen) = target.seen else {
        return Err(not_listed());
    };
    match remote.versions_in_turn(&seen.image().id).await {
        Outcome::Done((turn, versions)) => Ok((
            turn,
            Seen {
                versions,
                ..seen.clone()
            },
        )),
        other => Err(other.map(|_| ())),
    }
}
