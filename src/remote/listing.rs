//! Reading a whole list, page by page: what all remotes that page by offset have in common.

use std::collections::HashSet;
use std::ops::ControlFlow;

use serde_json::Value;

use super::loose::Loose;
use crate::lifecycle::{Outcome, ProblemKind, RemoteId};

/// Pages are not made smaller than this.
const SMALLEST_PAGE: usize = 10;

/// How often a list that moves while it is read is read at most.
const READINGS: usize = 3;

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
    /// 404, which the image management API answers for an empty organisation and for a wrong one alike.
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

/// Something that lists hold.
pub(in crate::remote) trait Listed: Loose {
    /// By what it is told from others.
    fn key(&self) -> Option<&RemoteId>;
}

/// How often a list is read: once more from the start when it moved meanwhile, since offset pages shift while others
/// write, and in smaller pages when one was larger than is read.
pub(in crate::remote) struct Readings {
    /// How many items to ask for at once.
    pub(in crate::remote) page_size: usize,
    count: usize,
}

impl Readings {
    pub(in crate::remote) fn of_pages(page_size: usize) -> Self {
        Readings { page_size, count: 1 }
    }

    /// Whether to read the list once more after this, or to leave it at that.
    pub(in crate::remote) fn judge<T>(
        &mut self,
        outcome: Outcome<Listing<T>>,
    ) -> ControlFlow<Outcome<Listing<T>>> {
        match outcome {
            Outcome::Done(listing) if listing.coherence == Coherence::Moving && self.count < READINGS => {
                self.count += 1;
                ControlFlow::Continue(())
            }
            Outcome::Unknown(problem)
                if problem.kind == ProblemKind::TooLarge && self.page_size > SMALLEST_PAGE =>
            {
                self.page_size = (self.page_size / 4).max(SMALLEST_PAGE);
                ControlFlow::Continue(())
            }
            outcome => ControlFlow::Break(outcome),
        }
    }
}

/// What a page added to what was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::remote) enum Progress {
    /// Something new.
    Some,
    /// Nothing that was not known.
    Nothing,
}

/// What has been read of a list so far.
pub(in crate::remote) struct Reading<T> {
    items: Vec<T>,
    keys: HashSet<RemoteId>,
    pages: usize,
    total: Option<i64>,
    unreadable: usize,
    coherence: Coherence,
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Reading {
            items: Vec::new(),
            keys: HashSet::new(),
            pages: 0,
            total: None,
            unreadable: 0,
            coherence: Coherence::Steady,
        }
    }
}

impl<T: Listed> Reading<T> {
    /// Takes in a page: how many items it says there are on all pages, and its own.
    pub(in crate::remote) fn add(&mut self, total: Option<i64>, content: Vec<Value>) -> Progress {
        if self.pages > 0 && self.total != total {
            self.coherence = Coherence::Moving;
        }
        self.pages += 1;
        self.total = total;
        let known_before = self.items.len() + self.unreadable;
        for json in content {
            self.take(json);
        }
        if self.items.len() + self.unreadable == known_before {
            Progress::Nothing
        } else {
            Progress::Some
        }
    }

    fn take(&mut self, json: Value) {
        let Some(item) = T::read(json) else {
            self.unreadable += 1;
            return;
        };
        let known = item.key().is_some_and(|key| !self.keys.insert(key.clone()));
        if known {
            self.coherence = Coherence::Moving;
        } else {
            self.items.push(item);
        }
    }

    /// A later page is gone, so the list has shrunk.
    pub(in crate::remote) fn cut_short(mut self) -> Outcome<Listing<T>> {
        self.coherence = Coherence::Moving;
        self.end()
    }

    /// All pages are read.
    pub(in crate::remote) fn end(self) -> Outcome<Listing<T>> {
        if self.unreadable > 0 {
            tracing::warn!(
                unreadable = self.unreadable,
                "items of a remote list cannot be read"
            );
        }
        let empty = self.items.is_empty() && self.unreadable == 0;
        Outcome::Done(Listing {
            items: self.items,
            answer: if empty {
                ListAnswer::EmptyPage
            } else {
                ListAnswer::Items
            },
            coherence: self.coherence,
            unreadable: self.unreadable,
        })
    }
}
