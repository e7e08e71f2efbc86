//! The record: what the operator knows to exist remotely, or may have made there.
//!
//! It lives in status, where only the operator writes. It is trusted only while `status.ownerUid` is the uid of the
//! resource that it is found on.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The operation of an intent that publishes a version. The schema looks for it: see `spec.publish`.
pub const PUBLISH: &str = "publish";

/// One remote thing that a resource stands for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Which remote thing of the resource this is, such as `image`.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// Its remote id, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub id: Option<String>,
    /// When the id was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(description = "When the id was recorded.")]
    pub since: Option<MicroTime>,
    /// The account that the id was seen in, such as `horizonCloud/<orgId>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512))]
    pub account: Option<String>,
    /// The remote write that is about to be sent, or was sent and whose outcome is not settled yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// The last remote write that was refused, kept so that the same spec is not sent again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// A remote write, written down before it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// What is done: `create`, `publish`, `republish`, `shrink`, `patch`, `validate`, `moveMarker`, `deleteMarker`, `retire`, `delete`.
    #[schemars(length(max = 64))]
    pub operation: String,
    /// Id of this attempt, for logs.
    #[schemars(length(max = 64))]
    pub attempt: String,
    /// When it was written down, to the microsecond.
    #[schemars(description = "When it was written down, to the microsecond.")]
    pub started_at: MicroTime,
    /// What will be seen when it has succeeded, for writes that leave no mark of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub goal: Option<String>,
    /// How many times it was sent with this goal, this time included; 0 where it is only presumed to have been sent.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub attempts: i32,
    /// What is known of it: `Unknown` (it may have been sent or not), `Accepted` (the effect has not been seen yet) or `Conflict` (something like it exists).
    #[serde(default)]
    pub outcome: IntentOutcome,
}

/// What is known of a remote write whose effect has not been seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum IntentOutcome {
    /// It may have been sent or not, done or not.
    #[default]
    Unknown,
    /// The remote accepted it.
    Accepted,
    /// The remote answered that something like it exists.
    Conflict,
}

/// A remote write that the remote refused: certainly not done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// What was refused: `create`, `publish`, `republish`, `shrink`, `patch`, `validate`, `moveMarker`, `deleteMarker`, `retire`, `delete`.
    #[schemars(length(max = 64))]
    pub operation: String,
    /// What will be seen when it has succeeded, for writes that leave no mark of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub goal: Option<String>,
    /// What the request was built from: generations of the resource and its connection. A change of it is worth another try.
    #[schemars(length(max = 128))]
    pub basis: String,
    /// The remote's own error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub code: Option<String>,
    /// What the remote said.
    #[serde(default)]
    #[schemars(length(max = 1024))]
    pub message: String,
    /// The remote's trace id, for a support case with the vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub trace_id: Option<String>,
    /// The HTTP status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 999))]
    pub http_status: Option<i32>,
    /// When it was refused.
    #[schemars(description = "When it was refused.")]
    pub at: MicroTime,
}
