//! Which provider instances have a copy of a version: adding some, failed ones again, and taking some away
//! (`VersionRepublishCreateTO`, `VersionRepublishV2CreateTO`, `ShrinkImageVersionRequest`).

use serde::{Deserialize, Serialize};

use super::publish::Replica;
use super::publish_vsphere::{AppVolumesAgent, DemAgent, VsphereHorizonAgent};

/// The request that publishes failed copies again and adds further ones, on every provider but vSphere. The
/// organisation is the client's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepublishVersion {
    /// Where to add copies; failed copies are published again without being named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub additional_replicas: Vec<Replica>,
    /// A proxy for validation and application scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_server: Option<String>,
    /// What is reached without the proxy; entries are separated by semicolons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_bypass: Option<String>,
}

/// The same on vSphere, where failed copies are named too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RepublishVersionToVsphere {
    /// Where to publish to.
    pub target_providers: Vec<RepublishTarget>,
    /// The staging area to publish through; the last one used where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staging_area_config_id: Option<String>,
}

/// One vSphere provider to publish to again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RepublishTarget {
    /// The provider instance.
    pub provider_instance_id: String,
    /// The sort of provider, e.g. `VIEW`.
    pub provider_label: String,
    /// How to publish there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_data: Option<RepublishData>,
}

/// How to publish again at one provider; unlike at first, the form of clones cannot be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RepublishData {
    /// The agent to install.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon_agent: Option<VsphereHorizonAgent>,
    /// The App Volumes agent to install.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_volumes_agent_config: Option<AppVolumesAgent>,
    /// The Dynamic Environment Manager agent to install.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dem_agent_config: Option<DemAgent>,
}

/// The request that takes copies away; never empty. The organisation is the client's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShrinkVersion {
    replicas: Vec<Replica>,
}

impl ShrinkVersion {
    /// A request that takes these copies away; none where there are none to take away.
    pub fn from_replicas(replicas: Vec<Replica>) -> Option<Self> {
        (!replicas.is_empty()).then_some(ShrinkVersion { replicas })
    }
}
