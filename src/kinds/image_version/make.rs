//! How a version is made, and what it is made from.

use std::fmt;

use secrecy::SecretString;

use super::references::{References, Source};
use crate::api::image_version::{NEVER_ADDED, VersionClone};
use crate::api::{ImageCatalog, ImageVersionSpec, Reason};
use crate::kinds::Report;
use crate::kinds::image::request;
use crate::lifecycle::{Described, Mark, RemoteId};
use crate::remote::imagemgmt::model::{AddVersion, CloneAssetDetailsRequest, CloneVersion};
use crate::remote::imagemgmt::{Phase, VersionStatus};

/// How a version is made.
#[derive(Clone, Debug)]
pub(super) enum Make {
    /// It is added.
    Add(Box<AddVersion>),
    /// It is cloned.
    Clone {
        /// From this version.
        source: RemoteId,
        /// In this way.
        request: Box<CloneVersion>,
    },
}

/// Why a version can't be made as things are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unmade {
    /// It waits for something.
    Waits(Reason, String),
    /// The spec does not say how, or says what can't be.
    Invalid(String),
}

impl Unmade {
    pub(super) fn report(&self) -> Report {
        match self {
            Unmade::Waits(reason, message) => Report::reconciling(*reason, message.clone()),
            Unmade::Invalid(message) => Report::stalled(Reason::InvalidSpec, message.clone()),
        }
    }
}

impl Make {
    /// How this spec says that the version is made. Its description bears the mark, that of a clone's source does not
    /// carry over.
    pub(super) fn of(spec: &ImageVersionSpec, mark: Mark, references: &References) -> Result<Self, Unmade> {
        let description = Described::render(spec.version_description.as_deref().unwrap_or_default(), mark);
        let source = source(spec, references)?;
        if let Some(clone) = &spec.clone {
            let source = source
                .ok_or_else(|| Unmade::Invalid("spec.clone needs the version that is cloned".to_owned()))?;
            let request = Box::new(clone_request(spec, clone, description));
            return Ok(Make::Clone { source, request });
        }
        let catalog = references.catalog.as_deref().ok_or_else(|| {
            Unmade::Waits(
                Reason::CatalogNotFound,
                format!(
                    "there is no ImageCatalog {:?} in this namespace",
                    spec.catalog_ref.name
                ),
            )
        })?;
        fits_the_image(spec, catalog)?;
        add_request(spec, catalog, source, description)
            .map(|request| Make::Add(Box::new(request)))
            .ok_or_else(|| {
                Unmade::Invalid(
                    "the spec does not say how to make the version: give sourceType with assetDetails, or clone"
                        .to_owned(),
                )
            })
    }
}

/// What the image takes, which the remote would refuse in words of its own (public OpenAPI document of Horizon Cloud
/// next-gen, operation addVersion).
fn fits_the_image(spec: &ImageVersionSpec, catalog: &ImageCatalog) -> Result<(), Unmade> {
    let name = &spec.catalog_ref.name;
    let image = &catalog.spec;
    if NEVER_ADDED.contains(&image.source_stream_type.as_str()) {
        return Err(Unmade::Invalid(format!(
            "no version can be added to an image from {}, such as that of ImageCatalog {name:?}: clone one of its \
             versions with spec.clone in place of sourceType and assetDetails",
            image.source_stream_type
        )));
    }
    let differs = |field: &str, own: &dyn fmt::Display, theirs: &dyn fmt::Display| {
        Unmade::Invalid(format!(
            "spec.{field} is {own}, and the image of ImageCatalog {name:?} is for {theirs}: leave {field} out, or make \
             the version in another image"
        ))
    };
    match (&spec.os_type, spec.gpu_type) {
        (Some(own), _) if *own != image.os_type => Err(differs("osType", own, &image.os_type)),
        (_, Some(own)) if own != image.gpu_type => Err(differs("gpuType", &own, &image.gpu_type)),
        _ => Ok(()),
    }
}

fn clone_request(spec: &ImageVersionSpec, clone: &VersionClone, version_description: String) -> CloneVersion {
    CloneVersion {
        version_type: request::version_type(spec.version_type),
        version_description,
        asset_details: CloneAssetDetailsRequest {
            resource_type: clone.asset_details.resource_type.clone(),
            data: clone.asset_details.data.clone(),
            options: clone.asset_details.options.map(request::vm_options),
        },
        markers: Vec::new(),
        ims_tags: clone.ims_tags.clone(),
        uem_managed: clone.uem_managed,
    }
}

fn add_request(
    spec: &ImageVersionSpec,
    catalog: &ImageCatalog,
    source_version_id: Option<RemoteId>,
    description: String,
) -> Option<AddVersion> {
    let of_the_catalog = &catalog.spec;
    let own_or = |own: &Option<String>, theirs: &String| own.as_ref().unwrap_or(theirs).clone();
    Some(AddVersion {
        source_version_id,
        version_type: request::version_type(spec.version_type),
        description,
        source_type: spec.source_type.clone()?,
        os_type: own_or(&spec.os_type, &of_the_catalog.os_type),
        os: own_or(&spec.os, &of_the_catalog.os),
        gpu_type: request::gpu_type(spec.gpu_type.unwrap_or(of_the_catalog.gpu_type)),
        provider_label: own_or(&spec.provider_label, &of_the_catalog.provider_label),
        provider_instance_id: own_or(&spec.provider_instance_id, &of_the_catalog.provider_instance_id),
        asset_details: request::asset_details(spec.asset_details.as_ref()?, None),
        markers: Vec::new(),
        project_id: spec
            .project_id
            .clone()
            .or_else(|| of_the_catalog.project_id.clone()),
    })
}

/// The same request with the administrator of the VM.
pub(super) fn with_password(
    add: &AddVersion,
    spec: &ImageVersionSpec,
    password: Option<SecretString>,
) -> AddVersion {
    let asset_details = spec
        .asset_details
        .as_ref()
        .map(|asset| request::asset_details(asset, password));
    AddVersion {
        asset_details: asset_details.unwrap_or_else(|| add.asset_details.clone()),
        ..add.clone()
    }
}

/// The version that this one is made from, if it is made from any.
fn source(spec: &ImageVersionSpec, references: &References) -> Result<Option<RemoteId>, Unmade> {
    if let Some(id) = &spec.source_version_id {
        let id = id
            .parse()
            .map_err(|error| Unmade::Invalid(format!("spec.sourceVersionId holds no id: {error}")))?;
        return Ok(Some(id));
    }
    let Some(reference) = &spec.source_version_ref else {
        return Ok(None);
    };
    let named = format!("{:?} {:?}", reference.kind, reference.name);
    if let Source::Version(version) = &references.source
        && version.spec.catalog_ref != spec.catalog_ref
    {
        return Err(Unmade::Invalid(format!(
            "a version is made from one of the same image, and {named} is one of ImageCatalog {:?}: correct \
             spec.sourceVersionRef or spec.catalogRef",
            version.spec.catalog_ref.name
        )));
    }
    let Some(version) = references.source.version() else {
        return Err(Unmade::Waits(
            Reason::SourceNotFound,
            format!("there is no {named} in this namespace: create it, or correct spec.sourceVersionRef"),
        ));
    };
    let Some(id) = version.id else {
        return Err(Unmade::Waits(
            Reason::SourceNotReady,
            format!("waiting for {named} to have a version: it has no status.versionId yet"),
        ));
    };
    let status = version.status.unwrap_or_default();
    let phase = VersionStatus::from(status.as_str()).phase();
    let can_be_a_source = match spec.clone {
        // Inferred: the public OpenAPI document does not say which statuses can be cloned.
        Some(_) => matches!(phase, Phase::Available | Phase::Degraded),
        None => !status.is_empty() && phase != Phase::Deleting,
    };
    if !can_be_a_source {
        let shown = if status.is_empty() { "not known" } else { &status };
        let needed = match spec.clone {
            Some(_) => "a version is cloned from one that is AVAILABLE",
            None => "a version cannot follow one that is gone",
        };
        return Err(Unmade::Waits(
            Reason::SourceNotReady,
            format!("waiting for {named}: {needed}, and its versionStatus is {shown}"),
        ));
    }
    Ok(Some(id))
}
