//! What all live connections together look like, for metrics: no account has a name in them.

use std::time::Duration;

use tokio::time::Instant;

use super::connection::Connection;
use crate::remote::http::BreakerState;

/// What all live connections together look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Connections whose circuit breaker is closed.
    pub closed: usize,
    /// Connections over which nothing is sent for now.
    pub open: usize,
    /// Connections whose way is probed.
    pub half_open: usize,
    /// The age of the oldest listing that is in force; none without a listing.
    pub oldest_listing: Option<Duration>,
    /// Images in all listings.
    pub images: usize,
    /// Copies of images in all listings.
    pub copies: usize,
}

impl Overview {
    pub(super) fn add(&mut self, connection: &Connection, now: Instant) {
        match connection.breaker_state() {
            BreakerState::Closed => self.closed += 1,
            BreakerState::Open => self.open += 1,
            BreakerState::HalfOpen => self.half_open += 1,
        }
        if let Some(snapshot) = connection
            .image_management()
            .and_then(|remote| remote.inventory().latest())
        {
            self.listed(snapshot.began, now);
            let entries = snapshot.entries().values();
            self.images += entries.len();
            self.copies += entries.map(|entry| entry.copies.len()).sum::<usize>();
        }
        let places = connection
            .surfercloud()
            .map(|remote| remote.inventory().snapshots());
        for snapshot in places.into_iter().flatten() {
            self.listed(snapshot.began, now);
            self.images += snapshot.entries().len();
        }
    }

    fn listed(&mut self, began: Instant, now: Instant) {
        let age = now.saturating_duration_since(began);
        self.oldest_listing = self.oldest_listing.max(Some(age));
    }
}
