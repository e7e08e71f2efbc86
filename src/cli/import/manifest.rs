//! A remote object as a manifest that adopts it.

use serde::Serialize;

use crate::api::DeletionPolicy;
use crate::api::image::{DESCRIPTION_MAX_LENGTH, VersionType};
use crate::api::image_catalog::Marker;
use crate::api::names::{GROUP, VERSION};
use crate::api::references::{CatalogReference, ConnectionReference};
use crate::cli::estate::Holding;
use crate::lifecycle::RemoteId;
use crate::remote::imagemgmt::model::{self, Copy, MarkerPhase, StreamName, Version};

/// A manifest, with only the fields that say something.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    api_version: String,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Debug, Serialize)]
struct Metadata {
    name: String,
    namespace: String,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Spec {
    Catalog(Box<CatalogSpec>),
    Version(VersionSpec),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CatalogSpec {
    connection_ref: ConnectionReference,
    stream_id: RemoteId,
    stream_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_description: Option<String>,
    source_stream_type: String,
    os: String,
    os_type: String,
    gpu_type: String,
    provider_label: String,
    provider_instance_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    markers: Vec<Marker>,
    deletion_policy: DeletionPolicy,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionSpec {
    catalog_ref: CatalogReference,
    version_id: RemoteId,
    version_type: VersionType,
    deletion_policy: DeletionPolicy,
}

/// Where a manifest belongs.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
}

/// The remote does not tell enough for a manifest.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Untold {
    /// Fields that a manifest needs.
    #[error("the remote does not tell its {0}: write the manifest by hand, with spec.streamId")]
    Fields(String),
    /// A name that cannot stand in a manifest.
    #[error("its name is none that an ImageCatalog can have: rename it, or give up on it")]
    Name,
    /// A word for the version's type that a manifest cannot hold.
    #[error("its versionType is {0:?}, which an ImageVersion cannot have")]
    VersionType(String),
}

/// The manifest of an image.
pub(super) fn catalog(holding: &Holding, connection: &str, place: Place<'_>) -> Result<Manifest, Untold> {
    let image = &holding.entry.image;
    if image.name.parse::<StreamName>().is_err() {
        return Err(Untold::Name);
    }
    let home = home(holding);
    let mut fields = Fields::default();
    let spec = CatalogSpec {
        connection_ref: ConnectionReference {
            name: connection.to_owned(),
        },
        stream_id: image.id.clone(),
        stream_name: image.name.clone(),
        stream_description: description(&holding.entry.described().text),
        source_stream_type: fields.told("sourceType", image.source_type.as_ref()),
        os: fields.told("os", image.os.as_ref()),
        os_type: fields.told("osType", image.os_type.as_ref()),
        gpu_type: fields.told("gpuType", image.gpu_type.as_ref()),
        provider_label: fields.told(
            "providerLabel",
            home.and_then(|copy| copy.provider_label.as_ref()),
        ),
        provider_instance_id: fields.told(
            "providerInstanceId",
            home.and_then(|copy| copy.provider_instance_id.as_ref()),
        ),
        markers: markers(holding),
        deletion_policy: DeletionPolicy::Retain,
    };
    fields.all_told()?;
    Ok(Manifest {
        api_version: format!("{GROUP}/{VERSION}"),
        kind: "ImageCatalog",
        metadata: metadata(place),
        spec: Spec::Catalog(Box::new(spec)),
    })
}

/// The manifest of a further version. Its description stays out of it: to describe a version is to mark it, and that
/// is a change.
pub(super) fn version(version: &Version, catalog: &str, place: Place<'_>) -> Result<Manifest, Untold> {
    let spec = VersionSpec {
        catalog_ref: CatalogReference {
            name: catalog.to_owned(),
        },
        version_id: version.id.clone(),
        version_type: version_type(version)?,
        deletion_policy: DeletionPolicy::Retain,
    };
    Ok(Manifest {
        api_version: format!("{GROUP}/{VERSION}"),
        kind: "ImageVersion",
        metadata: metadata(place),
        spec: Spec::Version(spec),
    })
}

impl Manifest {
    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }

    /// The name of a file that nothing else would have.
    pub(super) fn file_name(&self) -> String {
        format!("{}-{}.yaml", self.kind.to_ascii_lowercase(), self.metadata.name)
    }

    /// The manifest as people write it.
    pub(super) fn yaml(&self) -> Result<String, serde_saphyr::ser::Error> {
        serde_saphyr::to_string(self)
    }
}

fn metadata(place: Place<'_>) -> Metadata {
    Metadata {
        name: place.name.to_owned(),
        namespace: place.namespace.to_owned(),
    }
}

/// The copy that an image began with: the oldest one of its oldest version.
fn home(holding: &Holding) -> Option<&Copy> {
    let first = holding.versions.first().map(|version| &version.id);
    let of_another = |copy: &Copy| copy.version_id.as_ref() != first;
    holding
        .copies
        .iter()
        .filter(|copy| copy.provider_instance_id.is_some())
        .min_by_key(|copy| (of_another(copy), &copy.created_at, &copy.id))
}

fn description(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.chars().count() <= DESCRIPTION_MAX_LENGTH && !text.contains("[io1:");
    fits.then(|| text.to_owned())
}

/// Each marker where it points, or where it is moving to, so that it is not moved back.
fn markers(holding: &Holding) -> Vec<Marker> {
    let markers = holding.entry.image.markers.iter();
    markers
        .filter_map(|marker| entry(marker, &holding.versions))
        .collect()
}

fn entry(marker: &model::Marker, versions: &[Version]) -> Option<Marker> {
    let moves = marker.phase() == MarkerPhase::Moving;
    let next = marker.next_version_id.as_ref().filter(|_| moves);
    let id = next.or(marker.version_id.as_ref())?;
    if marker.name.is_empty() {
        return None;
    }
    let version = versions.iter().find(|version| version.id == *id);
    let name = version
        .map(|version| &version.name)
        .filter(|name| is_number(name));
    Some(Marker {
        name: marker.name.clone(),
        version_ref: None,
        version_name: name.cloned(),
        version_id: name.is_none().then(|| id.to_string()),
    })
}

fn is_number(name: &str) -> bool {
    let is_digits = |piece: &str| !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_digit());
    name.split('.').count() == 3 && name.split('.').all(is_digits)
}

/// As the remote tells, or as the name shows.
fn version_type(version: &Version) -> Result<VersionType, Untold> {
    match version.version_type.as_deref() {
        Some("MAJOR") => Ok(VersionType::Major),
        Some("MINOR") => Ok(VersionType::Minor),
        Some("PATCH") => Ok(VersionType::Patch),
        Some(other) => Err(Untold::VersionType(other.to_owned())),
        None => Ok(version_type_in(&version.name)),
    }
}

fn version_type_in(name: &str) -> VersionType {
    let mut counted_up = name.split('.').skip(1).map(|number| number != "0");
    match (counted_up.next(), counted_up.next()) {
        (_, Some(true)) => VersionType::Patch,
        (Some(true), _) => VersionType::Minor,
        _ => VersionType::Major,
    }
}

/// Notes which fields are missing.
#[derive(Default)]
struct Fields(Vec<&'static str>);

impl Fields {
    fn told(&mut self, name: &'static str, value: Option<&String>) -> String {
        let value = value.filter(|value| !value.is_empty());
        if value.is_none() {
            self.0.push(name);
        }
        value.cloned().unwrap_or_default()
    }

    fn all_told(self) -> Result<(), Untold> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Untold::Fields(self.0.join(", ")))
    }
}
