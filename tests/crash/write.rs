//! The remote writes, each with what leads up to it.

use std::fmt;

use serde_json::{Value, json};

use super::support::gallery::{self, SECOND, published_to};
use super::support::{Kind, Subject};
use super::workshop::Workshop;

/// A remote write that the operator can be cut off in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    CreateImage,
    AddVersion,
    CloneVersion,
    Publish,
    Republish,
    Shrink,
    Patch,
    /// The remote moves a marker with a change of the version that it moves to.
    MoveMarker,
    DeleteMarker,
    DeleteVersion,
    /// The remote deletes an image with its last version.
    DeleteImage,
}

/// What a write does to the remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    Creates,
    Changes,
    Deletes,
}

impl Write {
    pub(crate) const ALL: [Self; 11] = [
        Self::CreateImage,
        Self::AddVersion,
        Self::CloneVersion,
        Self::Publish,
        Self::Republish,
        Self::Shrink,
        Self::Patch,
        Self::MoveMarker,
        Self::DeleteMarker,
        Self::DeleteVersion,
        Self::DeleteImage,
    ];

    pub(crate) fn nature(self) -> Nature {
        match self {
            Self::CreateImage | Self::AddVersion | Self::CloneVersion => Nature::Creates,
            Self::Publish
            | Self::Republish
            | Self::Shrink
            | Self::Patch
            | Self::MoveMarker
            | Self::DeleteMarker => Nature::Changes,
            Self::DeleteVersion | Self::DeleteImage => Nature::Deletes,
        }
    }

    /// What the simulator calls it.
    pub(crate) fn operation(self) -> &'static str {
        match self {
            Self::CreateImage => "createImage",
            Self::AddVersion => "addVersion",
            Self::CloneVersion => "cloneVersion",
            Self::Publish => "publishVersion",
            Self::Republish => "republishVersion",
            Self::Shrink => "shrinkVersion",
            Self::Patch | Self::MoveMarker => "patchVersion",
            Self::DeleteMarker => "deleteMarker",
            Self::DeleteVersion | Self::DeleteImage => "deleteVersion",
        }
    }

    /// The kind of the resource that stands for what is written.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::CreateImage | Self::MoveMarker | Self::DeleteMarker | Self::DeleteImage => {
                Kind::ImageCatalog
            }
            _ => Kind::ImageVersion,
        }
    }

    /// Brings everything as far as the trigger of the write.
    pub(crate) async fn prepare(self, workshop: &Workshop, name: &str) {
        let subject = workshop.subject(self.kind(), name);
        if self == Self::CreateImage {
            let mut catalog = serde_json::to_value(gallery::catalog(name)).unwrap();
            catalog["spec"]["suspend"] = json!(true);
            subject.create(&catalog).await;
            return subject.suspended().await;
        }
        let catalog = workshop.subject(Kind::ImageCatalog, name);
        let mut manifest = serde_json::to_value(gallery::catalog(name)).unwrap();
        if matches!(self, Self::MoveMarker | Self::DeleteMarker) {
            manifest["spec"]["markers"] = json!([{ "name": "production" }]);
        }
        catalog.create(&manifest).await;
        catalog.calm().await;
        let copies = match self {
            Self::CreateImage | Self::DeleteMarker | Self::DeleteImage => return,
            Self::MoveMarker => {
                let version = workshop.subject(Kind::ImageVersion, name);
                version.create(&gallery::version(name, name)).await;
                version.calm().await;
                return catalog.calm().await;
            }
            Self::AddVersion => {
                subject
                    .create(&with(gallery::version(name, name), &json!({ "suspend": true })))
                    .await;
                return subject.suspended().await;
            }
            Self::CloneVersion => {
                subject
                    .create(&with(gallery::clone(name, name), &json!({ "suspend": true })))
                    .await;
                return subject.suspended().await;
            }
            Self::Publish => {
                subject.create(&gallery::clone(name, name)).await;
                1
            }
            Self::Shrink => {
                subject
                    .create(&with(gallery::version(name, name), &published_to(&[SECOND])))
                    .await;
                2
            }
            Self::Republish | Self::Patch | Self::DeleteVersion => {
                subject
                    .create(&with(gallery::version(name, name), &published_to(&[])))
                    .await;
                1
            }
        };
        subject.calm_with_copies(copies).await;
    }

    /// What makes the operator send it.
    pub(crate) async fn trigger(self, subject: &Subject) {
        match self {
            Self::CreateImage | Self::AddVersion | Self::CloneVersion => {
                subject.edit(&json!({ "suspend": false })).await;
            }
            Self::Publish | Self::Shrink => subject.edit(&published_to(&[])).await,
            Self::Republish => subject.edit(&published_to(&[SECOND])).await,
            Self::Patch => subject.edit(&json!({ "versionDescription": "another" })).await,
            Self::MoveMarker => {
                let moved = json!({ "name": "production", "versionRef": { "name": subject.name } });
                subject.edit(&json!({ "markers": [moved] })).await;
            }
            Self::DeleteMarker => subject.edit(&json!({ "markers": [] })).await,
            Self::DeleteVersion | Self::DeleteImage => subject.delete().await,
        }
    }
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::CreateImage => "create image",
            Self::AddVersion => "add version",
            Self::CloneVersion => "clone version",
            Self::Publish => "publish",
            Self::Republish => "republish",
            Self::Shrink => "shrink",
            Self::Patch => "patch",
            Self::MoveMarker => "move marker",
            Self::DeleteMarker => "delete marker",
            Self::DeleteVersion => "delete version",
            Self::DeleteImage => "delete image",
        })
    }
}

/// The manifest with fields of its spec set.
fn with(mut manifest: Value, fields: &Value) -> Value {
    for (field, value) in fields.as_object().unwrap() {
        manifest["spec"][field] = value.clone();
    }
    manifest
}
