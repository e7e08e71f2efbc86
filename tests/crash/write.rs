//! The remote writes, each with what leads up to it.

use std::fmt;

use serde_json::json;

use super::support::gallery::{self, Limits, SECOND, published_to};
use super::support::manifest::with;
use super::support::surfercloud::{self, ELSEWHERE, HOME, copied_to};
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
    ImportCustomImage,
    CopyCustomImage,
    /// The image of a resource that is being deleted.
    DeleteCustomImage,
    /// A copy that the spec names no more.
    RemoveCopy,
}

/// Where images are listed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// An account of image management, as a whole.
    Account,
    /// A region and a project of SurferCloud.
    Located(String, String),
}

/// What a write does to what its resource stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    Creates,
    Changes,
    Deletes,
}

impl Write {
    pub(crate) const ALL: [Self; 15] = [
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
        Self::ImportCustomImage,
        Self::CopyCustomImage,
        Self::DeleteCustomImage,
        Self::RemoveCopy,
    ];

    pub(crate) fn nature(self) -> Nature {
        match self {
            Self::CreateImage
            | Self::AddVersion
            | Self::CloneVersion
            | Self::ImportCustomImage
            | Self::CopyCustomImage => Nature::Creates,
            Self::Publish
            | Self::Republish
            | Self::Shrink
            | Self::Patch
            | Self::MoveMarker
            | Self::DeleteMarker
            | Self::RemoveCopy => Nature::Changes,
            Self::DeleteVersion | Self::DeleteImage | Self::DeleteCustomImage => Nature::Deletes,
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
            Self::ImportCustomImage => "importCustomImage",
            Self::CopyCustomImage => "copyCustomImage",
            Self::DeleteCustomImage | Self::RemoveCopy => "terminateCustomImage",
        }
    }

    /// The kind of the resource that stands for what is written.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::CreateImage | Self::MoveMarker | Self::DeleteMarker | Self::DeleteImage => {
                Kind::ImageCatalog
            }
            Self::AddVersion
            | Self::CloneVersion
            | Self::Publish
            | Self::Republish
            | Self::Shrink
            | Self::Patch
            | Self::DeleteVersion => Kind::ImageVersion,
            Self::ImportCustomImage | Self::CopyCustomImage | Self::DeleteCustomImage | Self::RemoveCopy => {
                Kind::CustomImage
            }
        }
    }

    /// Where the operator looks for what is written.
    pub(crate) fn place(self) -> Place {
        let (region, project_id) = match self {
            Self::CopyCustomImage | Self::RemoveCopy => ELSEWHERE,
            Self::ImportCustomImage | Self::DeleteCustomImage => HOME,
            _ => return Place::Account,
        };
        Place::Located(region.to_owned(), project_id.to_owned())
    }

    /// Connects the operator to what is written to, at `url`.
    pub(crate) async fn connect(self, workshop: &Workshop, url: &str) {
        match self.kind() {
            Kind::ImageCatalog | Kind::ImageVersion => {
                gallery::connect(&workshop.namespace, url, Limits::default()).await;
            }
            Kind::CustomImage => surfercloud::connect(&workshop.namespace, url, Limits::default()).await,
        }
    }

    /// Brings everything as far as the trigger of the write.
    pub(crate) async fn prepare(self, workshop: &Workshop, name: &str) {
        let subject = workshop.subject(self.kind(), name);
        match self.kind() {
            Kind::ImageCatalog => self.prepare_catalog(workshop, &subject).await,
            Kind::ImageVersion => self.prepare_version(workshop, &subject).await,
            Kind::CustomImage => self.prepare_custom_image(&subject).await,
        }
    }

    async fn prepare_catalog(self, workshop: &Workshop, subject: &Subject) {
        let manifest = serde_json::to_value(gallery::catalog(&subject.name)).unwrap();
        if self == Self::CreateImage {
            subject.create(&with(manifest, &json!({ "suspend": true }))).await;
            return subject.suspended().await;
        }
        let markers = match self {
            Self::MoveMarker | Self::DeleteMarker => json!([{ "name": "production" }]),
            _ => json!([]),
        };
        subject
            .create(&with(manifest, &json!({ "markers": markers })))
            .await;
        subject.calm().await;
        if self == Self::MoveMarker {
            let version = workshop.subject(Kind::ImageVersion, &subject.name);
            version
                .create(&gallery::version(&subject.name, &subject.name))
                .await;
            version.calm().await;
            subject.calm().await;
        }
    }

    async fn prepare_version(self, workshop: &Workshop, subject: &Subject) {
        let name = &subject.name;
        let catalog = workshop.subject(Kind::ImageCatalog, name);
        catalog
            .create(&serde_json::to_value(gallery::catalog(name)).unwrap())
            .await;
        catalog.calm().await;
        let suspend = json!({ "suspend": true });
        let (manifest, copies) = match self {
            Self::AddVersion => (with(gallery::version(name, name), &suspend), None),
            Self::CloneVersion => (with(gallery::clone(name, name), &suspend), None),
            Self::Publish => (gallery::clone(name, name), Some(1)),
            Self::Shrink => (
                with(gallery::version(name, name), &published_to(&[SECOND])),
                Some(2),
            ),
            _ => (with(gallery::version(name, name), &published_to(&[])), Some(1)),
        };
        subject.create(&manifest).await;
        match copies {
            Some(copies) => subject.calm_with_copies(copies).await,
            None => subject.suspended().await,
        }
    }

    async fn prepare_custom_image(self, subject: &Subject) {
        let manifest = surfercloud::image(&subject.name);
        match self {
            Self::ImportCustomImage => {
                subject.create(&with(manifest, &json!({ "suspend": true }))).await;
                subject.suspended().await;
            }
            Self::RemoveCopy => {
                subject.create(&with(manifest, &copied_to(&[ELSEWHERE]))).await;
                subject.calm_with_copies(1).await;
            }
            _ => {
                subject.create(&manifest).await;
                subject.calm().await;
            }
        }
    }

    /// What makes the operator send it.
    pub(crate) async fn trigger(self, subject: &Subject) {
        match self {
            Self::CreateImage | Self::AddVersion | Self::CloneVersion | Self::ImportCustomImage => {
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
            Self::CopyCustomImage => subject.edit(&copied_to(&[ELSEWHERE])).await,
            Self::RemoveCopy => subject.edit(&copied_to(&[])).await,
            Self::DeleteVersion | Self::DeleteImage | Self::DeleteCustomImage => subject.delete().await,
        }
    }
}

impl Place {
    /// How many lists the operator takes until it relies on what they do not show: SurferCloud's have no order, so two in
    /// a row have to agree.
    pub(crate) fn lists_in_a_look(&self) -> u64 {
        match self {
            Self::Account => 1,
            Self::Located(..) => 2,
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
            Self::ImportCustomImage => "import custom image",
            Self::CopyCustomImage => "copy custom image",
            Self::DeleteCustomImage => "delete custom image",
            Self::RemoveCopy => "remove copy",
        })
    }
}
