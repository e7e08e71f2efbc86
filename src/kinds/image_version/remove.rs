//! Deletes a version: one at a time in its image, and never the last one.

use super::observed::{Seen, going, staying};
use crate::api::{ImageVersion, Reason};
use crate::connections::ImageManagement;
use crate::kinds::Report;
use crate::kinds::image::seen::mark_of;
use crate::kinds::managed::{Performed, Target};
use crate::lifecycle::{Described, Mark, Outcome, Presence, Problem, ProblemKind};
use crate::remote::imagemgmt::Client;
use crate::remote::imagemgmt::model::{CreatedVersion, PatchVersion};

/// Deletes the version, or leaves it to its catalog where the image has no other: the remote deletes an image together
/// with its last version.
pub(super) async fn remove(
    remote: &ImageManagement,
    target: &Target<'_, ImageVersion>,
) -> Performed<CreatedVersion> {
    let Some(seen) = target.seen else {
        return Performed::of_change(Outcome::not_yet("the version is not listed at the moment"));
    };
    let (image, version) = (&seen.image, &seen.version.id);
    let (_turn, all) = match remote.versions_in_turn(image).await {
        Outcome::Done(in_turn) => in_turn,
        other => return Performed::of_change(other.map(|_| ())),
    };
    if let Some(other) = going(&all, version).next() {
        return Performed::of_change(Outcome::not_yet(format!(
            "version {} of the image is being deleted, and they go one at a time",
            other.name
        )));
    }
    if staying(&all, version).next().is_some() {
        return Performed::of_change(remote.client().delete_version(image, version).await);
    }
    if target.part.desired.presence != Presence::Deleted {
        return Performed::of_change(refused(
            "it is the only version of its image, which would be deleted with it: add another version first",
        ));
    }
    leave_to_the_catalog(remote.client(), seen, target.wanted.mark_of_the_catalog).await
}

/// Puts the mark of the catalog's own version on this one: whoever deletes the catalog finds it by that.
async fn leave_to_the_catalog(client: &Client, seen: &Seen, mark: Mark) -> Performed<CreatedVersion> {
    let text = Described::parse(seen.version.description.as_deref().unwrap_or_default()).text;
    let patch = PatchVersion {
        description: Some(Described::render(&text, mark)),
        ..PatchVersion::default()
    };
    let patched = client.patch_version(&seen.image, &seen.version.id, &patch).await;
    let outcome = match patched {
        Outcome::Done(there) if mark_of(there.description.as_deref()) != Some(mark) => refused(
            "it is the last version of its image and is left to its ImageCatalog, but the remote does not keep the \
             description that says so: set deletionPolicy: Retain",
        ),
        other => other.map(|_| ()),
    };
    let told = matches!(outcome, Outcome::Done(())).then(|| {
        Report::reconciling(
            Reason::LeftToCatalog,
            "the last version of an image is left to its ImageCatalog, which takes it along when it goes",
        )
    });
    Performed {
        told,
        ..Performed::of_change(outcome)
    }
}

fn refused(why: &str) -> Outcome<()> {
    Outcome::Refused(Problem::new(
        ProblemKind::Rejected,
        format!("the version is not deleted: {why}"),
    ))
}
