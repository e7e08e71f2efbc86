//! What the status of every managed kind holds: how things stand, and the record.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conditions::conditions;
use super::record::Part;

/// What the status of every managed kind holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedStatus {
    /// The `metadata.generation` that this status speaks of; -1 until the operator has looked for the first time.
    #[serde(default = "unobserved")]
    pub observed_generation: i64,
    /// How things stand: `Ready` always, `Reconciling` and `Stalled` while they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "conditions")]
    pub conditions: Vec<Condition>,
    /// The value of the annotation `image-operator.dev/reconcile-requested-at` that was last acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub last_handled_reconcile_at: Option<String>,
    /// The value of the annotation `image-operator.dev/resolve` that was last acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub last_handled_resolve: Option<String>,
    /// Digest of the spec that `Ready` last held for, without `suspend`: tells whether a suspended resource has been edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub applied_spec: Option<String>,
    /// Remote objects that could be this resource's, while the operator cannot tell which: answer with the annotation `image-operator.dev/resolve`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub candidates: Vec<CandidateStatus>,
    /// The uid of the resource that the record below belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub owner_uid: Option<String>,
    /// The operator's record of what exists remotely, and of what it was about to do. Never edit it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"])
    )]
    pub parts: Vec<Part>,
}

/// A remote object that could be a resource's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CandidateStatus {
    /// Its id.
    #[schemars(length(max = 128))]
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub name: Option<String>,
}

impl Default for ManagedStatus {
    /// Nobody has looked.
    fn default() -> Self {
        ManagedStatus {
            observed_generation: unobserved(),
            conditions: Vec::new(),
            last_handled_reconcile_at: None,
            last_handled_resolve: None,
            applied_spec: None,
            candidates: Vec::new(),
            owner_uid: None,
            parts: Vec::new(),
        }
    }
}

fn unobserved() -> i64 {
    -1
}
