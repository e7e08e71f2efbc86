//! A validation that somebody asks for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::image::InfrastructureResourceDetails;

/// A validation of the version (the remote's `VersionValidationTO`). The version cannot be used meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Validate {
    /// Any new value asks for one validation, such as a date. Echoed in `status.lastHandledValidate`.
    #[schemars(length(min = 1, max = 256))]
    pub request: String,
    /// Where the version is tried out.
    pub validation_infra_resource_details: InfrastructureResourceDetails,
}
