//! Pages of a list, and the list they add up to.

use serde::Deserialize;
use serde_json::Value;

use super::loose::loose;

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

/// Everything that a list holds, all pages together.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing<T> {
    /// The items, each id once, in the order of the remote.
    pub items: Vec<T>,
    /// How the remote answered; an empty list can mean a wrong account.
    pub answer: ListAnswer,
    /// Whether the list held still while it was read.
    pub coherence: Coherence,
    /// How many items could not be read and are missing from `items`.
    pub unreadable: usize,
}

/// How the remote answered a list request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListAnswer {
    /// At least one page with items.
    Items,
    /// A well-formed page without items.
    EmptyPage,
    /// 204, or 200 without a body.
    NoContent,
    /// 404, which this API answers for an empty organisation and for a wrong one alike.
    NotFound,
}

/// Whether a list held still while its pages were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coherence {
    /// The totals agree with what was read.
    Steady,
    /// Somebody wrote meanwhile, repeatedly: an item may be missing.
    Moving,
}

impl<T> Listing<T> {
    /// A list without items.
    pub fn empty(answer: ListAnswer) -> Self {
        Listing {
            items: Vec::new(),
            answer,
            coherence: Coherence::Steady,
            unreadable: 0,
        }
    }
}
