//! A version of an image (`VersionTO`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::copy::Agent;
use super::marker::Marker;
use crate::lifecycle::RemoteId;
use crate::remote::imagemgmt::status::VersionStatus;
use crate::remote::loose::{loose, loose_struct};

/// A version as the remote shows it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// The id, `versionId` elsewhere.
    pub id: RemoteId,
    /// The image that it belongs to.
    #[serde(default, deserialize_with = "loose")]
    pub stream_id: Option<RemoteId>,
    /// The organisation that owns it.
    #[serde(default, deserialize_with = "loose")]
    pub org_id: Option<String>,
    /// `major.minor.patch`.
    #[serde(default, deserialize_with = "loose")]
    pub name: String,
    /// The description, with an owner mark at its end where there is one.
    #[serde(default, deserialize_with = "loose")]
    pub description: Option<String>,
    /// The operating system's display name.
    #[serde(default, deserialize_with = "loose")]
    pub os: Option<String>,
    /// The version that it was made from.
    #[serde(default, deserialize_with = "loose")]
    pub source_version_id: Option<RemoteId>,
    /// `NOT_READY`, `UNPUBLISHED`, `PARTIALLY_PUBLISHED` or `PUBLISHED`.
    #[serde(default, deserialize_with = "loose")]
    pub state: Option<String>,
    /// The names of the versions before it.
    #[serde(default, deserialize_with = "loose")]
    pub version_history: Vec<String>,
    /// `versionStatus` elsewhere.
    #[serde(default, deserialize_with = "loose")]
    pub status: VersionStatus,
    /// What was last asked of it, e.g. `PUBLISH`.
    #[serde(default, deserialize_with = "loose")]
    pub last_triggered_action: Option<String>,
    /// How it was published.
    #[serde(default, deserialize_with = "loose")]
    pub options: Option<VersionOptions>,
    /// When it was made, as the remote writes it.
    #[serde(default, deserialize_with = "loose")]
    pub created_at: Option<String>,
    /// When it last changed, as the remote writes it.
    #[serde(default, deserialize_with = "loose")]
    pub updated_at: Option<String>,
    /// The remote's internal record counter.
    #[serde(default, deserialize_with = "loose")]
    pub version: Option<i64>,
    /// The markers that point at it.
    #[serde(default, deserialize_with = "loose")]
    pub markers: Vec<Marker>,
    /// `MAJOR`, `MINOR` or `PATCH`.
    #[serde(default, deserialize_with = "loose")]
    pub version_type: Option<String>,
    /// How the last validation went.
    #[serde(default, deserialize_with = "loose")]
    pub version_validation_details: Option<VersionValidationDetails>,
    /// How the validation during the last publish went.
    #[serde(default, deserialize_with = "loose")]
    pub publish_validation_result: Option<PublishValidationResult>,
    /// Tags given at publish or clone.
    #[serde(default, deserialize_with = "loose")]
    pub ims_tags: BTreeMap<String, String>,
    /// Where it came from, e.g. `AZURE_SIG`.
    #[serde(default, deserialize_with = "loose")]
    pub source_type: Option<String>,
    /// The sorts of provider that it has copies at, e.g. `AZURE`.
    #[serde(default, deserialize_with = "loose")]
    pub provider_labels: Vec<String>,
    /// The proxy of its templates.
    #[serde(default, deserialize_with = "loose")]
    pub template_proxy_server: Option<String>,
    /// What its templates reach without the proxy.
    #[serde(default, deserialize_with = "loose")]
    pub template_proxy_bypass: Option<String>,
}

/// How a version was published.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionOptions {
    /// E.g. `DisableWindowsUpdate`.
    #[serde(default, deserialize_with = "loose")]
    pub os_customizations: Vec<String>,
    /// The agents installed in it.
    #[serde(default, deserialize_with = "loose")]
    pub agents: Vec<Agent>,
    /// Whether a backup is kept while publishing.
    #[serde(default, deserialize_with = "loose")]
    pub publish_with_resiliency: Option<bool>,
    /// Whether publishing validates it.
    #[serde(default, deserialize_with = "loose")]
    pub validate_image: Option<bool>,
    /// How its agents are installed.
    #[serde(default, deserialize_with = "loose")]
    pub agent_installation_type: Option<String>,
    /// Whether a person changed the agent features.
    #[serde(default, deserialize_with = "loose")]
    pub agent_features_manually_updated: Option<bool>,
    /// Whether the App Volumes agent is installed.
    #[serde(default, deserialize_with = "loose")]
    pub install_app_volumes_agent_for_enterprise: Option<bool>,
    /// Whether the Dynamic Environment Manager agent is installed.
    #[serde(default, deserialize_with = "loose")]
    pub install_dem_agent_for_enterprise: Option<bool>,
    /// The staging area it was published through.
    #[serde(default, deserialize_with = "loose")]
    pub staging_area_config_id: Option<String>,
}

/// How the last validation of a version went.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionValidationDetails {
    /// `INITIATED`, `IN_PROGRESS`, `SUCCESS` or `FAILED`.
    #[serde(default, deserialize_with = "loose")]
    pub validation_status: Option<String>,
    /// The template it ran in.
    #[serde(default, deserialize_with = "loose")]
    pub studio_template_id: Option<String>,
    /// That template's name.
    #[serde(default, deserialize_with = "loose")]
    pub studio_template_name: Option<String>,
    /// That template's status.
    #[serde(default, deserialize_with = "loose")]
    pub studio_template_status: Option<String>,
    /// More about it.
    #[serde(default, deserialize_with = "loose")]
    pub details: Map<String, Value>,
    /// Why it failed.
    #[serde(default, deserialize_with = "loose")]
    pub error_details: Option<String>,
    /// What the sentence is about.
    #[serde(default, deserialize_with = "loose")]
    pub error_details_parameters: BTreeMap<String, String>,
    /// Whether a person asked for it.
    #[serde(default, deserialize_with = "loose")]
    pub on_demand_validation: Option<bool>,
}

/// How the validation during a publish went.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishValidationResult {
    /// The result in the remote's words.
    #[serde(default, deserialize_with = "loose")]
    pub result: Option<String>,
    /// `INITIATED`, `IN_PROGRESS`, `SUCCESS` or `FAILED`.
    #[serde(default, deserialize_with = "loose")]
    pub status: Option<String>,
    /// More about it.
    #[serde(default, deserialize_with = "loose")]
    pub details: BTreeMap<String, String>,
    /// Why it failed.
    #[serde(default, deserialize_with = "loose")]
    pub error_details: Option<String>,
    /// What the sentence is about.
    #[serde(default, deserialize_with = "loose")]
    pub error_details_parameters: BTreeMap<String, String>,
}

loose_struct!(
    Version,
    VersionOptions,
    VersionValidationDetails,
    PublishValidationResult
);
