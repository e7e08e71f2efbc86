//! Reads the spec of a `CustomImage` into checked types.

use secrecy::{ExposeSecret, SecretString};

use super::{IMAGE, KIND};
use crate::api::custom_image::{DiskFormat, ImageCopy};
use crate::api::{CustomImage, CustomImageSpec, ManagementPolicy};
use crate::connections::SurferCloud;
use crate::kinds::Managed;
use crate::kinds::managed::PartWanted;
use crate::kinds::policies::{Surroundings, presence};
use crate::lifecycle::{
    Described, Desired, InvalidRemoteId, Mark, ObjectPart, Presence, RemoteId, Resolution,
};
use crate::remote::surfercloud::model::{
    CopyImage, FileUrl, Format, ImageName, ImportImage, InvalidFileUrl, InvalidImageName, InvalidProjectId,
    InvalidRegion, Location, ProjectId, Region,
};

/// What the part of a copy is called: this, the region and the project.
const COPY: &str = "copy";

/// What a `CustomImage` asks for, checked.
#[derive(Clone, Debug)]
pub struct Wanted {
    parts: Vec<PartWanted>,
    /// The name of the image and of its copies.
    pub image_name: ImageName,
    /// The region of the image, where the spec names one.
    region: Option<Region>,
    /// The project of the image, where the spec names one.
    project_id: Option<ProjectId>,
    /// The address of the file, where the spec holds it.
    file_url: Option<FileUrl>,
    /// The spec.
    pub spec: CustomImageSpec,
}

/// The spec holds something that can't be sent.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSpec {
    /// The name does not fit.
    #[error("the image's name does not fit: {0}; set spec.imageName")]
    Name(#[from] InvalidImageName),
    /// An id does not fit.
    #[error("spec.imageId holds no id: {0}")]
    Id(#[from] InvalidRemoteId),
    /// A region is none.
    #[error(transparent)]
    Region(#[from] InvalidRegion),
    /// A project is none.
    #[error(transparent)]
    Project(#[from] InvalidProjectId),
    /// The address of the file does not fit.
    #[error("spec.ufileUrl does not fit: {0}")]
    FileUrl(#[from] InvalidFileUrl),
}

impl Wanted {
    /// Reads a `CustomImage`. Copies on record that the spec does not name any more are to go.
    pub fn parse(image: &CustomImage, surroundings: &Surroundings) -> Result<Self, InvalidSpec> {
        let spec = &image.spec;
        let name = image.metadata.name.as_deref().unwrap_or_default();
        let given_id: Option<RemoteId> = spec.image_id.as_deref().map(str::parse).transpose()?;
        for copy in &spec.copies {
            copy.region.parse::<Region>()?;
            copy.project_id.parse::<ProjectId>()?;
        }
        Ok(Wanted {
            parts: Parts { image, surroundings }.all(given_id),
            image_name: spec.image_name.as_deref().unwrap_or(name).parse()?,
            region: spec.region.as_deref().map(str::parse).transpose()?,
            project_id: spec.project_id.as_deref().map(str::parse).transpose()?,
            file_url: spec.ufile_url.as_deref().map(FileUrl::new).transpose()?,
            spec: spec.clone(),
        })
    }

    /// The image, then its copies.
    pub fn parts(&self) -> &[PartWanted] {
        &self.parts
    }

    /// Where the image of a part belongs.
    pub fn place(&self, part: &PartWanted, remote: &SurferCloud) -> Location {
        match place_of_copy(&part.name) {
            Some(place) => place,
            None => remote.place(self.region.as_ref(), self.project_id.as_ref()),
        }
    }

    /// The request that makes the image; the address of the file comes from the spec or from a Secret.
    pub fn import_request(
        &self,
        part: &PartWanted,
        secret: Option<&SecretString>,
    ) -> Result<ImportImage, InvalidFileUrl> {
        let spec = &self.spec;
        let ufile_url = match (&self.file_url, secret) {
            (Some(url), _) => url.clone(),
            (None, Some(secret)) => FileUrl::new(secret.expose_secret().trim())?,
            (None, None) => FileUrl::new("")?,
        };
        Ok(ImportImage {
            image_name: self.image_name.clone(),
            ufile_url,
            os_type: spec.os_type.clone(),
            os_name: spec.os_name.clone(),
            format: match spec.format {
                DiskFormat::Raw => Format::Raw,
                DiskFormat::Vhd => Format::Vhd,
                DiskFormat::Vmdk => Format::Vmdk,
                DiskFormat::Qcow2 => Format::Qcow2,
            },
            image_description: self.description(part),
        })
    }

    /// The request that makes a copy, unless the part is none.
    pub fn copy_request(&self, part: &PartWanted, source: RemoteId) -> Option<CopyImage> {
        let place = place_of_copy(&part.name)?;
        Some(CopyImage {
            source_image_id: source,
            target_region: place.region,
            target_project_id: place.project_id?,
            target_image_name: self.image_name.clone(),
            target_image_description: self.description(part),
        })
    }

    fn description(&self, part: &PartWanted) -> String {
        let text = self.spec.image_description.as_deref().unwrap_or_default();
        Described::render(text, part.mark)
    }
}

/// What the part is called that is this copy.
pub fn part_of_copy(copy: &ImageCopy) -> String {
    format!("{COPY}/{}/{}", copy.region, copy.project_id)
}

/// Where a copy belongs, by the name of its part.
pub fn place_of_copy(part: &str) -> Option<Location> {
    let mut pieces = part.split('/');
    match (pieces.next()?, pieces.next()?, pieces.next()?, pieces.next()) {
        (COPY, region, project_id, None) => Some(Location {
            region: region.parse().ok()?,
            project_id: Some(project_id.parse().ok()?),
        }),
        _ => None,
    }
}

/// Puts the parts of an image together.
struct Parts<'a> {
    image: &'a CustomImage,
    surroundings: &'a Surroundings,
}

impl Parts<'_> {
    fn all(&self, given_id: Option<RemoteId>) -> Vec<PartWanted> {
        let image = self.part(IMAGE, self.desired(IMAGE, given_id));
        // Whoever only observes an image has made no copies of it.
        if self.image.spec.management_policy == ManagementPolicy::Observe {
            return vec![image];
        }
        let named: Vec<String> = self.image.spec.copies.iter().map(part_of_copy).collect();
        let copies = named.iter().map(|name| self.part(name, self.desired(name, None)));
        let no_longer_named = self
            .recorded()
            .filter(|(name, _)| place_of_copy(name).is_some() && !named.iter().any(|copy| copy == name))
            .map(|(name, _)| {
                let gone = Desired {
                    presence: presence(true, self.image.spec.deletion_policy),
                    ..self.desired(name, None)
                };
                self.part(name, gone)
            });
        std::iter::once(image)
            .chain(copies)
            .chain(no_longer_named)
            .collect()
    }

    fn part(&self, name: &str, desired: Desired) -> PartWanted {
        let meta = &self.image.metadata;
        let namespace = meta.namespace.as_deref().unwrap_or_default();
        let resource = meta.name.as_deref().unwrap_or_default();
        PartWanted {
            name: name.into(),
            mark: Mark {
                install: self.surroundings.install,
                object: ObjectPart::of(KIND, namespace, resource, name),
            },
            desired,
        }
    }

    fn desired(&self, part: &str, given_id: Option<RemoteId>) -> Desired {
        let desired = self
            .image
            .policies()
            .desired(self.image, given_id, self.surroundings);
        let resolution = desired.resolution.filter(|answer| self.is_meant(answer, part));
        Desired {
            resolution,
            ..desired
        }
    }

    /// An id that a person chose is for the first part that has none; of the image itself it can also replace the id.
    fn is_meant(&self, answer: &Resolution, part: &str) -> bool {
        if !matches!(answer, Resolution::Use(_)) || self.image.spec.copies.is_empty() {
            return true;
        }
        let copies = self.image.spec.copies.iter().map(part_of_copy);
        let mut all = std::iter::once(IMAGE.to_owned()).chain(copies);
        let first_without = all.find(|part| !self.recorded().any(|(name, held)| name == part && held));
        first_without.as_deref().unwrap_or(IMAGE) == part
    }

    /// The parts on record, and whether each has an id.
    fn recorded(&self) -> impl Iterator<Item = (&str, bool)> {
        let status = self.image.status.as_ref().map(|status| &status.managed);
        let own = status.filter(|status| status.owner_uid == self.image.metadata.uid);
        let parts = own.map(|status| status.parts.as_slice()).unwrap_or_default();
        parts.iter().map(|part| (part.name.as_str(), part.id.is_some()))
    }
}

/// Whether a part of this resource is to be there.
pub fn is_present(part: &PartWanted) -> bool {
    part.desired.presence == Presence::Present
}
