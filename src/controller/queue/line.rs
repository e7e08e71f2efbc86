//! The objects that may be worked on now.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::queue::Urgency;
use crate::controller::key::Key;

/// Every so many turns, the one that has waited longest is taken, however little its urgency. So a flood of edits
/// slows the rest down and never stops it.
const TURN_OF_THE_OLDEST: u32 = 8;

/// A place in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) urgency: Urgency,
    /// Counts up in the order of coming.
    number: u64,
    pub(super) since: Instant,
}

/// The line.
#[derive(Debug, Default)]
pub(super) struct Line {
    by_urgency: BTreeMap<(Urgency, u64), Key>,
    by_age: BTreeMap<u64, Urgency>,
    next_number: u64,
    turns: u32,
}

impl Line {
    pub(super) fn len(&self) -> usize {
        self.by_age.len()
    }

    /// Joins the line.
    pub(super) fn join(&mut self, key: Key, urgency: Urgency, since: Instant) -> Ticket {
        let ticket = Ticket {
            urgency,
            number: self.next_number,
            since,
        };
        self.next_number += 1;
        self.put(key, ticket);
        ticket
    }

    /// Moves up to another urgency, with the age kept.
    pub(super) fn hurry(&mut self, ticket: Ticket, urgency: Urgency) -> Ticket {
        let Some(key) = self.by_urgency.remove(&(ticket.urgency, ticket.number)) else {
            return ticket;
        };
        let ticket = Ticket { urgency, ..ticket };
        self.put(key, ticket);
        ticket
    }

    /// Whose turn it is.
    pub(super) fn next(&mut self) -> Option<Key> {
        let most_urgent = self.by_urgency.first_key_value().map(|(place, _)| *place)?;
        self.turns = self.turns.wrapping_add(1);
        let place = if self.turns.is_multiple_of(TURN_OF_THE_OLDEST) {
            self.oldest().unwrap_or(most_urgent)
        } else {
            most_urgent
        };
        self.by_age.remove(&place.1);
        self.by_urgency.remove(&place)
    }

    fn oldest(&self) -> Option<(Urgency, u64)> {
        let (number, urgency) = self.by_age.first_key_value()?;
        Some((*urgency, *number))
    }

    fn put(&mut self, key: Key, ticket: Ticket) {
        self.by_urgency.insert((ticket.urgency, ticket.number), key);
        self.by_age.insert(ticket.number, ticket.urgency);
    }
}
