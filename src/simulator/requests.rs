//! The log of every request that the remote APIs received.

use std::collections::{BTreeMap, VecDeque};

use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;

use super::clock::written;
use super::reply::Reply;
use super::route::Operation;

/// The most requests that are remembered; older ones are forgotten, the summary still counts them.
const REMEMBERED: usize = 100_000;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// It has no answer yet: a hold, a delay or the latency keeps it waiting.
    Held,
    /// An answer was given.
    Answered,
    /// The connection ended without an answer: a drop, or the client went away.
    Dropped,
}

/// One request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// Counts up from 1.
    pub(crate) seq: u64,
    /// When it came, on the clock that clients live on.
    pub(crate) time: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) operation: Operation,
    /// The HTTP status, once there is one.
    pub(crate) status: Option<u16>,
    /// Whether it changed a remote object.
    pub(crate) changed: bool,
    /// The custom image that it made or deleted; of everything else the path tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image_id: Option<String>,
    pub(crate) outcome: Outcome,
}

/// How many requests of an operation there were, and how many of them changed something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Count {
    pub(crate) count: u64,
    pub(crate) changed: u64,
}

/// The log.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    entries: VecDeque<Entry>,
    counts: BTreeMap<Operation, Count>,
    last_seq: u64,
}

/// The counts, of each operation and in all.
#[derive(Debug, Serialize)]
pub(crate) struct Summary<'r> {
    operations: &'r BTreeMap<Operation, Count>,
    total: u64,
    changed: u64,
}

impl Requests {
    /// Notes a request that has just come, and returns its number.
    pub(crate) fn arrived(
        &mut self,
        time: Timestamp,
        method: &Method,
        (path, query): (&str, &str),
        operation: Operation,
    ) -> u64 {
        self.last_seq += 1;
        if self.entries.len() == REMEMBERED {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            seq: self.last_seq,
            time: written(time),
            method: method.to_string(),
            path: path.to_owned(),
            query: query.to_owned(),
            operation,
            status: None,
            changed: false,
            image_id: None,
            outcome: Outcome::Held,
        });
        self.counts.entry(operation).or_default().count += 1;
        self.last_seq
    }

    /// Notes what a request did to the remote objects.
    pub(crate) fn performed(&mut self, seq: u64, reply: &Reply) {
        let Some(entry) = self.entry(seq) else { return };
        entry.changed = reply.changed;
        entry.image_id.clone_from(&reply.image_id);
        let operation = entry.operation;
        if reply.changed {
            self.counts.entry(operation).or_default().changed += 1;
        }
    }

    /// Notes that a request was answered.
    pub(crate) fn answered(&mut self, seq: u64, status: u16) {
        if let Some(entry) = self.entry(seq) {
            entry.status = Some(status);
            entry.outcome = Outcome::Answered;
        }
    }

    /// Notes that a request will never be answered, unless it was.
    pub(crate) fn gone(&mut self, seq: u64) {
        if let Some(entry) = self.entry(seq).filter(|entry| entry.outcome == Outcome::Held) {
            entry.outcome = Outcome::Dropped;
        }
    }

    /// The requests with a number above this one.
    pub(crate) fn since(&self, seq: u64) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.seq > seq).collect()
    }

    pub(crate) fn summary(&self) -> Summary<'_> {
        Summary {
            operations: &self.counts,
            total: self.counts.values().map(|count| count.count).sum(),
            changed: self.counts.values().map(|count| count.changed).sum(),
        }
    }

    /// Forgets them all; numbers go on counting.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.counts.clear();
    }

    fn entry(&mut self, seq: u64) -> Option<&mut Entry> {
        let first = self.entries.front()?.seq;
        let position = usize::try_from(seq.checked_sub(first)?).ok()?;
        self.entries.get_mut(position)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    fn arrive(requests: &mut Requests) -> u64 {
        requests.arrived(
            Timestamp::UNIX_EPOCH,
            &Method::GET,
            ("/x", ""),
            Operation::ListImages,
        )
    }

    #[test]
    fn an_answered_request_does_not_become_a_dropped_one() {
        let mut requests = Requests::default();
        let seq = arrive(&mut requests);
        requests.answered(seq, 200);
        requests.gone(seq);
        assert_eq!(requests.since(0)[0].outcome, Outcome::Answered);
    }

    #[test]
    fn numbers_go_on_after_the_log_was_cleared() {
        let mut requests = Requests::default();
        let early = arrive(&mut requests);
        requests.clear();
        let late = arrive(&mut requests);
        requests.answered(early, 500);
        requests.performed(late, &Reply::empty(StatusCode::OK).changing());
        assert!(late > early);
        assert_eq!(requests.since(0).len(), 1);
        assert_eq!(requests.since(0)[0].status, None);
        assert_eq!(requests.summary().changed, 1);
    }

    #[test]
    fn memory_is_bounded_and_the_summary_counts_on() {
        let mut requests = Requests::default();
        for _ in 0..REMEMBERED + 5 {
            arrive(&mut requests);
        }
        assert_eq!(requests.since(0).len(), REMEMBERED);
        assert_eq!(requests.summary().total, 100_005);
    }
}
