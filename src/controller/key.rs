//! Which object the operator works on.

use std::fmt;

use kube::runtime::reflector::ObjectRef;

use super::watch::Watched;

/// A kind that the operator works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The connection to an account.
    CloudConnection,
    /// An image imported from a disk file.
    CustomImage,
    /// An image with its first version.
    ImageCatalog,
    /// A further version of an image.
    ImageVersion,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 4] = [
        Kind::CloudConnection,
        Kind::CustomImage,
        Kind::ImageCatalog,
        Kind::ImageVersion,
    ];

    /// The kind as it stands in a manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::CloudConnection => "CloudConnection",
            Kind::CustomImage => "CustomImage",
            Kind::ImageCatalog => "ImageCatalog",
            Kind::ImageVersion => "ImageVersion",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Names one object. Prints as `ImageCatalog default/win11`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Key {
    /// Names an object.
    pub fn new(kind: Kind, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Key {
            kind,
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// The key of an object in hand.
    pub fn of<K: Watched>(object: &K) -> Self {
        let meta = object.meta();
        Key::new(
            K::KIND,
            meta.namespace.clone().unwrap_or_default(),
            meta.name.clone().unwrap_or_default(),
        )
    }

    /// How a cache of the kind `K` names the object.
    pub fn object_ref<K: Watched>(&self) -> ObjectRef<K> {
        ObjectRef::new(&self.name).within(&self.namespace)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}
