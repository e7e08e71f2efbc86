//! The ImageVersions of an image: which versions they hold, and which of them have to go before the image does.

use kube::ResourceExt;

use super::Wanted;
use crate::api::ImageVersion;
use crate::api::names::FINALIZER;
use crate::lifecycle::{Blocker, Presence, RemoteId};

/// The ImageVersions that name an ImageCatalog, as last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders(Vec<Holder>);

/// An ImageVersion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its name.
    pub name: String,
    /// The version that it stands for, once known.
    pub version_id: Option<RemoteId>,
    /// Whether it lives.
    pub life: Life,
    /// Whether it may have a version.
    pub holding: Holding,
}

/// Whether a resource may stand for something remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holding {
    /// Its finalizer or its record says that there may be something.
    Something,
    /// Nothing was ever sent for it: its finalizer comes first.
    Nothing,
}

/// Whether a resource lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    /// It does.
    Lives,
    /// It is being deleted.
    Goes,
}

impl Holders {
    /// Those of these ImageVersions that name this ImageCatalog.
    pub fn of<'a>(
        namespace: Option<&str>,
        catalog: &str,
        versions: impl IntoIterator<Item = &'a ImageVersion>,
    ) -> Self {
        let names_it = |version: &&ImageVersion| {
            version.metadata.namespace.as_deref() == namespace && version.spec.catalog_ref.name == catalog
        };
        let mut holders: Vec<Holder> = versions.into_iter().filter(names_it).map(Holder::of).collect();
        holders.sort_by(|a, b| a.name.cmp(&b.name));
        Holders(holders)
    }

    /// The ImageVersion of this name.
    pub fn named(&self, name: &str) -> Option<&Holder> {
        self.0.iter().find(|holder| holder.name == name)
    }

    /// The ImageVersion that stands for this version.
    pub fn holder_of(&self, version: &RemoteId) -> Option<&Holder> {
        self.0
            .iter()
            .find(|holder| holder.version_id.as_ref() == Some(version))
    }

    /// Whether a version stays, as far as its ImageVersion goes.
    pub fn is_to_stay(&self, version: &RemoteId) -> bool {
        self.holder_of(version)
            .is_none_or(|holder| holder.life == Life::Lives)
    }

    /// Whether one of them, which is to live, has no version yet. It may be made from any other one.
    pub fn expect_more(&self) -> bool {
        self.0
            .iter()
            .any(|holder| holder.life == Life::Lives && holder.version_id.is_none())
    }
}

impl Holder {
    fn of(version: &ImageVersion) -> Self {
        let id = version
            .status
            .as_ref()
            .and_then(|status| status.version_id.as_deref());
        let finalizers = version.finalizers();
        let recorded = version
            .status
            .as_ref()
            .is_some_and(|status| !status.managed.parts.is_empty());
        Holder {
            name: version.name_any(),
            version_id: id.and_then(|id| id.parse().ok()),
            life: match version.metadata.deletion_timestamp {
                None => Life::Lives,
                Some(_) => Life::Goes,
            },
            holding: if recorded || finalizers.iter().any(|name| name == FINALIZER) {
                Holding::Something
            } else {
                Holding::Nothing
            },
        }
    }
}

/// ImageVersions that go before anything of the image is deleted. One that nothing was sent for yet does not: as long as
/// its catalog is being deleted, nothing will be. An image that failed, and that a person has made again, waits only for
/// those that have a version in it.
pub(super) fn dependents(wanted: &Wanted) -> Option<Blocker> {
    let image_goes = wanted.image.desired.presence == Presence::Deleted;
    let names: Vec<String> = wanted
        .holders
        .0
        .iter()
        .filter(|holder| match holder.holding {
            Holding::Something => image_goes || holder.version_id.is_some(),
            Holding::Nothing => holder.version_id.is_some(),
        })
        .map(|holder| format!("ImageVersion/{}", holder.name))
        .collect();
    (!names.is_empty()).then_some(Blocker::Dependents(names))
}

#[cfg(test)]
mod tests;
