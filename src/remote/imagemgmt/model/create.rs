//! Making an image with its first version (`ImageCatalogRequest`, `ImageCatalogRepresentation`).

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::copy::AssetDetails;
use super::marker::{Marker, MarkerRequest};
use super::name::{GpuType, StreamName};
use crate::lifecycle::RemoteId;
use crate::remote::imagemgmt::PasswordForm;
use crate::remote::imagemgmt::status::{AssetStatus, ImageStatus, VersionStatus};
use crate::remote::loose::loose;

/// How an image comes into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageAction {
    /// `import`: a virtual machine is made and waits for a person.
    Import,
    /// `copy-existing-image`: a finished image is copied from a gallery.
    CopyExistingImage,
    /// `import-custom-vm`: an existing virtual machine is taken.
    ImportCustomVm,
}

impl ImageAction {
    /// The word of the remote.
    pub fn as_str(self) -> &'static str {
        match self {
            ImageAction::Import => "import",
            ImageAction::CopyExistingImage => "copy-existing-image",
            ImageAction::ImportCustomVm => "import-custom-vm",
        }
    }
}

/// Which number of `major.minor.patch` a new version moves on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum VersionType {
    /// The first.
    Major,
    /// The second.
    Minor,
    /// The third.
    Patch,
}

/// The request that makes an image. The organisation is the client's.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateImage {
    /// How it comes into being.
    pub action: ImageAction,
    /// Where it comes from, e.g. `AZURE_SIG`.
    pub source_stream_type: String,
    /// Its name.
    pub stream_name: StreamName,
    /// Its description, the owner mark included; cannot be changed later.
    pub stream_description: Option<String>,
    /// The version before the first: `0.0` makes it 1.0.0.
    pub version_source: String,
    /// Which number moves on.
    pub version_type: VersionType,
    /// The first version's description.
    pub version_description: Option<String>,
    /// The sort of provider, e.g. `AZURE`.
    pub provider_label: String,
    /// The provider instance that it is made at.
    pub provider_instance_id: String,
    /// What to import.
    pub asset_details: AssetDetailsRequest,
    /// The operating system's display name.
    pub os: String,
    /// `WINDOWS` or `LINUX`.
    pub os_type: String,
    /// The graphics hardware.
    pub gpu_type: GpuType,
    /// The project within the organisation.
    pub project_id: Option<String>,
    /// The markers of the first version.
    pub markers: Vec<MarkerRequest>,
    /// Whether Unified Endpoint Management takes it over.
    pub uem_managed: Option<bool>,
}

/// What to import.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetDetailsRequest {
    /// E.g. `AZURE_VM_IN_RG`.
    pub asset_type: String,
    /// Whatever an asset of that type needs, under the remote's own keys.
    pub data: Map<String, Value>,
    /// How the virtual machine is made reachable.
    pub options: Option<VmOptions>,
    /// The administrator of the virtual machine.
    pub vm_info: Option<VmInfo>,
}

/// How a virtual machine is made reachable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VmOptions {
    /// Whether it gets a public address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_public_ip: Option<bool>,
    /// Whether SSH is opened; Linux with a public address needs it.
    #[serde(rename = "openSSHPort", skip_serializing_if = "Option::is_none")]
    pub open_ssh_port: Option<bool>,
}

/// The administrator of a virtual machine: to be made on Azure, an existing one on vSphere.
#[derive(Clone)]
pub struct VmInfo {
    /// The name.
    pub username: String,
    /// The password; the remote never shows it again.
    pub password: SecretString,
}

impl PartialEq for VmInfo {
    fn eq(&self, other: &Self) -> bool {
        self.username == other.username && self.password.expose_secret() == other.password.expose_secret()
    }
}

impl fmt::Debug for VmInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VmInfo")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl CreateImage {
    /// The body that is sent. It may hold a password: not for logs.
    pub(in crate::remote::imagemgmt) fn body(
        &self,
        org_id: Option<&RemoteId>,
        password: PasswordForm,
    ) -> Value {
        let mut body = json!({
            "sourceStreamType": self.source_stream_type,
            "streamName": self.stream_name,
            "versionSource": self.version_source,
            "versionType": self.version_type,
            "providerLabel": self.provider_label,
            "providerInstanceId": self.provider_instance_id,
            "assetDetails": self.asset_details.body(password),
            "os": self.os,
            "osType": self.os_type,
            "gpuType": self.gpu_type,
            "markers": self.markers,
        });
        insert(&mut body, "streamDescription", self.stream_description.as_deref());
        insert(
            &mut body,
            "versionDescription",
            self.version_description.as_deref(),
        );
        insert(&mut body, "orgId", org_id.map(RemoteId::as_str));
        insert(&mut body, "projectId", self.project_id.as_deref());
        insert(&mut body, "uemManaged", self.uem_managed);
        body
    }
}

impl AssetDetailsRequest {
    pub(super) fn body(&self, password: PasswordForm) -> Value {
        let mut body = json!({ "type": self.asset_type, "data": self.data });
        insert(
            &mut body,
            "options",
            self.options.as_ref().map(|options| json!(options)),
        );
        insert(
            &mut body,
            "vmInfo",
            self.vm_info.as_ref().map(|info| info.body(password)),
        );
        body
    }
}

impl VmInfo {
    fn body(&self, form: PasswordForm) -> Value {
        let password = self.password.expose_secret();
        let password = match form {
            PasswordForm::Characters => password.chars().map(|c| c.to_string()).collect(),
            PasswordForm::Text => Value::from(password),
        };
        json!({ "username": self.username, "password": password })
    }
}

pub(super) fn insert(body: &mut Value, key: &str, value: Option<impl Into<Value>>) {
    if let (Value::Object(map), Some(value)) = (body, value) {
        map.insert(key.to_owned(), value.into());
    }
}

/// The answer to a create: the image, its first version and its first copy, all under way.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedImage {
    /// The image's id.
    pub stream_id: RemoteId,
    /// The image's name.
    #[serde(default, deserialize_with = "loose")]
    pub stream_name: Option<String>,
    /// The image's description as the remote keeps it.
    #[serde(default, deserialize_with = "loose")]
    pub stream_description: Option<String>,
    /// The operating system's display name.
    #[serde(default, deserialize_with = "loose")]
    pub os: Option<String>,
    /// Where it comes from.
    #[serde(default, deserialize_with = "loose")]
    pub source_stream_type: Option<String>,
    /// The image's status.
    #[serde(default, deserialize_with = "loose")]
    pub stream_status: ImageStatus,
    /// The image that it was made from.
    #[serde(default, deserialize_with = "loose")]
    pub source_stream_id: Option<String>,
    /// The version that it was made from.
    #[serde(default, deserialize_with = "loose")]
    pub source_version_id: Option<String>,
    /// The first version's id.
    #[serde(default, deserialize_with = "loose")]
    pub version_id: Option<RemoteId>,
    /// The version before the first.
    #[serde(default, deserialize_with = "loose")]
    pub version_source: Option<String>,
    /// The first version's name, e.g. `1.0.0`.
    #[serde(default, deserialize_with = "loose")]
    pub version_name: Option<String>,
    /// The first version's description as the remote keeps it.
    #[serde(default, deserialize_with = "loose")]
    pub version_description: Option<String>,
    /// The first version's status.
    #[serde(default, deserialize_with = "loose")]
    pub version_status: VersionStatus,
    /// Which number moved on.
    #[serde(default, deserialize_with = "loose")]
    pub version_type: Option<String>,
    /// The names of the versions before it.
    #[serde(default, deserialize_with = "loose")]
    pub version_history: Vec<String>,
    /// The first copy's id.
    #[serde(default, deserialize_with = "loose")]
    pub asset_id: Option<RemoteId>,
    /// The copy that it was made from.
    #[serde(default, deserialize_with = "loose")]
    pub source_asset_id: Option<String>,
    /// The first copy's status.
    #[serde(default, deserialize_with = "loose")]
    pub asset_status: AssetStatus,
    /// The first copy's type.
    #[serde(default, deserialize_with = "loose")]
    pub asset_type: Option<String>,
    /// What the first copy is at its provider.
    #[serde(default, deserialize_with = "loose")]
    pub asset_details: Option<AssetDetails>,
    /// The organisation that owns it.
    #[serde(default, deserialize_with = "loose")]
    pub org_id: Option<String>,
    /// The project within the organisation.
    #[serde(default, deserialize_with = "loose")]
    pub project_id: Option<String>,
    /// The markers of the first version.
    #[serde(default, deserialize_with = "loose")]
    pub markers: Vec<Marker>,
    /// What Unified Endpoint Management knows of it.
    #[serde(default, deserialize_with = "loose")]
    pub uem_info: Map<String, Value>,
}
