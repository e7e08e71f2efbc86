//! Reads the spec of an `ImageCatalog` into checked types.

use secrecy::SecretString;

use super::holders::Holders;
use super::markers::{Target, WantedMarker};
use super::{IMAGE, INITIAL_VERSION, KIND};
use crate::api::image_catalog::{Action, InitialVersion};
use crate::api::{ImageCatalog, ImageCatalogSpec, ImageCatalogStatus, SecretKeyReference};
use crate::kinds::Managed;
use crate::kinds::image::PublishForm;
use crate::kinds::image::request;
use crate::kinds::managed::PartWanted;
use crate::kinds::policies::Surroundings;
use crate::lifecycle::{Described, InvalidRemoteId, Mark, ObjectPart, RemoteId};
use crate::remote::imagemgmt::model::{
    CreateImage, ImageAction, InvalidStreamName, MarkerRequest, StreamName,
};

/// What an `ImageCatalog` asks for, checked.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The image itself.
    pub image: PartWanted,
    /// The name of the resource.
    pub resource_name: String,
    /// The image's name.
    pub stream_name: StreamName,
    /// The first version's mark.
    pub version_mark: Mark,
    /// What happens to the first version later.
    pub initial_version: InitialVersion,
    /// How the first version is published, if it is.
    pub publish: Option<PublishForm>,
    /// Where its markers should point.
    pub markers: Vec<WantedMarker>,
    /// Its ImageVersions.
    pub holders: Holders,
    /// The spec.
    pub spec: ImageCatalogSpec,
}

/// The spec holds something that can't be sent.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSpec {
    /// The name does not fit.
    #[error("the image's name does not fit: {0}; set spec.streamName")]
    Name(#[from] InvalidStreamName),
    /// An id does not fit.
    #[error("{field} holds no id: {source}")]
    Id {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        source: InvalidRemoteId,
    },
    /// The form of publishing does not fit.
    #[error("spec.publish can't be read")]
    Publish(#[from] serde_json::Error),
}

impl Wanted {
    /// Reads an `ImageCatalog`.
    pub fn parse(
        catalog: &ImageCatalog,
        holders: &Holders,
        surroundings: &Surroundings,
    ) -> Result<Self, InvalidSpec> {
        let spec = &catalog.spec;
        let namespace = catalog.metadata.namespace.as_deref().unwrap_or_default();
        let name = catalog.metadata.name.as_deref().unwrap_or_default();
        let mark = |part| Mark {
            install: surroundings.install,
            object: ObjectPart::of(KIND, namespace, name, part),
        };
        let given_id: Option<Result<RemoteId, _>> = spec.stream_id.as_deref().map(str::parse);
        let given_id = given_id.transpose().map_err(|source| InvalidSpec::Id {
            field: "spec.streamId",
            source,
        })?;
        Ok(Wanted {
            image: PartWanted {
                name: IMAGE.into(),
                mark: mark(IMAGE),
                desired: catalog.policies().desired(catalog, given_id, surroundings),
            },
            resource_name: name.to_owned(),
            stream_name: spec.stream_name.as_deref().unwrap_or(name).parse()?,
            version_mark: mark(INITIAL_VERSION),
            initial_version: spec.initial_version,
            publish: spec
                .publish
                .as_ref()
                .map(|publish| {
                    PublishForm::of(
                        publish,
                        &spec.provider_label,
                        spec.project_id.as_deref(),
                        mark(INITIAL_VERSION),
                    )
                })
                .transpose()?,
            markers: spec
                .markers
                .iter()
                .map(WantedMarker::parse)
                .collect::<Result<_, _>>()
                .map_err(|source| InvalidSpec::Id {
                    field: "versionId of spec.markers",
                    source,
                })?,
            holders: holders.clone(),
            spec: spec.clone(),
        })
    }

    /// Where the password that the create needs comes from.
    pub fn password_reference(&self) -> Option<&SecretKeyReference> {
        let info = self.spec.asset_details.as_ref()?.vm_info.as_ref()?;
        Some(&info.password_secret_ref)
    }

    /// The request that makes the image; none where the spec does not say what from.
    pub fn create_request(&self, password: Option<SecretString>) -> Option<CreateImage> {
        let spec = &self.spec;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let asset = spec.asset_details.as_ref()?;
        Some(CreateImage {
            action: match spec.action() {
                Action::Import => ImageAction::Import,
                Action::CopyExistingImage => ImageAction::CopyExistingImage,
                Action::ImportCustomVm => ImageAction::ImportCustomVm,
            },
            source_stream_type: spec.source_stream_type.clone(),
            stream_name: self.stream_name.clone(),
            stream_description: Some(Described::render(
                &text(&spec.stream_description),
                self.image.mark,
            )),
            version_source: spec.version_source.clone(),
            version_type: request::version_type(spec.version_type),
            version_description: Some(self.version_description()),
            provider_label: spec.provider_label.clone(),
            provider_instance_id: spec.provider_instance_id.clone(),
            asset_details: request::asset_details(asset, password),
            os: spec.os.clone(),
            os_type: spec.os_type.clone(),
            gpu_type: request::gpu_type(spec.gpu_type),
            project_id: spec.project_id.clone(),
            markers: self
                .markers
                .iter()
                .filter(|marker| marker.target == Target::First)
                .map(|marker| MarkerRequest {
                    name: marker.name.clone(),
                })
                .collect(),
            uem_managed: spec.uem_managed,
        })
    }

    /// The first version's description as the remote should have it.
    pub fn version_description(&self) -> String {
        Described::render(
            self.spec.version_description.as_deref().unwrap_or_default(),
            self.version_mark,
        )
    }
}

/// The first version's id as the status holds it.
pub fn recorded_version(status: &ImageCatalogStatus) -> Option<RemoteId> {
    status.version_id.as_deref()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::image_catalog::examples::{catalog, parse, wanted};
    use crate::lifecycle::{Adoption, Management, Presence, Recreation};
    use crate::remote::imagemgmt::model;

    #[test]
    fn a_spec_without_choices_means_the_safe_ones() {
        let desired = wanted(json!({})).image.desired;
        assert_eq!(desired.presence, Presence::Present);
        assert_eq!(desired.management, Management::Manage);
        assert_eq!(desired.adoption, Adoption::IfOwned);
        assert_eq!(desired.recreation, Recreation::Never);
        assert_eq!((desired.given_id, desired.resolution), (None, None));
    }

    #[test]
    fn every_policy_is_read() {
        let desired = wanted(json!({
            "managementPolicy": "Observe", "adoptionPolicy": "IfNameMatches", "recreatePolicy": "WhenGone",
            "streamId": "65f0",
        }))
        .image
        .desired;
        assert_eq!(desired.management, Management::Observe);
        assert_eq!(desired.adoption, Adoption::IfNameMatches);
        assert_eq!(desired.recreation, Recreation::WhenGone);
        assert_eq!(desired.given_id, "65f0".parse().ok());
    }

    #[test]
    fn a_refusal_is_bound_to_the_generations_of_resource_and_connection() {
        assert_eq!(wanted(json!({})).image.desired.basis, "3/7");
    }

    #[test]
    fn an_image_is_named_as_the_spec_says_or_as_its_resource() {
        assert_eq!(wanted(json!({})).stream_name.as_str(), "win11");
        assert_eq!(
            wanted(json!({ "streamName": "Gold" })).stream_name.as_str(),
            "Gold"
        );
        let mut dotted = catalog(json!({}));
        dotted.metadata.name = Some("win.11".into());
        let error = parse(&dotted).unwrap_err();
        assert!(
            matches!(error, InvalidSpec::Name(_)) && error.to_string().contains("spec.streamName"),
            "{error}"
        );
    }

    #[test]
    fn image_and_first_version_have_different_marks_that_follow_the_resource() {
        let first = wanted(json!({}));
        assert_ne!(first.image.mark, first.version_mark);
        let mut moved = catalog(json!({}));
        moved.metadata.namespace = Some("other".into());
        assert_ne!(parse(&moved).unwrap().image.mark, first.image.mark);
        assert_eq!(
            wanted(json!({ "streamName": "Gold" })).image.mark,
            first.image.mark
        );
    }

    #[test]
    fn the_create_carries_the_spec_and_both_marks() {
        let wanted = wanted(json!({
            "streamDescription": "Gold image", "versionType": "MINOR", "versionSource": "1.4",
            "gpuType": "NVIDIA", "projectId": "p-1", "uemManaged": true,
            "markers": [{ "name": "next", "versionName": "1.5.0" }, { "name": "default" }],
        }));
        let request = wanted.create_request(None).unwrap();
        assert_eq!(request.action, ImageAction::CopyExistingImage);
        assert_eq!(request.version_type, model::VersionType::Minor);
        assert_eq!(request.gpu_type, model::GpuType::Nvidia);
        let markers: Vec<_> = request.markers.iter().map(|marker| &marker.name).collect();
        assert_eq!(
            markers,
            ["default"],
            "the other one points at a version that is not made here"
        );
        assert_eq!(
            (request.project_id.as_deref(), request.uem_managed),
            (Some("p-1"), Some(true))
        );
        let stream = Described::parse(request.stream_description.as_deref().unwrap());
        assert_eq!(
            (stream.text.as_str(), stream.mark),
            ("Gold image", Some(wanted.image.mark))
        );
        let version = Described::parse(request.version_description.as_deref().unwrap());
        assert_eq!(
            (version.text.as_str(), version.mark),
            ("", Some(wanted.version_mark))
        );
    }

    #[test]
    fn a_password_goes_with_the_user_that_it_is_for() {
        let asset_details = json!({
            "type": "AZURE_VM_IN_RG", "data": {},
            "vmInfo": { "username": "admin", "passwordSecretRef": { "name": "vm", "key": "password" } },
        });
        let with_user = wanted(json!({ "assetDetails": asset_details }));
        assert_eq!(with_user.password_reference().unwrap().name, "vm");
        let request = with_user
            .create_request(Some(SecretString::from("secret")))
            .unwrap();
        assert_eq!(request.asset_details.vm_info.unwrap().username, "admin");

        let without = wanted(json!({}));
        assert_eq!(without.password_reference(), None);
        let request = without.create_request(None).unwrap();
        assert!(request.asset_details.vm_info.is_none());
    }

    #[test]
    fn publishing_takes_the_form_of_its_provider_and_keeps_the_mark() {
        let azure = wanted(json!({
            "projectId": "p-1",
            "publish": { "description": "v1", "replicas": [{ "providerInstanceId": "far" }] },
        }));
        let Some(PublishForm::Azure(form)) = &azure.publish else {
            panic!("{:?}", azure.publish)
        };
        assert_eq!(form.provider_label, "AZURE");
        assert_eq!(form.replicas[0].provider_instance_id, "far");
        assert_eq!(form.project_id.as_deref(), Some("p-1"));
        let described = Described::parse(form.description.as_deref().unwrap());
        assert_eq!(
            (described.text.as_str(), described.mark),
            ("v1", Some(azure.version_mark))
        );

        let vsphere = wanted(json!({
            "publish": { "vsphere": { "installAgent": true } },
        }));
        let Some(PublishForm::Vsphere(form)) = &vsphere.publish else {
            panic!("{:?}", vsphere.publish)
        };
        assert_eq!((form.install_agent, &form.description), (Some(true), &None));
        assert_eq!(wanted(json!({})).publish, None);
    }

    #[test]
    fn a_recorded_version_that_is_no_id_is_none() {
        let status = |version: &str| ImageCatalogStatus {
            version_id: Some(version.to_owned()),
            ..ImageCatalogStatus::default()
        };
        assert_eq!(recorded_version(&status("v1")), "v1".parse().ok());
        assert_eq!(recorded_version(&status("v/1")), None);
        assert_eq!(recorded_version(&ImageCatalogStatus::default()), None);
    }
}
