//! What the operator reports about a connection. Nothing here changes while the account does not.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::conditions::conditions;

/// What the operator reports about a CloudConnection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct CloudConnectionStatus {
    /// The `metadata.generation` that this status speaks of; -1 until the operator has looked for the first time.
    #[serde(default = "unobserved")]
    pub observed_generation: i64,
    /// How the connection is: `Ready` always, `Reconciling`, `Stalled`, `Throttled`, `CircuitOpen`, `InventorySuspect` and `InUse` while they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "conditions")]
    pub conditions: Vec<Condition>,
    /// The value of the annotation `image-operator.dev/reconcile-requested-at` that was last acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub last_handled_reconcile_at: Option<String>,
    /// The account that remote ids are recorded under, such as `horizonCloud/<orgId>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512))]
    pub account: Option<String>,
    /// Id of the organisation that the credentials really belong to, where the token tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub organisation: Option<String>,
}

impl Default for CloudConnectionStatus {
    /// The status of a connection that nobody has looked at.
    fn default() -> Self {
        CloudConnectionStatus {
            observed_generation: unobserved(),
            conditions: Vec::new(),
            last_handled_reconcile_at: None,
            account: None,
            organisation: None,
        }
    }
}

fn unobserved() -> i64 {
    -1
}
