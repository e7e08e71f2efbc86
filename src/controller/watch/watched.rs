//! What the watches need to know of a kind.

use std::fmt::Debug;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::Resource;
use kube::core::NamespaceResourceScope;
use kube::runtime::reflector::Store;
use serde::de::DeserializeOwned;

use super::caches::Caches;
use crate::api::{CloudConnection, CustomImage, ImageCatalog};
use crate::controller::key::Kind;

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

    /// The name of the CloudConnection that it refers to, in its own namespace.
    fn connection(&self) -> Option<&str>;
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

    fn connection(&self) -> Option<&str> {
        None
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

    fn connection(&self) -> Option<&str> {
        Some(&self.spec.connection_ref.name)
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

    fn connection(&self) -> Option<&str> {
        Some(&self.spec.connection_ref.name)
    }
}
