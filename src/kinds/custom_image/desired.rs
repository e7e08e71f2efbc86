//! Reads the spec of a `CustomImage` into checked types.

use secrecy::{ExposeSecret, SecretString};

use super::{IMAGE, KIND};
use crate::api::custom_image::{DiskFormat, ImageCopy};
use crate::api::{CustomImage, CustomImageSpec, ManagedStatus, ManagementPolicy};
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
        // Under another uid as well: that a copy is ours its mark proves, that there is one only the record tells.
        let no_longer_named = self
            .managed()
            .into_iter()
            .flat_map(|status| &status.parts)
            .map(|part| part.name.as_str())
            .filter(|name| place_of_copy(name).is_some() && !named.iter().any(|copy| copy == name))
            .map(|name| {
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
        let own = self
            .managed()
            .filter(|status| status.owner_uid == self.image.metadata.uid);
        own.into_iter()
            .flat_map(|status| &status.parts)
            .map(|part| (part.name.as_str(), part.id.is_some()))
    }

    fn managed(&self) -> Option<&ManagedStatus> {
        self.image.status.as_ref().map(|status| &status.managed)
    }
}

/// Whether a part of this resource is to be there.
pub fn is_present(part: &PartWanted) -> bool {
    part.desired.presence == Presence::Present
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::custom_image::examples::{answered, recorded, resource, wanted};

    const SG: &str = "copy/sg/org-demo";

    fn with_a_copy() -> CustomImage {
        resource(&json!({ "copies": [{ "region": "sg", "projectId": "org-demo" }] }))
    }

    fn names(wanted: &Wanted) -> Vec<&str> {
        wanted.parts().iter().map(|part| &*part.name).collect()
    }

    #[test]
    fn the_image_comes_first_and_each_part_has_a_mark_of_its_own() {
        let wanted = wanted(&with_a_copy());
        assert_eq!(names(&wanted), [IMAGE, SG]);
        assert_ne!(wanted.parts()[0].mark, wanted.parts()[1].mark);
    }

    #[test]
    fn a_copy_on_record_that_is_not_named_any_more_is_to_go_whatever_uid_it_was_recorded_under() {
        let parts = json!([{ "name": "image", "id": "i" }, { "name": SG, "id": "c" }, { "name": "other" }]);
        let policies = [("Delete", Presence::Deleted), ("Retain", Presence::LeftBehind)];
        for (uid, (policy, presence)) in ["u-1", "u-0"]
            .into_iter()
            .flat_map(|uid| policies.map(|row| (uid, row)))
        {
            let image = resource(&json!({ "deletionPolicy": policy }));
            let wanted = wanted(&recorded(image, uid, &parts));
            assert_eq!(names(&wanted), [IMAGE, SG]);
            assert_eq!(wanted.parts()[0].desired.presence, Presence::Present);
            assert_eq!(wanted.parts()[1].desired.presence, presence, "{uid} {policy}");
        }
    }

    #[test]
    fn whoever_only_observes_has_no_copies() {
        let mut image = with_a_copy();
        image.spec.management_policy = ManagementPolicy::Observe;
        assert_eq!(names(&wanted(&image)), [IMAGE]);
    }

    #[test]
    fn an_id_that_a_person_chose_is_for_the_first_part_without_one() {
        let chosen = Resolution::Use("uimage-9".parse().unwrap());
        let rows = [
            (json!([]), IMAGE),
            (json!([{ "name": "image", "id": "i" }]), SG),
            (
                json!([{ "name": "image", "id": "i" }, { "name": SG, "id": "c" }]),
                IMAGE,
            ),
        ];
        for (parts, meant) in rows {
            let image = recorded(with_a_copy(), "u-1", &parts);
            let wanted = answered(&image, Some(chosen.clone()));
            let hears = |part: &&PartWanted| part.desired.resolution.is_some();
            let hearing: Vec<&str> = wanted
                .parts()
                .iter()
                .filter(hears)
                .map(|part| &*part.name)
                .collect();
            assert_eq!(hearing, [meant], "{parts}");
        }
    }

    #[test]
    fn the_name_of_a_part_tells_the_place_of_a_copy() {
        let place = place_of_copy(SG).unwrap();
        let project_id = place.project_id.unwrap();
        assert_eq!(
            (place.region.to_string(), project_id.to_string()),
            ("sg".into(), "org-demo".into())
        );
        for other in [IMAGE, "copy/sg", "copy/sg/org/more", "copy//org"] {
            assert!(place_of_copy(other).is_none(), "{other}");
        }
    }

    #[test]
    fn the_address_of_the_file_comes_from_the_spec_or_from_a_secret_and_what_is_none_is_refused() {
        let spelled = wanted(&resource(&json!({})));
        let secret = SecretString::from("https://private.hk.ufileos.com/disk?Signature=x\n");
        let mut image = resource(&json!({ "ufileUrlSecretRef": { "name": "s", "key": "k" } }));
        image.spec.ufile_url = None;
        let secretly = wanted(&image);
        let part = &spelled.parts()[0];
        assert!(spelled.import_request(part, None).is_ok());
        assert!(secretly.import_request(part, Some(&secret)).is_ok());
        assert!(secretly.import_request(part, None).is_err());
        let error = secretly.import_request(part, Some(&SecretString::from("TOPSECRET")));
        assert!(!error.unwrap_err().to_string().contains("TOPSECRET"));
    }

    #[test]
    fn a_copy_asks_for_its_own_place_with_its_own_mark() {
        let wanted = wanted(&with_a_copy());
        let [image, copy] = wanted.parts() else { panic!() };
        let request = wanted.copy_request(copy, "uimage-1".parse().unwrap()).unwrap();
        assert_eq!(request.target_region.to_string(), "sg");
        assert_eq!(
            Described::parse(&request.target_image_description).mark,
            Some(copy.mark)
        );
        assert!(wanted.copy_request(image, "uimage-1".parse().unwrap()).is_none());
    }
}
