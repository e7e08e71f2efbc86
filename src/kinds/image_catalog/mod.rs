//! `ImageCatalog`: an image with its first version.

pub mod changes;
pub mod desired;
#[cfg(test)]
mod examples;
pub mod holders;
pub mod look;
pub mod markers;
pub mod mirror;
pub mod observed;
pub mod perform;
mod remove;
pub mod report;

pub use desired::{InvalidSpec, Wanted};
pub use holders::Holders;
pub use observed::Seen;

use self::changes::RETIRE;
use self::markers::Markers;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::managed::{Looking, Managed, PartWanted, Performed, Target};
use super::policies::{Policies, Surroundings};
use super::words::Words;
use super::{Moved, Report};
use crate::api::record::PUBLISH;
use crate::api::{ImageCatalog, ImageCatalogStatus, ManagedStatus, Reason, SecretKeyReference};
use crate::connections::{Connection, ImageManagement};
use crate::lifecycle::{Blocker, Failure, Look, Looks, ObjectPart, Operation, RemoteId};
use crate::remote::imagemgmt::model::CreatedImage;

/// The kind, as it goes into marks.
pub const KIND: &str = "ImageCatalog";

/// The part of the record that is the image itself.
pub const IMAGE: &str = "image";

/// The part that is the first version; it comes and goes with the image, so it only has a mark of its own.
pub const INITIAL_VERSION: &str = "initial-version";

impl Managed for ImageCatalog {
    type References = Holders;
    type Wanted = Wanted;
    type Seen = Seen;
    type Created = CreatedImage;
    type Remote = ImageManagement;

    const WORDS: Words = Words {
        noun: "image",
        name_field: Some("spec.streamName"),
        id_field: "spec.streamId",
        verb,
        under_way,
        lacks_room: |_| false,
    };

    fn managed(status: &ImageCatalogStatus) -> &ManagedStatus {
        &status.managed
    }

    fn managed_mut(status: &mut ImageCatalogStatus) -> &mut ManagedStatus {
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

    fn connection_name(&self, _: &Holders) -> Option<String> {
        Some(self.spec.connection_ref.name.clone())
    }

    fn remote(connection: &Connection) -> Option<&ImageManagement> {
        connection.image_management()
    }

    fn wanted(&self, holders: &Holders, surroundings: &Surroundings) -> Result<Wanted, Report> {
        Wanted::parse(self, holders, surroundings)
            .map_err(|error| Report::stalled(Reason::InvalidSpec, error.to_string()))
    }

    fn parts(wanted: &Wanted) -> &[PartWanted] {
        std::slice::from_ref(&wanted.image)
    }

    fn dependents(wanted: &Wanted) -> Option<Blocker> {
        holders::dependents(wanted)
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
        looking.image(look, looks, seen).await
    }

    fn remember(
        status: &mut ImageCatalogStatus,
        wanted: &Wanted,
        seen: Option<&Seen>,
        operation: &Operation,
    ) {
        markers::remember(status, wanted, seen, operation);
    }

    async fn perform(
        remote: &ImageManagement,
        operation: &Operation,
        target: Target<'_, Self>,
    ) -> Performed<CreatedImage> {
        perform::perform(remote, operation, target).await
    }

    fn sent(
        remote: &ImageManagement,
        _: &Wanted,
        part: &PartWanted,
        id: Option<&RemoteId>,
        _: Option<&Seen>,
    ) {
        remote.inventory().written(id);
        if let Some(id) = id {
            remote.inventory().watch_image(part.mark.object, id);
        }
    }

    fn released(remote: &ImageManagement, wanted: &Wanted) {
        remote.inventory().unwatch_image(wanted.image.mark.object);
    }

    fn adopted(status: &mut ImageCatalogStatus, _: &PartWanted, id: &RemoteId) {
        // What is mirrored of another image would be taken for this one's.
        if status.stream_id.as_deref() != Some(id.as_str()) {
            let made_with_it = std::mem::take(&mut status.managed_markers);
            let is_another = status.stream_id.is_some();
            *status = super::managed::mirroring_nothing::<Self>(status);
            if !is_another {
                status.managed_markers = made_with_it;
            }
            status.stream_id = Some(id.to_string());
        }
    }

    fn created(status: &mut ImageCatalogStatus, _: &PartWanted, created: &CreatedImage) {
        mirror::created(status, created);
    }

    fn mirror(status: &mut ImageCatalogStatus, wanted: &Wanted, seen: &Seen) {
        let recorded = desired::recorded_version(status);
        mirror::image(status, wanted, seen, recorded.as_ref());
        markers::take_over(status, wanted, seen);
    }

    fn further_conditions(wanted: &Wanted, seen: &Seen, status: &ImageCatalogStatus) -> Vec<Condition> {
        let markers = Markers { wanted, seen, status };
        markers.condition().into_iter().collect()
    }

    fn at_rest(wanted: &Wanted, seen: &Seen, status: &ImageCatalogStatus) -> Report {
        report::at_rest(wanted, seen, status)
    }

    fn is_concerned(&self, moved: &Moved<'_>) -> bool {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        let namespace = self.metadata.namespace.as_deref().unwrap_or_default();
        moved.has_record_of(self.status.as_ref().map(|status| &status.managed))
            || moved.has_mark(ObjectPart::of(KIND, namespace, name, IMAGE))
            || moved.has_name(self.spec.stream_name.as_deref().unwrap_or(name))
    }
}

fn under_way(operation: &Operation) -> Reason {
    match operation {
        Operation::Create => Reason::Creating,
        Operation::Delete => Reason::Deleting,
        Operation::Change { name, .. } if name == PUBLISH => Reason::Publishing,
        Operation::Change { name, .. } if name == markers::MOVE => Reason::MovingMarker,
        Operation::Change { name, .. } if name == markers::DELETE => Reason::DeletingMarker,
        Operation::Change { name, .. } if name == RETIRE => Reason::RetiringInitialVersion,
        Operation::Change { .. } => Reason::Patching,
    }
}

fn verb(operation: &Operation) -> &'static str {
    match operation {
        Operation::Create => "create the image",
        Operation::Delete => "delete the image",
        Operation::Change { name, .. } if name == PUBLISH => "publish the first version",
        Operation::Change { name, .. } if name == markers::MOVE => "move a marker",
        Operation::Change { name, .. } if name == markers::DELETE => "delete a marker",
        Operation::Change { name, .. } if name == RETIRE => "remove the first version",
        Operation::Change { .. } => "describe the first version",
    }
}
