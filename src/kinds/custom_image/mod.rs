//! `CustomImage`: an image imported from a disk file, and its copies in other regions and projects.

pub mod desired;
#[cfg(test)]
mod examples;
pub mod look;
pub mod mirror;
pub mod observed;
pub mod perform;
pub mod report;

pub use desired::{InvalidSpec, Wanted};
pub use observed::Seen;

use super::managed::{Looking, Managed, PartWanted, Performed, Target};
use super::policies::{Policies, Surroundings};
use super::words::Words;
use super::{Moved, Report};
use crate::api::{AdoptionPolicy, CustomImage, CustomImageStatus, ManagedStatus, Reason, SecretKeyReference};
use crate::connections::{Connection, SurferCloud};
use crate::lifecycle::{Blocker, Failure, Look, Looks, ObjectPart, Operation, RemoteId};
use crate::remote::surfercloud;

/// The kind, as it goes into marks.
pub const KIND: &str = "CustomImage";

/// The part of the record that is the imported image.
pub const IMAGE: &str = "image";

impl Managed for CustomImage {
    type References = ();
    type Wanted = Wanted;
    type Seen = Seen;
    type Created = RemoteId;
    type Remote = SurferCloud;

    const WORDS: Words = Words {
        noun: "image",
        name_field: Some("spec.imageName"),
        id_field: "spec.imageId",
        verb,
        under_way,
        lacks_room: surfercloud::lacks_room,
    };

    fn managed(status: &CustomImageStatus) -> &ManagedStatus {
        &status.managed
    }

    fn managed_mut(status: &mut CustomImageStatus) -> &mut ManagedStatus {
        &mut status.managed
    }

    fn policies(&self) -> Policies {
        Policies {
            suspend: self.spec.suspend,
            management: self.spec.management_policy,
            adoption: self.spec.adoption_policy,
            deletion: self.spec.deletion_policy,
            recreation: self.spec.recreate_policy,
        }
    }

    fn connection_name(&self, (): &()) -> Option<String> {
        Some(self.spec.connection_ref.name.clone())
    }

    fn remote(connection: &Connection) -> Option<&SurferCloud> {
        connection.surfercloud()
    }

    fn wanted(&self, (): &(), surroundings: &Surroundings) -> Result<Wanted, Report> {
        Wanted::parse(self, surroundings)
            .map_err(|error| Report::stalled(Reason::InvalidSpec, error.to_string()))
    }

    fn parts(wanted: &Wanted) -> &[PartWanted] {
        wanted.parts()
    }

    fn dependents(_: &Wanted) -> Option<Blocker> {
        None
    }

    /// The address of the file is needed for the import alone.
    fn secret<'a>(
        wanted: &'a Wanted,
        part: &PartWanted,
        operation: &Operation,
    ) -> Option<&'a SecretKeyReference> {
        let imports = *part.name == *IMAGE && *operation == Operation::Create;
        wanted.spec.ufile_url_secret_ref.as_ref().filter(|_| imports)
    }

    /// A copy is made once there is something to copy.
    fn is_due(_: &Wanted, part: &PartWanted, seen: Option<&Seen>) -> bool {
        *part.name == *IMAGE || seen.is_some_and(Seen::can_be_copied)
    }

    async fn look(
        looking: &Looking<'_, Self>,
        look: &Look,
        looks: &mut Looks,
        seen: &mut Option<Seen>,
    ) -> Result<(), Failure> {
        looking.part(look, looks, seen).await
    }

    async fn perform(
        remote: &SurferCloud,
        operation: &Operation,
        target: Target<'_, Self>,
    ) -> Performed<RemoteId> {
        perform::perform(remote, operation, target).await
    }

    fn sent(
        remote: &SurferCloud,
        wanted: &Wanted,
        part: &PartWanted,
        id: Option<&RemoteId>,
        _: Option<&Seen>,
    ) {
        let place = wanted.place(part, remote);
        remote.inventory().written(&place, id);
        remote.inventory().hold(part.mark.object, &place, id);
    }

    fn released(remote: &SurferCloud, wanted: &Wanted) {
        for part in wanted.parts() {
            remote.inventory().let_go(part.mark.object);
        }
    }

    fn dropped(remote: &SurferCloud, part: &PartWanted) {
        remote.inventory().let_go(part.mark.object);
    }

    fn adopted(status: &mut CustomImageStatus, part: &PartWanted, id: &RemoteId) {
        if *part.name != *IMAGE {
            return;
        }
        // What is mirrored of another image would be taken for this one's.
        if status.image_id.as_deref() != Some(id.as_str()) {
            *status = super::managed::mirroring_nothing::<Self>(status);
            status.image_id = Some(id.to_string());
        }
    }

    fn created(status: &mut CustomImageStatus, part: &PartWanted, created: &RemoteId) {
        if *part.name == *IMAGE {
            status.image_id = Some(created.to_string());
        }
    }

    fn mirror(status: &mut CustomImageStatus, wanted: &Wanted, seen: &Seen) {
        mirror::mirror(status, wanted, seen);
    }

    fn at_rest(wanted: &Wanted, seen: &Seen, _: &CustomImageStatus) -> Report {
        report::at_rest(wanted, seen)
    }

    fn is_concerned(&self, moved: &Moved<'_>) -> bool {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        let namespace = self.metadata.namespace.as_deref().unwrap_or_default();
        let takes_names = self.spec.adoption_policy == AdoptionPolicy::IfNameMatches;
        let mut copies = self.spec.copies.iter().map(desired::part_of_copy);
        let marked = |part: &str| moved.has_mark(ObjectPart::of(KIND, namespace, name, part));
        moved.has_record_of(self.status.as_ref().map(|status| &status.managed))
            || marked(IMAGE)
            || copies.any(|part| marked(&part))
            || takes_names && moved.has_name(self.spec.image_name.as_deref().unwrap_or(name))
    }
}

fn under_way(operation: &Operation) -> Reason {
    match operation {
        Operation::Create => Reason::Creating,
        Operation::Delete => Reason::Deleting,
        Operation::Change { .. } => Reason::InTransition,
    }
}

fn verb(operation: &Operation) -> &'static str {
    match operation {
        Operation::Create => "make the image",
        Operation::Delete => "delete the image",
        Operation::Change { .. } => "change the image",
    }
}
