//! Publishing a version to vSphere providers (`VersionPublishV2CreateTO`).

use serde::{Deserialize, Serialize};

/// The request that publishes a version to vSphere. The organisation is the client's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PublishVersionToVsphere {
    /// A new description, the owner mark included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether to install the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_agent: Option<bool>,
    /// Whether to install the App Volumes agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_app_volumes_agent_for_enterprise: Option<bool>,
    /// Whether to install the Dynamic Environment Manager agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_dem_agent_for_enterprise: Option<bool>,
    /// Where to publish to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target_providers: Vec<TargetProvider>,
    /// The project within the organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// The staging area to publish through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staging_area_config_id: Option<String>,
}

/// One provider to publish to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TargetProvider {
    /// The provider instance.
    pub provider_instance_id: String,
    /// The sort of provider, e.g. `VSPHERE`.
    pub provider_label: String,
    /// How to publish there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_data: Option<ProviderData>,
}

/// How to publish at one provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProviderData {
    /// The agent to install.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon_agent: Option<VsphereHorizonAgent>,
    /// `FULL_CLONE` or `INSTANT_CLONE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clone_type: Option<String>,
    /// `VDI_DESKTOP`, `RDSH_DESKTOP` or `RDSH_APPS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_image_type: Option<String>,
    /// The App Volumes agent to install.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_volumes_agent_config: Option<AppVolumesAgent>,
    /// The Dynamic Environment Manager agent to install.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dem_agent_config: Option<DemAgent>,
}

/// The agent to install.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VsphereHorizonAgent {
    /// Which package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_package_id: Option<String>,
    /// Its features.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// The App Volumes agent to install.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AppVolumesAgent {
    /// The manager's address.
    pub app_volumes_manager_ip: String,
    /// The manager's port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_volumes_manager_port: Option<u16>,
    /// `DEDICATED_DESKTOP` or `FLOATING_DESKTOP`.
    pub app_volumes_agent_usage_mode: String,
}

/// The Dynamic Environment Manager agent to install.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DemAgent {
    /// `INTEGRATION` or `STANDALONE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub management_mode: Option<String>,
    /// `AD_GROUP_POLICY` or `NO_AD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration_mode: Option<String>,
    /// The share with the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_ad_configuration_share_path: Option<String>,
    /// Whether there are environment settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_settings: Option<bool>,
    /// The share with the environment settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_settings_share_path: Option<String>,
}
