//! How close listings on demand may follow each other.

use std::time::Duration;

use tokio::time::Instant;

/// After so long without a listing, the next one starts at once.
const QUIET: Duration = Duration::from_secs(1);

/// The first wait within a burst.
const SHORTEST: Duration = Duration::from_millis(25);

/// The longest wait within a burst.
const LONGEST: Duration = Duration::from_millis(250);

/// When nobody else has come for so long, all who will come are there, and there is nothing to wait for.
pub(super) const NOBODY_COMES: Duration = Duration::from_millis(5);

/// Spaces out the listings of a burst, so that many callers share each one.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Option<Instant>,
    gap: Duration,
}

impl Pace {
    /// A listing is wanted now: it may start at the moment that this returns, or sooner when nobody else comes.
    pub(super) fn next(&mut self, now: Instant) -> Instant {
        match self.last {
            Some(last) if now.duration_since(last) < QUIET => {
                self.gap = (self.gap * 2).clamp(SHORTEST, LONGEST);
                (last + self.gap).max(now)
            }
            _ => {
                self.gap = Duration::ZERO;
                now
            }
        }
    }

    /// A listing has started.
    pub(super) fn started(&mut self, now: Instant) {
        self.last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_listing_starts_at_once_and_those_after_it_wait_longer_and_longer() {
        let start = Instant::now();
        let mut now = start;
        let mut pace = Pace::default();
        let mut gaps = Vec::new();
        for _ in 0..7 {
            let next = pace.next(now);
            gaps.push((next - now).as_millis());
            now = next;
            pace.started(now);
        }
        assert_eq!(gaps, [0, 25, 50, 100, 200, 250, 250]);
        assert_eq!(pace.next(now + QUIET), now + QUIET);
    }
}
