//! The sources that are known, and what each of them needs (public OpenAPI document of Horizon Cloud next-gen,
//! operation createImageCatalog). Vendors add sources; an unknown one is passed on as it is.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the remote makes an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Import a marketplace or vSphere image as a VM. The remote's own default.
    #[default]
    Import,
    /// Copy an image that is ready for use.
    CopyExistingImage,
    /// Import a VM that exists.
    ImportCustomVm,
}

impl Action {
    /// The action that a source needs; for an unknown source the remote's own default.
    pub fn of_source(source_type: &str) -> Self {
        KNOWN_SOURCES
            .iter()
            .find(|known| known.source_type == source_type)
            .map_or(Action::default(), |known| known.action)
    }

    /// The action as the remote writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Import => "import",
            Action::CopyExistingImage => "copy-existing-image",
            Action::ImportCustomVm => "import-custom-vm",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A source, and what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownSource {
    /// The value of `spec.sourceStreamType`, of a version of `spec.sourceType`.
    pub source_type: &'static str,
    /// The action that it needs.
    pub action: Action,
    /// The value of `spec.assetDetails.type` that it needs.
    pub asset_type: &'static str,
    /// The keys of `spec.assetDetails.data` that it needs.
    pub required_data: &'static [&'static str],
}

/// A version of an image in an Azure gallery.
pub(in crate::api) const AZURE_SIG: KnownSource = KnownSource {
    source_type: "AZURE_SIG",
    action: Action::CopyExistingImage,
    asset_type: "AZURE_IMAGE_IN_SIG",
    required_data: &["galleryAzureADTenantId", "galleryImageResourceId"],
};

/// An image of the Azure marketplace.
pub(in crate::api) const AZURE_MARKET_PLACE: KnownSource = KnownSource {
    source_type: "AZURE_MARKET_PLACE",
    action: Action::Import,
    asset_type: "AZURE_VM_IN_RG",
    required_data: &[
        "licenseType",
        "publisher",
        "offer",
        "sku",
        "version",
        "subNet",
        "vNet",
        "vmSize",
    ],
};

/// A VM in Azure.
pub(in crate::api) const AZURE_CUSTOM_VM: KnownSource = KnownSource {
    source_type: "AZURE_CUSTOM_VM",
    action: Action::ImportCustomVm,
    asset_type: "AZURE_VM_IN_RG",
    required_data: &[
        "licenseType",
        "publisher",
        "offer",
        "sku",
        "vmSize",
        "vmName",
        "resourceGroupName",
    ],
};

/// A VM or template in vSphere.
pub(in crate::api) const VIEW_IMAGES: KnownSource = KnownSource {
    source_type: "VIEW_IMAGES",
    action: Action::Import,
    asset_type: "VIEW_VM",
    required_data: &[
        "sourceVmOrTemplateName",
        "vsphereOsType",
        "imageDeployType",
        "vmMoValue",
    ],
};

/// The sources that are known.
pub(super) const KNOWN_SOURCES: [KnownSource; 4] =
    [AZURE_SIG, AZURE_MARKET_PLACE, AZURE_CUSTOM_VM, VIEW_IMAGES];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_follows_from_its_source() {
        assert_eq!(Action::of_source("AZURE_SIG"), Action::CopyExistingImage);
        assert_eq!(Action::of_source("AZURE_CUSTOM_VM"), Action::ImportCustomVm);
        assert_eq!(Action::of_source("A_NEW_SOURCE"), Action::Import);
    }

    #[test]
    fn an_action_is_written_as_it_is_sent() {
        for action in [Action::Import, Action::CopyExistingImage, Action::ImportCustomVm] {
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
        }
    }
}
