//! `ImageVersion`: a further version of an image.

pub mod changes;
pub mod desired;
#[cfg(test)]
mod examples;
mod look;
mod make;
mod mirror;
pub mod observed;
mod perform;
pub mod references;
mod remove;
pub mod report;

pub use desired::Wanted;
pub use observed::Seen;
pub use references::{References, Source};

use self::changes::{REPUBLISH, SHRINK, VALIDATE};
use super::image::change::PATCH;
use super::managed::{Looking, Managed, PartWanted, Performed, Target};
use super::policies::{Policies, Surroundings};
use super::words::Words;
use super::{Moved, Report};
use crate::api::record::PUBLISH;
use crate::api::{ImageVersion, ImageVersionStatus, ManagedStatus, Reason, SecretKeyReference};
use crate::connections::{Connection, ImageManagement};
use crate::lifecycle::{Blocker, Failure, Look, Looks, Operation, RemoteId};
use crate::remote::imagemgmt::model::CreatedVersion;

/// The kind, as it goes into marks.
pub const KIND: &str = "ImageVersion";

/// The one part of the record.
pub const VERSION: &str = "version";

impl Managed for ImageVersion {
    type References = References;
    type Wanted = Wanted;
    type Seen = Seen;
    type Created = CreatedVersion;
    type Remote = ImageManagement;

    const WORDS: Words = Words {
        noun: "version",
        name_field: None,
        id_field: "spec.versionId",
        verb,
        under_way,
        lacks_room: |_| false,
    };

    fn managed(status: &ImageVersionStatus) -> &ManagedStatus {
        &status.managed
    }

    fn managed_mut(status: &mut ImageVersionStatus) -> &mut ManagedStatus {
        &mut status.managed
    }

    fn policies(&self) -> Policies {
        Policies {
            suspend: self.spec.suspend,
            management: self.spec.management_policy,
            adoption: self.spec.adoption_policy.into(),
            deletion: self.spec.deletion_policy,
            recreation: self.spec.recreate_policy,
        }
    }

    fn connection_name(&self, references: &References) -> Option<String> {
        references.connection_name()
    }

    fn remote(connection: &Connection) -> Option<&ImageManagement> {
        connection.image_management()
    }

    fn wanted(&self, references: &References, surroundings: &Surroundings) -> Result<Wanted, Report> {
        Wanted::parse(self, references, surroundings)
    }

    fn parts(wanted: &Wanted) -> &[PartWanted] {
        std::slice::from_ref(&wanted.version)
    }

    fn dependents(_: &Wanted) -> Option<Blocker> {
        None
    }

    fn secret<'a>(
        wanted: &'a Wanted,
        _: &PartWanted,
        operation: &Operation,
    ) -> Option<&'a SecretKeyReference> {
        wanted
            .password_reference()
            .filter(|_| *operation == Operation::Create)
    }

    async fn look(
        looking: &Looking<'_, Self>,
        look: &Look,
        looks: &mut Looks,
        seen: &mut Option<Seen>,
    ) -> Result<(), Failure> {
        looking.version(look, looks, seen).await
    }

    async fn perform(
        remote: &ImageManagement,
        operation: &Operation,
        target: Target<'_, Self>,
    ) -> Performed<CreatedVersion> {
        perform::perform(remote, operation, target).await
    }

    fn sent(
        remote: &ImageManagement,
        wanted: &Wanted,
        part: &PartWanted,
        _: Option<&RemoteId>,
        _: Option<&Seen>,
    ) {
        remote.inventory().written(wanted.image.as_ref());
        if let Some(image) = &wanted.image {
            remote.inventory().watch_image(part.mark.object, image);
        }
    }

    fn released(remote: &ImageManagement, wanted: &Wanted) {
        remote.inventory().unwatch_image(wanted.version.mark.object);
    }

    fn adopted(status: &mut ImageVersionStatus, _: &PartWanted, id: &RemoteId) {
        // What is mirrored of another version would be taken for this one's.
        if status.version_id.as_deref() != Some(id.as_str()) {
            *status = mirror::of_no_version(status);
            status.version_id = Some(id.to_string());
        }
    }

    fn created(status: &mut ImageVersionStatus, _: &PartWanted, created: &CreatedVersion) {
        mirror::created(status, created);
    }

    fn changed(status: &mut ImageVersionStatus, operation: &Operation) {
        if let Operation::Change { name, goal } = operation
            && name == VALIDATE
        {
            status.last_handled_validate = Some(goal.clone());
        }
    }

    fn mirror(status: &mut ImageVersionStatus, wanted: &Wanted, seen: &Seen) {
        mirror::version(status, wanted, seen);
    }

    fn at_rest(wanted: &Wanted, seen: &Seen, _: &ImageVersionStatus) -> Report {
        report::at_rest(wanted, seen)
    }

    fn troubles(seen: &Seen) -> Option<String> {
        report::troubles(seen)
    }

    fn is_concerned(&self, moved: &Moved<'_>) -> bool {
        let status = self.status.as_ref();
        let image = status.and_then(|status| status.stream_id.as_deref());
        image.is_some_and(|image| moved.has_id(image))
    }
}

fn under_way(operation: &Operation) -> Reason {
    match operation {
        Operation::Create => Reason::Creating,
        Operation::Delete => Reason::Deleting,
        Operation::Change { name, .. } => match name.as_str() {
            PUBLISH => Reason::Publishing,
            REPUBLISH => Reason::Replicating,
            SHRINK => Reason::Shrinking,
            VALIDATE => Reason::Validating,
            _ => Reason::Patching,
        },
    }
}

fn verb(operation: &Operation) -> &'static str {
    match operation {
        Operation::Create => "create the version",
        Operation::Delete => "delete the version",
        Operation::Change { name, .. } => match name.as_str() {
            PUBLISH => "publish the version",
            REPUBLISH => "publish the version's missing or failed copies",
            SHRINK => "take away the version's copies that the spec does not name",
            VALIDATE => "validate the version",
            PATCH => "describe the version",
            _ => "change the version",
        },
    }
}
