//! What the watches need to know of a kind.

use std::fmt::Debug;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::Resource;
use kube::core::NamespaceResourceScope;
use kube::runtime::reflector::Store;
use serde::de::DeserializeOwned;

use super::caches::Caches;
use crate::api::image_version::SourceKind;
use crate::api::{CloudConnection, CustomImage, ImageCatalog, ImageVersion};
use crate::controller::key::Kind;
use crate::kinds::conditions;

/// A kind that the operator watches.
pub trait Watched:
    Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + Debug
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
    /// Which one it is.
    const KIND: Kind;

    /// The conditions in its status.
    fn conditions(&self) -> &[Condition];

    /// The generation that its status speaks of.
    fn observed_generation(&self) -> Option<i64>;

    /// Where its objects are as they were last seen.
    fn store(caches: &Caches) -> &Store<Self>;

    /// The objects that it refers to, by name, in its own namespace.
    fn references(&self) -> [Option<(Kind, &str)>; 2];

    /// What those that refer to it go by.
    fn shown(&self) -> [Option<&str>; 4];
}

impl Watched for CloudConnection {
    const KIND: Kind = Kind::CloudConnection;

    fn conditions(&self) -> &[Condition] {
        self.status.as_ref().map_or(&[], |status| &status.conditions)
    }

    fn observed_generation(&self) -> Option<i64> {
        self.status.as_ref().map(|status| status.observed_generation)
    }

    fn store(caches: &Caches) -> &Store<Self> {
        &caches.connections
    }

    fn references(&self) -> [Option<(Kind, &str)>; 2] {
        [None, None]
    }

    fn shown(&self) -> [Option<&str>; 4] {
        let ready = conditions::ready(self.conditions());
        let status = ready.map(|ready| ready.status.as_str());
        [status, ready.map(|ready| ready.reason.as_str()), None, None]
    }
}

impl Watched for CustomImage {
    const KIND: Kind = Kind::CustomImage;

    fn conditions(&self) -> &[Condition] {
        self.status
            .as_ref()
            .map_or(&[], |status| &status.managed.conditions)
    }

    fn observed_generation(&self) -> Option<i64> {
        self.status
            .as_ref()
            .map(|status| status.managed.observed_generation)
    }

    fn store(caches: &Caches) -> &Store<Self> {
        &caches.custom_images
    }

    fn references(&self) -> [Option<(Kind, &str)>; 2] {
        [
            Some((Kind::CloudConnection, &self.spec.connection_ref.name)),
            None,
        ]
    }

    fn shown(&self) -> [Option<&str>; 4] {
        let status = self.status.as_ref();
        [
            status.and_then(|status| status.image_id.as_deref()),
            status.and_then(|status| status.state.as_deref()),
            None,
            status.and_then(|status| status.managed.owner_uid.as_deref()),
        ]
    }
}

impl Watched for ImageCatalog {
    const KIND: Kind = Kind::ImageCatalog;

    fn conditions(&self) -> &[Condition] {
        self.status
            .as_ref()
            .map_or(&[], |status| &status.managed.conditions)
    }

    fn observed_generation(&self) -> Option<i64> {
        self.status
            .as_ref()
            .map(|status| status.managed.observed_generation)
    }

    fn store(caches: &Caches) -> &Store<Self> {
        &caches.catalogs
    }

    fn references(&self) -> [Option<(Kind, &str)>; 2] {
        [
            Some((Kind::CloudConnection, &self.spec.connection_ref.name)),
            None,
        ]
    }

    fn shown(&self) -> [Option<&str>; 4] {
        let status = self.status.as_ref();
        [
            status.and_then(|status| status.stream_id.as_deref()),
            status.and_then(|status| status.version_id.as_deref()),
            status.and_then(|status| status.version_status.as_deref()),
            status.and_then(|status| status.managed.owner_uid.as_deref()),
        ]
    }
}

impl Watched for ImageVersion {
    const KIND: Kind = Kind::ImageVersion;

    fn conditions(&self) -> &[Condition] {
        self.status
            .as_ref()
            .map_or(&[], |status| &status.managed.conditions)
    }

    fn observed_generation(&self) -> Option<i64> {
        self.status
            .as_ref()
            .map(|status| status.managed.observed_generation)
    }

    fn store(caches: &Caches) -> &Store<Self> {
        &caches.versions
    }

    fn references(&self) -> [Option<(Kind, &str)>; 2] {
        let source = self.spec.source_version_ref.as_ref().map(|source| {
            let kind = match source.kind {
                SourceKind::ImageVersion => Kind::ImageVersion,
                SourceKind::ImageCatalog => Kind::ImageCatalog,
            };
            (kind, source.name.as_str())
        });
        [Some((Kind::ImageCatalog, &self.spec.catalog_ref.name)), source]
    }

    fn shown(&self) -> [Option<&str>; 4] {
        let status = self.status.as_ref();
        [
            status.and_then(|status| status.version_id.as_deref()),
            status.and_then(|status| status.version_name.as_deref()),
            status.and_then(|status| status.version_status.as_deref()),
            status.and_then(|status| status.managed.owner_uid.as_deref()),
        ]
    }
}
