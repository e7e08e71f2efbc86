//! How a version is published: one form for Azure, one for vSphere.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{DESCRIPTION_MAX_LENGTH, rules};
use crate::api::free_form::{FreeForm, free_form, text_map};

/// How a version is published (the remote's `VersionPublishCreateTO`; `vsphere` is its `VersionPublishV2CreateTO`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rules::vsphere_stands_alone())]
pub struct Publish {
    /// Description of the published version, up to 216 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = DESCRIPTION_MAX_LENGTH))]
    #[x_kube(validation = rules::no_mark())]
    pub description: Option<String>,
    /// Further provider instances that get a copy, beside `spec.providerInstanceId`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 32),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["providerInstanceId"])
    )]
    pub replicas: Vec<Replica>,
    /// What is installed, changed and checked on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<PublishOptions>,
    /// Address of the proxy that the VM uses meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    pub proxy_server: Option<String>,
    /// Addresses that the VM reaches without the proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    pub proxy_bypass: Option<String>,
    /// Whether the version is published as part of a migration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration_publish: Option<bool>,
    /// Whether the tags of the provider are left off what is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_provider_tags: Option<bool>,
    /// Tags that the version gets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "text_map")]
    pub ims_tags: BTreeMap<String, String>,
    /// How an image in vSphere (`providerLabel: VIEW`) is published. Stands alone, without the other fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vsphere: Option<VspherePublish>,
}

/// A provider instance that gets a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Replica {
    /// Id of the provider instance.
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub provider_instance_id: String,
}

/// What is installed, changed and checked while a version is published.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishOptions {
    /// The Horizon agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizon_agent: Option<HorizonAgent>,
    /// The scan for applications, passed on as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub application_scan: Option<FreeForm>,
    /// Changes to the operating system, such as `AllowRDPForAllUsers`, `DisableWindowsUpdate` or `RemoveAppXPackages`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 16),
        inner(length(min = 1, max = 64), regex(pattern = "^[A-Za-z][A-Za-z0-9_]*$"))
    )]
    pub os_customizations: Vec<String>,
    /// Whether the remote keeps a backup that a failed publish can be repeated from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_with_resiliency: Option<bool>,
    /// Whether the remote tries the image out before it counts as published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate_image: Option<bool>,
    /// Where the image is tried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_infra_resource_details: Option<InfrastructureResourceDetails>,
}

/// The Horizon agent that is installed in an Azure image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HorizonAgent {
    /// Id of the agent package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub agent_package_id: Option<String>,
    /// Whether the agent is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_horizon_agent: Option<bool>,
    /// Features of the agent that are installed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(min = 1, max = 128)))]
    pub features: Vec<String>,
}

/// Where an image is tried out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InfrastructureResourceDetails {
    /// The resources that are used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub infrastructure_resource_list: Vec<InfrastructureResource>,
    /// Address of the proxy that is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    pub proxy_server: Option<String>,
    /// Addresses that are reached without the proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048))]
    pub proxy_bypass: Option<String>,
}

/// A resource that an image is tried out on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InfrastructureResource {
    /// The sort of resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub kind: Option<String>,
    /// Id of the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub id: Option<String>,
    /// Links to the resource, passed on as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub infrastructure_links: Option<FreeForm>,
    /// Data of the resource, passed on as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub data: Option<FreeForm>,
}

/// How an image in vSphere is published.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct VspherePublish {
    /// Description of the published version, up to 216 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = DESCRIPTION_MAX_LENGTH))]
    #[x_kube(validation = rules::no_mark())]
    pub description: Option<String>,
    /// Whether the agent is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_agent: Option<bool>,
    /// Whether the App Volumes agent is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_app_volumes_agent_for_enterprise: Option<bool>,
    /// Whether the agent of the Dynamic Environment Manager is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_dem_agent_for_enterprise: Option<bool>,
    /// The provider instances that the version is published to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 32),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["providerInstanceId"])
    )]
    pub target_providers: Vec<TargetProvider>,
    /// Id of the staging area that is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub staging_area_config_id: Option<String>,
}

/// A provider instance that a version is published to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetProvider {
    /// Id of the provider instance.
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub provider_instance_id: String,
    /// The sort of provider, such as `VIEW`.
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub provider_label: String,
    /// What is installed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_data: Option<ProviderData>,
}

/// What is installed in the image for one provider instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderData {
    /// The Horizon agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizon_agent: Option<AgentPackage>,
    /// How desktops are made from the image, such as `FULL_CLONE` or `INSTANT_CLONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub clone_type: Option<String>,
    /// What the image is for, such as `VDI_DESKTOP`, `RDSH_DESKTOP` or `RDSH_APPS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub view_image_type: Option<String>,
    /// How the App Volumes agent is set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_volumes_agent_config: Option<AppVolumesAgentConfig>,
    /// How the agent of the Dynamic Environment Manager is set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dem_agent_config: Option<DemAgentConfig>,
}

/// The Horizon agent that is installed in a vSphere image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentPackage {
    /// Id of the agent package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub agent_package_id: Option<String>,
    /// Features of the agent that are installed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(min = 1, max = 128)))]
    pub features: Vec<String>,
}

/// How the App Volumes agent is set up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppVolumesAgentConfig {
    /// Address of the App Volumes Manager.
    #[schemars(length(min = 1, max = 253))]
    pub app_volumes_manager_ip: String,
    /// Port of the App Volumes Manager: 1 to 65535.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub app_volumes_manager_port: Option<i32>,
    /// How desktops are given to users, such as `DEDICATED_DESKTOP` or `FLOATING_DESKTOP`.
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub app_volumes_agent_usage_mode: String,
}

/// How the agent of the Dynamic Environment Manager is set up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DemAgentConfig {
    /// How it is managed, such as `INTEGRATION` or `STANDALONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub management_mode: Option<String>,
    /// Where it takes its configuration from, such as `AD_GROUP_POLICY` or `NO_AD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Z][A-Z0-9_]*$"))]
    pub configuration_mode: Option<String>,
    /// Path of the share that holds the configuration, without Active Directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub no_ad_configuration_share_path: Option<String>,
    /// Whether settings of the environment are applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_settings: Option<bool>,
    /// Path of the share that holds settings of the environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub environment_settings_share_path: Option<String>,
}
