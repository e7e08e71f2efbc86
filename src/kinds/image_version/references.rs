//! The resources around an `ImageVersion`, and what of them counts.

use std::sync::Arc;

use kube::Resource;

use super::VERSION;
use crate::api::{ImageCatalog, ImageVersion, ManagedStatus};
use crate::kinds::{Managed, image_catalog};
use crate::lifecycle::RemoteId;

/// The resources around an `ImageVersion`, as last seen.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// The catalog that it is a version of.
    pub catalog: Option<Arc<ImageCatalog>>,
    /// The resource whose version it is made from.
    pub source: Source,
    /// A CloudConnection to the account on record, for a version whose catalog is gone.
    pub remembered_connection: Option<String>,
}

/// The resource whose version another one is made from.
#[derive(Clone, Debug, Default)]
pub enum Source {
    /// The spec names none.
    #[default]
    Unnamed,
    /// The spec names one, and there is none of that name.
    Missing,
    /// A further version.
    Version(Arc<ImageVersion>),
    /// An image, for its first version.
    Catalog(Arc<ImageCatalog>),
}

/// A version that another one can be made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceVersion {
    /// Its id, once it is on record.
    pub id: Option<RemoteId>,
    /// Its status in the remote's words, where it has been seen.
    pub status: Option<String>,
}

impl References {
    /// The connection to the account: that of the catalog; without one, one to the account on record.
    pub(super) fn connection_name(&self) -> Option<String> {
        let catalog = self.catalog.as_deref();
        catalog
            .map(|catalog| catalog.spec.connection_ref.name.clone())
            .or_else(|| self.remembered_connection.clone())
    }
}

impl Source {
    /// What is known of the version; nothing where no resource is there.
    pub(super) fn version(&self) -> Option<SourceVersion> {
        match self {
            Source::Unnamed | Source::Missing => None,
            Source::Version(version) => Some(SourceVersion {
                id: recorded(&**version, VERSION),
                status: version
                    .status
                    .as_ref()
                    .and_then(|status| status.version_status.clone()),
            }),
            Source::Catalog(catalog) => {
                let own = recorded(&**catalog, image_catalog::IMAGE).and(catalog.status.as_ref());
                Some(SourceVersion {
                    id: own.and_then(|status| status.version_id.as_deref()?.parse().ok()),
                    status: own.and_then(|status| status.version_status.clone()),
                })
            }
        }
    }
}

/// The image that a catalog has on record.
pub(super) fn image_of(catalog: &ImageCatalog) -> Option<RemoteId> {
    recorded(catalog, image_catalog::IMAGE)
}

/// The id that a resource has on record for a part. What a status was restored with is not believed.
fn recorded<K: Managed>(resource: &K, part: &str) -> Option<RemoteId> {
    let status = K::managed(resource.status()?);
    let own = status.owner_uid.is_some() && status.owner_uid == Resource::meta(resource).uid;
    own.then(|| id_in(status, part)).flatten()
}

pub(super) fn id_in(status: &ManagedStatus, part: &str) -> Option<RemoteId> {
    let part = status.parts.iter().find(|there| there.name == part)?;
    part.id.as_deref()?.parse().ok()
}
