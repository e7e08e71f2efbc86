//! A marker: a named pointer that binds pool templates to one version of an image (`MarkerTO`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::lifecycle::RemoteId;
use crate::remote::loose::{loose, loose_struct};

/// A marker as the remote shows it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Marker {
    /// The id; absent in answers to a create.
    #[serde(default, deserialize_with = "loose")]
    pub id: Option<RemoteId>,
    /// The name, unique within its image.
    #[serde(default, deserialize_with = "loose")]
    pub name: String,
    /// The version that it points at.
    #[serde(default, deserialize_with = "loose")]
    pub version_id: Option<RemoteId>,
    /// The image that it belongs to.
    #[serde(default, deserialize_with = "loose")]
    pub image_id: Option<RemoteId>,
    /// How far the move to `next_version_id` is, e.g. `UPDATES_COMPLETED`.
    #[serde(default, deserialize_with = "loose")]
    pub status: Option<String>,
    /// The version that it is being moved to.
    #[serde(default, deserialize_with = "loose")]
    pub next_version_id: Option<RemoteId>,
    /// The organisation that owns it.
    #[serde(default, deserialize_with = "loose")]
    pub org_id: Option<String>,
    /// Why the last move failed, a code.
    #[serde(default, deserialize_with = "loose")]
    pub error_code: Option<String>,
    /// Why the last move failed, a sentence.
    #[serde(default, deserialize_with = "loose")]
    pub error_details: Option<String>,
    /// What the sentence is about.
    #[serde(default, deserialize_with = "loose")]
    pub error_details_parameters: BTreeMap<String, String>,
    /// When it was made, as the remote writes it.
    #[serde(default, deserialize_with = "loose")]
    pub created_at: Option<String>,
    /// When it last changed, as the remote writes it.
    #[serde(default, deserialize_with = "loose")]
    pub updated_at: Option<String>,
}

loose_struct!(Marker);

/// Where a marker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkerPhase {
    /// The remote moves it, or it has a status that this version does not know.
    Moving,
    /// It points at its version.
    Resting,
    /// It was moved, but not all templates went along.
    MovedInPart,
    /// The last move failed.
    Failed,
}

impl Marker {
    /// Where it stands. The order of its statuses is inferred, so one that has been validated rests unless it has
    /// somewhere to go.
    pub fn phase(&self) -> MarkerPhase {
        match self.status.as_deref().unwrap_or_default() {
            "UPDATES_COMPLETED" => MarkerPhase::Resting,
            "UPDATES_PARTIALLY_COMPLETED" => MarkerPhase::MovedInPart,
            "UPDATES_FAILED" | "VALIDATION_FAILED" => MarkerPhase::Failed,
            "" | "VALIDATION_COMPLETED" if self.next_version_id.is_none() => MarkerPhase::Resting,
            _ => MarkerPhase::Moving,
        }
    }
}

/// A marker in a request: its name is all that clients of this API send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkerRequest {
    /// The name; one that another version has is moved.
    pub name: String,
}
