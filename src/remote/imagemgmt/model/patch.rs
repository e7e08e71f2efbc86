//! Changing a version (`VersionPatchTO`).

use serde::Serialize;

use super::marker::MarkerRequest;

/// What can be changed about a version; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatchVersion {
    /// The new description, the owner mark included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Markers to put on this version; one that another version has is moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markers: Option<Vec<MarkerRequest>>,
    /// What is recorded of the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon_agent_meta_data: Option<HorizonAgentPatch>,
}

/// What is recorded of the agent in a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HorizonAgentPatch {
    /// The agent's features.
    pub features: Vec<String>,
}
