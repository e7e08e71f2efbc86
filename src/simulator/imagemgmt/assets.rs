//! Where a version comes from: the sources, what each needs, and the first copy that is made of it.
//!
//! Origin of the table: the descriptions of "Create Image Catalog" in the public OpenAPI document.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::model::{Failure, ImageCopy, PROVIDERS, Provider, Stamp};
use super::turn::Turn;
use super::words::{AssetType, OsType, ProviderLabel, PublishState, SourceType, TriggeredAction};
use super::work::Work;
use crate::simulator::error::ApiError;

/// One source, and the rules for it.
pub(crate) struct Source {
    pub(crate) kind: SourceType,
    /// The `action` of a create that goes with it.
    pub(crate) action: &'static str,
    asset_type: AssetType,
    provider_label: ProviderLabel,
    required: &'static [&'static str],
    pub(crate) work: Work,
    pub(crate) triggered: TriggeredAction,
    /// What adding a version from it triggers, where that is possible.
    pub(crate) added: Option<TriggeredAction>,
}

/// `version` of a market place image is documented as required, but the vendor's command line leaves it out; so it is
/// not asked for here. `subNet` and `vNet` are spelled as every client spells them.
const SOURCES: [Source; 4] = [
    Source {
        kind: SourceType::AzureMarketPlace,
        action: "import",
        asset_type: AssetType::AzureVmInRg,
        provider_label: ProviderLabel::Azure,
        required: &[
            "licenseType",
            "publisher",
            "offer",
            "sku",
            "subNet",
            "vNet",
            "vmSize",
        ],
        work: Work::Import,
        triggered: TriggeredAction::Import,
        added: None,
    },
    Source {
        kind: SourceType::AzureCustomVm,
        action: "import-custom-vm",
        asset_type: AssetType::AzureVmInRg,
        provider_label: ProviderLabel::Azure,
        required: &[
            "licenseType",
            "publisher",
            "offer",
            "sku",
            "vmSize",
            "vmName",
            "resourceGroupName",
        ],
        work: Work::Import,
        triggered: TriggeredAction::ImportCustomVm,
        added: Some(TriggeredAction::AddVersionFromCustomVm),
    },
    Source {
        kind: SourceType::AzureSig,
        action: "copy-existing-image",
        asset_type: AssetType::AzureImageInSig,
        provider_label: ProviderLabel::Azure,
        required: &["galleryAzureADTenantId", "galleryImageResourceId"],
        work: Work::Copy,
        triggered: TriggeredAction::CopyExistingImage,
        added: Some(TriggeredAction::AddVersionFromCopiedImage),
    },
    Source {
        kind: SourceType::ViewImages,
        action: "import",
        asset_type: AssetType::ViewVm,
        provider_label: ProviderLabel::View,
        required: &[
            "sourceVmOrTemplateName",
            "vsphereOsType",
            "imageDeployType",
            "vmMoValue",
        ],
        work: Work::Import,
        triggered: TriggeredAction::Import,
        added: None,
    },
];

/// The rules of a source.
pub(crate) fn source(source_type: SourceType) -> Result<&'static Source, ApiError> {
    SOURCES
        .iter()
        .find(|source| source.kind == source_type)
        .ok_or_else(|| {
            let message = format!("images of source type {} are not supported", source_type.as_ref());
            ApiError::bad_request("UNSUPPORTED_PROVIDER", message)
        })
}

/// A combination that the service has no method for (405 is documented; when it comes is inferred).
pub(crate) fn not_allowed(message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED_METHOD", message)
}

/// AssetDetailsRequest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssetDetailsRequest {
    #[serde(rename = "type")]
    asset_type: AssetType,
    data: Map<String, Value>,
    options: Option<Options>,
    #[serde(rename = "vmInfo")]
    _vm_info: Option<VmInfo>,
}

/// One client sends these as strings.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Options {
    create_public_ip: Option<Value>,
    #[serde(rename = "openSSHPort")]
    open_ssh_port: Option<Value>,
}

/// Both are needed when any is given. Only their presence is looked at; nothing keeps them.
#[derive(Deserialize)]
struct VmInfo {
    #[serde(rename = "username")]
    _username: String,
    #[serde(rename = "password")]
    _password: Password,
}

/// Declared as an array of strings (one character each), but the vendor's command line sends one string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Password {
    Text(#[allow(dead_code)] String),
    Characters(#[allow(dead_code)] Vec<String>),
}

impl Options {
    /// On Linux a public address needs the SSH port (public OpenAPI document).
    pub(crate) fn check(&self, os_type: OsType) -> Result<(), ApiError> {
        if os_type == OsType::Linux
            && says_yes(self.create_public_ip.as_ref())
            && !says_yes(self.open_ssh_port.as_ref())
        {
            let message = "openSSHPort must be true when createPublicIp is true for Linux";
            return Err(ApiError::bad_request("VALIDATION_FAILED", message));
        }
        Ok(())
    }
}

fn says_yes(value: Option<&Value>) -> bool {
    value.is_some_and(|value| *value == Value::Bool(true) || value == "true")
}

impl AssetDetailsRequest {
    /// Checks them against the rules of their source.
    pub(crate) fn check(
        &self,
        source: &Source,
        provider_label: ProviderLabel,
        os_type: OsType,
    ) -> Result<(), ApiError> {
        let source_type = source.kind.as_ref();
        if provider_label != source.provider_label {
            let message = format!(
                "{source_type} is not a source for provider {}",
                provider_label.as_ref()
            );
            return Err(ApiError::bad_request(
                "ILLEGAL_SOURCE_TYPE_FOR_GIVEN_PROVIDER",
                message,
            ));
        }
        if self.asset_type != source.asset_type {
            let message = format!(
                "assetDetails.type must be {} for {source_type}, not {}",
                source.asset_type.as_ref(),
                self.asset_type.as_ref()
            );
            return Err(ApiError::bad_request("VALIDATION_FAILED", message));
        }
        let is_snapshot = self
            .data
            .get("imageDeployType")
            .is_some_and(|kind| kind == "SNAPSHOT");
        let also: &[&str] = if is_snapshot { &["snapshotMoValue"] } else { &[] };
        for key in source.required.iter().chain(also) {
            if !self.data.get(*key).is_some_and(is_given) {
                let message = format!("assetDetails.data.{key} is required for {source_type}");
                return Err(ApiError::bad_request("VALIDATION_FAILED", message));
            }
        }
        self.options
            .as_ref()
            .map_or(Ok(()), |options| options.check(os_type))
    }

    /// Whether the image serves several sessions: as the data say, else as the name of the system does (inferred).
    pub(crate) fn multi_session(&self, os: &str) -> bool {
        match self.data.get("multiSession") {
            Some(Value::Bool(said)) => *said,
            Some(Value::String(said)) => said == "true",
            _ => os.to_lowercase().contains("multi-session"),
        }
    }

    /// Why copying will fail in the background, if it will: a gallery image that is not named by a resource id.
    pub(crate) fn fails_later(&self, source: &Source) -> Option<Failure> {
        let id = self
            .data
            .get("galleryImageResourceId")?
            .as_str()
            .unwrap_or_default();
        (source.work == Work::Copy && !is_gallery_image_version(id)).then(|| Failure {
            code: "AZURE_INVALID_SIG_ID_FORMAT".to_owned(),
            details: format!("{id:?} is not the resource id of a gallery image version"),
        })
    }

    /// The first copy of a version made from it.
    pub(crate) fn first_copy(
        &self,
        id: String,
        provider: &Provider,
        source: &Source,
        os: &str,
        turn: &Turn<'_>,
    ) -> ImageCopy {
        ImageCopy {
            id,
            provider_instance: provider.id.to_owned(),
            provider_label: provider.label,
            multi_session: self.multi_session(os),
            asset_type: self.asset_type,
            data: self.data.clone(),
            status: source.work.first_statuses().1,
            state: PublishState::NotReady,
            failure: None,
            failures: Vec::new(),
            stamp: Stamp::new(turn.now()),
        }
    }
}

pub(crate) fn is_given(value: &Value) -> bool {
    !value.is_null() && value != ""
}

/// Whether it reads `/subscriptions/…/galleries/…/images/…/versions/…`: the form that the key's name and the error
/// code AZURE_INVALID_SIG_ID_FORMAT suggest.
fn is_gallery_image_version(id: &str) -> bool {
    let mut segments = id.split('/').map(str::to_lowercase).map(Cow::from).skip(1);
    id.starts_with('/')
        && ["subscriptions", "galleries", "images", "versions"]
            .iter()
            .all(|wanted| {
                segments.any(|segment| segment == *wanted)
                    && segments.next().is_some_and(|name| !name.is_empty())
            })
        && segments.next().is_none()
}

/// The provider instance of this id, as far as the caller's organisation and the label go.
pub(crate) fn provider(
    id: &str,
    label: ProviderLabel,
    turn: &Turn<'_>,
) -> Result<&'static Provider, ApiError> {
    let found = PROVIDERS
        .iter()
        .find(|provider| provider.id == id && provider.org == turn.org());
    let provider = found.ok_or_else(|| {
        let message = format!(
            "provider instance {id} is not known to organisation {}",
            turn.org()
        );
        ApiError::bad_request("PROVIDER_INSTANCE_NOT_OF_SAME_ORG", message)
    })?;
    if provider.label != label {
        let message = format!("provider instance {id} is not of provider {}", label.as_ref());
        return Err(ApiError::bad_request("UNSUPPORTED_PROVIDER_INSTANCE", message));
    }
    Ok(provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gallery_image_version_is_named_by_its_whole_resource_id() {
        assert!(is_gallery_image_version(
            "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0"
        ));
        for wrong in [
            "",
            "win11",
            "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g/images/i",
            "/subscriptions/s/galleries/g/images/i/versions/",
            "subscriptions/s/galleries/g/images/i/versions/1",
        ] {
            assert!(!is_gallery_image_version(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_a_string_or_its_characters() {
        for password in [serde_json::json!("secret"), serde_json::json!(["s", "e"])] {
            let info = serde_json::json!({"username": "u", "password": password});
            assert!(serde_json::from_value::<VmInfo>(info).is_ok());
        }
        assert!(serde_json::from_value::<VmInfo>(serde_json::json!({"username": "u"})).is_err());
    }
}
