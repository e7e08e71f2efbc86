//! One page of a list.

use serde::Deserialize;
use serde_json::Value;

use crate::remote::loose::loose;

/// One page as the remote sends it. Items stay JSON, so that one bad item does not spoil the page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::remote::imagemgmt) struct Page {
    /// The items of this page.
    pub(in crate::remote::imagemgmt) content: Vec<Value>,
    /// How many items there are on all pages.
    #[serde(default, deserialize_with = "loose")]
    pub(in crate::remote::imagemgmt) total_elements: Option<i64>,
    /// How many pages there are.
    #[serde(default, deserialize_with = "loose")]
    pub(in crate::remote::imagemgmt) total_pages: Option<i64>,
    /// Whether this is the last page.
    #[serde(default, deserialize_with = "loose")]
    pub(in crate::remote::imagemgmt) last: Option<bool>,
}
