//! Where the source of an image is, and how the VM made from it is set up.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::api::free_form::FreeForm;
use crate::api::references::SecretKeyReference;

/// Where the source of an image is (the remote's `AssetDetailsRequest`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetDetails {
    /// The sort of thing that is made, such as `AZURE_IMAGE_IN_SIG`, `AZURE_VM_IN_RG` or `VIEW_VM`.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub asset_type: String,
    /// Where the source is. Which keys are needed depends on the source; keys that are not listed here are passed on as they are.
    #[schemars(schema_with = "data")]
    pub data: FreeForm,
    /// How the VM can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<AssetOptions>,
    /// The administrator of the VM: new credentials in Azure, the existing ones in vSphere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vm_info: Option<VmInfo>,
}

/// How the VM of an image can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetOptions {
    /// Whether the VM gets a public address. A LINUX image then needs `openSSHPort` too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_public_ip: Option<bool>,
    /// Whether the VM can be reached by SSH (LINUX in Azure).
    #[serde(default, rename = "openSSHPort", skip_serializing_if = "Option::is_none")]
    pub open_ssh_port: Option<bool>,
}

/// The administrator of the VM of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VmInfo {
    /// Name of the administrator.
    #[schemars(length(min = 1, max = 128))]
    pub username: String,
    /// Key of the Secret that holds the password. Read when the image is created; a later change has no effect.
    pub password_secret_ref: SecretKeyReference,
}

/// A free-form object whose known keys are typed, so that rules can ask for them.
fn data(_: &mut SchemaGenerator) -> Schema {
    let text = |description: &str| serde_json::json!({ "description": description, "type": "string", "minLength": 1, "maxLength": 1024 });
    json_schema!({
        "type": "object",
        "maxProperties": 64,
        "x-kubernetes-preserve-unknown-fields": true,
        "properties": {
            "galleryAzureADTenantId": text("AZURE_SIG: id of the Azure AD tenant that the gallery belongs to."),
            "galleryImageResourceId": text("AZURE_SIG: Azure resource id of the image version in the gallery."),
            "mspOrgId": text("AZURE_SIG: id of the partner's organisation that prepared the source; what is known of the image is copied from there."),
            "licenseType": text("AZURE_MARKET_PLACE, AZURE_CUSTOM_VM: the licence that the VM runs under."),
            "publisher": text("AZURE_MARKET_PLACE, AZURE_CUSTOM_VM: publisher of the marketplace image."),
            "offer": text("AZURE_MARKET_PLACE, AZURE_CUSTOM_VM: offer of the marketplace image."),
            "sku": text("AZURE_MARKET_PLACE, AZURE_CUSTOM_VM: SKU of the marketplace image."),
            "version": text("AZURE_MARKET_PLACE: version of the marketplace image."),
            "subNet": text("AZURE_MARKET_PLACE: Azure resource id of the subnet that the VM is placed in."),
            "vNet": text("AZURE_MARKET_PLACE: Azure resource id of the virtual network that the VM is placed in."),
            "vmSize": text("AZURE_MARKET_PLACE, AZURE_CUSTOM_VM: size of the VM."),
            "vmName": text("AZURE_CUSTOM_VM: name of the source VM."),
            "resourceGroupName": text("AZURE_CUSTOM_VM: name of the resource group that the source VM is in."),
            "sourceVmOrTemplateName": text("VIEW_IMAGES: name of the source VM or template."),
            "vsphereOsType": text("VIEW_IMAGES: the operating system as vSphere calls it."),
            "imageDeployType": text("VIEW_IMAGES: `TEMPLATE` or `SNAPSHOT`."),
            "vmMoValue": text("VIEW_IMAGES: managed object id of the source VM or template."),
            "snapshotMoValue": text("VIEW_IMAGES: managed object id of the snapshot, where `imageDeployType` is `SNAPSHOT`."),
        },
    })
}
