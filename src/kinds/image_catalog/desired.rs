//! Reads the spec of an `ImageCatalog` into checked types.

use std::time::Duration;

use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{IMAGE, INITIAL_VERSION, KIND};
use crate::api::image_catalog::{Action, GpuType, InitialVersion, Publish, VersionType};
use crate::api::{ImageCatalog, ImageCatalogSpec, ImageCatalogStatus, SecretKeyReference, names};
use crate::kinds::policies;
use crate::lifecycle::{
    Account, Described, Desired, Install, InvalidRemoteId, Mark, ObjectPart, RemoteId, Resolution,
};
use crate::remote::imagemgmt::model::{
    self, AssetDetailsRequest, CreateImage, ImageAction, InvalidStreamName, MarkerRequest, PublishVersion,
    PublishVersionToVsphere, StreamName, VmInfo, VmOptions,
};

/// What an `ImageCatalog` asks for, checked.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What the lifecycle needs to know.
    pub desired: Desired,
    /// The name of the resource.
    pub resource_name: String,
    /// The image's name.
    pub stream_name: StreamName,
    /// The image's mark.
    pub mark: Mark,
    /// The first version's mark.
    pub version_mark: Mark,
    /// What happens to the first version later.
    pub initial_version: InitialVersion,
    /// How the first version is published, if it is.
    pub publish: Option<PublishForm>,
    /// The spec.
    pub spec: ImageCatalogSpec,
}

/// The two forms of publishing.
#[derive(Clone, Debug, PartialEq)]
pub enum PublishForm {
    /// On every provider but vSphere.
    Azure(Box<PublishVersion>),
    /// On vSphere.
    Vsphere(Box<PublishVersionToVsphere>),
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
    /// The answer does not fit.
    #[error(
        "the annotation image-operator.dev/resolve holds {0:?}: write create, recreate or the id of an image"
    )]
    Resolution(String),
    /// The form of publishing does not fit.
    #[error("spec.publish can't be read")]
    Publish(#[from] serde_json::Error),
}

/// What does not come from the resource itself.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// This operator install.
    pub install: Install,
    /// The account of the connection; empty while there is none.
    pub account: Account,
    /// The generation of the connection.
    pub connection_generation: i64,
    /// How long the effect of a request may still appear.
    pub settling_window: Duration,
    /// How long a refusal stands.
    pub refusal_stands: Duration,
}

impl Wanted {
    /// Reads an `ImageCatalog`.
    pub fn parse(catalog: &ImageCatalog, surroundings: &Surroundings) -> Result<Self, InvalidSpec> {
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
        let generation = catalog.metadata.generation.unwrap_or_default();
        let desired = Desired {
            presence: policies::presence(
                catalog.metadata.deletion_timestamp.is_some(),
                spec.deletion_policy,
            ),
            management: spec.management_policy.into(),
            adoption: spec.adoption_policy.into(),
            recreation: spec.recreate_policy.into(),
            given_id,
            resolution: resolution(catalog)?,
            account: surroundings.account.clone(),
            basis: format!("{generation}/{}", surroundings.connection_generation),
            settling_window: surroundings.settling_window,
            refusal_stands: surroundings.refusal_stands,
        };
        Ok(Wanted {
            desired,
            resource_name: name.to_owned(),
            stream_name: spec.stream_name.as_deref().unwrap_or(name).parse()?,
            mark: mark(IMAGE),
            version_mark: mark(INITIAL_VERSION),
            initial_version: spec.initial_version,
            publish: spec
                .publish
                .as_ref()
                .map(|publish| publish_form(spec, publish, mark(INITIAL_VERSION)))
                .transpose()?,
            spec: spec.clone(),
        })
    }

    /// Where the password that the create needs comes from.
    pub fn password_reference(&self) -> Option<&SecretKeyReference> {
        self.spec
            .asset_details
            .vm_info
            .as_ref()
            .map(|info| &info.password_secret_ref)
    }

    /// The request that makes the image.
    pub fn create_request(&self, password: Option<SecretString>) -> CreateImage {
        let spec = &self.spec;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let asset = &spec.asset_details;
        CreateImage {
            action: match spec.action() {
                Action::Import => ImageAction::Import,
                Action::CopyExistingImage => ImageAction::CopyExistingImage,
                Action::ImportCustomVm => ImageAction::ImportCustomVm,
            },
            source_stream_type: spec.source_stream_type.clone(),
            stream_name: self.stream_name.clone(),
            stream_description: Some(Described::render(&text(&spec.stream_description), self.mark)),
            version_source: spec.version_source.clone(),
            version_type: match spec.version_type {
                VersionType::Major => model::VersionType::Major,
                VersionType::Minor => model::VersionType::Minor,
                VersionType::Patch => model::VersionType::Patch,
            },
            version_description: Some(self.version_description()),
            provider_label: spec.provider_label.clone(),
            provider_instance_id: spec.provider_instance_id.clone(),
            asset_details: AssetDetailsRequest {
                asset_type: asset.asset_type.clone(),
                data: asset.data.clone(),
                options: asset.options.map(|options| VmOptions {
                    create_public_ip: options.create_public_ip,
                    open_ssh_port: options.open_ssh_port,
                }),
                vm_info: asset
                    .vm_info
                    .as_ref()
                    .zip(password)
                    .map(|(info, password)| VmInfo {
                        username: info.username.clone(),
                        password,
                    }),
            },
            os: spec.os.clone(),
            os_type: spec.os_type.clone(),
            gpu_type: match spec.gpu_type {
                GpuType::None => model::GpuType::None,
                GpuType::Amd => model::GpuType::Amd,
                GpuType::Nvidia => model::GpuType::Nvidia,
            },
            project_id: spec.project_id.clone(),
            markers: spec
                .markers
                .iter()
                .map(|marker| MarkerRequest {
                    name: marker.name.clone(),
                })
                .collect(),
            uem_managed: spec.uem_managed,
        }
    }

    /// The first version's description as the remote should have it.
    pub fn version_description(&self) -> String {
        Described::render(
            self.spec.version_description.as_deref().unwrap_or_default(),
            self.version_mark,
        )
    }
}

/// The answer that a person gave and that has not been acted on yet.
fn resolution(catalog: &ImageCatalog) -> Result<Option<Resolution>, InvalidSpec> {
    let annotations = catalog.metadata.annotations.as_ref();
    let Some(answer) = annotations.and_then(|annotations| annotations.get(names::RESOLVE)) else {
        return Ok(None);
    };
    let handled = catalog
        .status
        .as_ref()
        .and_then(|status| status.last_handled_resolve.as_deref());
    if handled == Some(answer.as_str()) {
        return Ok(None);
    }
    policies::resolution(answer)
        .map(Some)
        .map_err(|_| InvalidSpec::Resolution(answer.clone()))
}

fn publish_form(
    spec: &ImageCatalogSpec,
    publish: &Publish,
    version_mark: Mark,
) -> Result<PublishForm, serde_json::Error> {
    if let Some(vsphere) = &publish.vsphere {
        let mut form: PublishVersionToVsphere = same_shape(vsphere)?;
        form.description = form
            .description
            .map(|text| Described::render(&text, version_mark));
        form.project_id.clone_from(&spec.project_id);
        return Ok(PublishForm::Vsphere(Box::new(form)));
    }
    let mut json = serde_json::to_value(publish)?;
    if let Some(fields) = json.as_object_mut() {
        fields.insert("providerLabel".to_owned(), spec.provider_label.clone().into());
    }
    let mut form: PublishVersion = serde_json::from_value(json)?;
    // Publishing can overwrite the description, and the mark with it.
    form.description = form
        .description
        .map(|text| Described::render(&text, version_mark));
    form.project_id.clone_from(&spec.project_id);
    Ok(PublishForm::Azure(Box::new(form)))
}

/// The fields of the spec carry the remote's own names, so the one reads as the other.
fn same_shape<T: DeserializeOwned>(spec: &impl Serialize) -> Result<T, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(spec)?)
}

/// The first version's id as the status holds it.
pub fn recorded_version(status: &ImageCatalogStatus) -> Option<RemoteId> {
    status.version_id.as_deref()?.parse().ok()
}
