//! How a version is cloned.

use std::collections::BTreeMap;

use kube::KubeSchema;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::rules;
use crate::api::free_form::{FreeForm, text_map};
use crate::api::image::AssetOptions;

/// How a version is cloned (the remote's `VersionCloneCreateTO`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionClone {
    /// Where the VM of the clone is placed.
    pub asset_details: CloneAssetDetails,
    /// Tags that the version gets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "text_map")]
    pub ims_tags: BTreeMap<String, String>,
    /// Whether the version is managed by the vendor's unified endpoint management.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uem_managed: Option<bool>,
}

/// Where the VM of a clone is placed (the remote's `CloneAssetDetailsRequest`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rules::an_azure_clone_has_a_network())]
pub struct CloneAssetDetails {
    /// The sort of place, such as `AZURE_NETWORK_RESOURCE` or `VIEW_INFRA_RESOURCE`.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub resource_type: String,
    /// The place. Keys that are not listed here are passed on as they are.
    #[serde(default, skip_serializing_if = "FreeForm::is_empty")]
    #[schemars(schema_with = "network")]
    pub data: FreeForm,
    /// How the VM can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<AssetOptions>,
}

/// A free-form object whose known keys are typed, so that rules can ask for them.
fn network(_: &mut SchemaGenerator) -> Schema {
    let text = |description: &str| serde_json::json!({ "description": description, "type": "string", "minLength": 1, "maxLength": 1024 });
    json_schema!({
        "type": "object",
        "maxProperties": 64,
        "x-kubernetes-preserve-unknown-fields": true,
        "properties": {
            "vNet": text("AZURE_NETWORK_RESOURCE: Azure resource id of the virtual network that the VM is placed in."),
            "subNet": text("AZURE_NETWORK_RESOURCE: Azure resource id of the subnet that the VM is placed in."),
        },
    })
}
