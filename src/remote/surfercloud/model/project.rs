//! The projects of an account.

use serde::Deserialize;

use crate::remote::loose::{loose, loose_struct};

/// A project as the remote shows it (`GetProjectList`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Project {
    /// The id.
    pub project_id: String,
    /// The name.
    #[serde(default, deserialize_with = "loose")]
    pub project_name: Option<String>,
    /// Whether requests of the main account that name none are about this one.
    #[serde(default, deserialize_with = "loose")]
    pub is_default: Option<bool>,
}

loose_struct!(Project);
