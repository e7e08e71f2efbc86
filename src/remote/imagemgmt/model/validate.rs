//! Validating a version when asked (`VersionValidationTO`).

use serde::Serialize;

use super::publish::InfrastructureResources;

/// The request that validates a version, which cannot be used meanwhile. The organisation is the client's.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateVersion {
    /// What the validation runs on.
    pub validation_infra_resource_details: InfrastructureResources,
}
