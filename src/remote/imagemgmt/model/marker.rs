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

/// A marker in a request: its name is all that clients of this API send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkerRequest {
    /// The name; one that another version has is moved.
    pub name: String,
}
