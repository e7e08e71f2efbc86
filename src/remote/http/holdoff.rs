//! The wait that a remote asks for, shared by all requests of a connection.

use std::time::Duration;

use tokio::time::Instant;

use super::retry_after::LONGEST;

/// The wait after a first "too many requests" that names no time; it doubles each time in a row.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest wait that the remote did not name.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Until when nothing may be sent.
#[derive(Debug, Default)]
pub(super) struct Holdoff {
    until: Option<Instant>,
    throttled_in_a_row: u32,
}

impl Holdoff {
    /// How long nothing may be sent yet.
    pub(super) fn remaining(&self, now: Instant) -> Option<Duration> {
        let remaining = self.until?.saturating_duration_since(now);
        (!remaining.is_zero()).then_some(remaining)
    }

    /// The remote asks to wait; windows only ever grow.
    pub(super) fn hold(&mut self, now: Instant, wait: Duration) {
        let until = now + wait.min(LONGEST);
        self.until = Some(self.until.map_or(until, |before| before.max(until)));
    }

    /// The remote asks to slow down, with a time or without; gives the time until the next request.
    pub(super) fn throttled(&mut self, now: Instant, asked: Option<Duration>) -> Duration {
        let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.throttled_in_a_row));
        self.throttled_in_a_row = self.throttled_in_a_row.saturating_add(1);
        let wait = asked.unwrap_or(pause.min(LONGEST_PAUSE)).min(LONGEST);
        self.hold(now, wait);
        wait
    }

    /// The remote answered without asking to slow down.
    pub(super) fn answered(&mut self) {
        self.throttled_in_a_row = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn nothing_passes_until_the_named_moment() {
        let now = Instant::now();
        let mut holdoff = Holdoff::default();
        assert_eq!(holdoff.throttled(now, Some(SECOND * 7)), SECOND * 7);
        assert_eq!(holdoff.remaining(now + SECOND * 3), Some(SECOND * 4));
        assert_eq!(holdoff.remaining(now + SECOND * 7), None);
    }

    #[test]
    fn a_shorter_wait_does_not_open_a_longer_window() {
        let now = Instant::now();
        let mut holdoff = Holdoff::default();
        holdoff.hold(now, SECOND * 9);
        holdoff.hold(now, SECOND);
        assert_eq!(holdoff.remaining(now), Some(SECOND * 9));
    }

    #[test]
    fn unnamed_waits_grow_until_an_answer_comes() {
        let now = Instant::now();
        let mut holdoff = Holdoff::default();
        let waits: Vec<u64> = (0..8).map(|_| holdoff.throttled(now, None).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        holdoff.answered();
        assert_eq!(holdoff.throttled(now, None), SECOND);
    }
}
