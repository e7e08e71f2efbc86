//! Publishing a version (`VersionPublishCreateTO`, `VersionPublishTO`), all providers but vSphere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::lifecycle::RemoteId;
use crate::remote::imagemgmt::status::VersionStatus;
use crate::remote::loose::loose;

/// The request that publishes a version. The organisation is the client's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PublishVersion {
    /// The sort of provider, e.g. `AZURE`.
    pub provider_label: String,
    /// A new description, the owner mark included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How to publish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<PublishOptions>,
    /// Where to put copies, besides the place that it was imported to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<Replica>,
    /// The project within the organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// A proxy for the agents' installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_server: Option<String>,
    /// What is reached without the proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_bypass: Option<String>,
    /// Whether this publish is part of a migration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration_publish: Option<bool>,
    /// Whether the provider's own tags are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_provider_tags: Option<bool>,
    /// Tags to keep with the version.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ims_tags: BTreeMap<String, String>,
}

/// One place to put a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Replica {
    /// The provider instance.
    pub provider_instance_id: String,
}

/// How to publish.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PublishOptions {
    /// The agent to install.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon_agent: Option<HorizonAgent>,
    /// Whether to scan for applications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_scan: Option<ApplicationScan>,
    /// E.g. `DisableWindowsUpdate`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub os_customizations: Vec<String>,
    /// Whether to keep a backup while publishing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_with_resiliency: Option<bool>,
    /// Whether to validate the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validate_image: Option<bool>,
    /// What the validation runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_infra_resource_details: Option<InfrastructureResources>,
}

/// The agent to install.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HorizonAgent {
    /// Which package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_package_id: Option<String>,
    /// Whether to install it at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_horizon_agent: Option<bool>,
    /// Its features.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// Whether to scan for applications, and on what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ApplicationScan {
    /// Whether to scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_app_scan: Option<bool>,
    /// What the scan runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_scan_details: Option<InfrastructureResources>,
}

/// Infrastructure that a scan or a validation runs on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InfrastructureResources {
    /// The resources.
    pub infrastructure_resource_list: Vec<InfrastructureResource>,
    /// A proxy; only for validations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_server: Option<String>,
    /// What is reached without the proxy; only for validations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_bypass: Option<String>,
}

/// One resource, e.g. a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InfrastructureResource {
    /// Its sort.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its id at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is linked to.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub infrastructure_links: Map<String, Value>,
    /// More about it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
}

/// The answer to a publish of either form: the version, under way.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishedVersion {
    /// The version's id.
    #[serde(default, deserialize_with = "loose")]
    pub version_id: Option<RemoteId>,
    /// The version's name.
    #[serde(default, deserialize_with = "loose")]
    pub version_name: Option<String>,
    /// The version's status.
    #[serde(default, deserialize_with = "loose")]
    pub version_status: VersionStatus,
    /// The version's description.
    #[serde(default, deserialize_with = "loose")]
    pub description: Option<String>,
}
