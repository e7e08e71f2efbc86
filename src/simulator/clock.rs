//! The simulator's clock, which can run faster than the world's and be put forward.

use std::str::FromStr;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// How many simulated seconds pass in one real second: a positive number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed(f64);

/// Why a speed was not accepted.
#[derive(Debug, thiserror::Error)]
#[error("the speed must be a positive number of simulated seconds per second, not {given:?}")]
pub struct InvalidSpeed {
    given: String,
}

impl Speed {
    /// As fast as the world itself.
    pub const REAL: Speed = Speed(1.0);
}

impl FromStr for Speed {
    type Err = InvalidSpeed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() && number > 0.0 => Ok(Speed(number)),
            _ => Err(InvalidSpeed {
                given: text.to_owned(),
            }),
        }
    }
}

/// One moment, on both of the simulator's time scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// What remote work runs on: start + speed × elapsed + advanced.
    pub(crate) world: Timestamp,
    /// What clients live on: start + elapsed + advanced. Token lifetimes and listing lags are measured on it,
    /// because a client's own deadlines do not run faster when the remote work does.
    pub(crate) wire: Timestamp,
}

/// The clock: where it started, how fast it runs, and how far it was put forward.
#[derive(Debug)]
pub(crate) struct Clock {
    start: Timestamp,
    origin: Instant,
    speed: Speed,
    advanced: SignedDuration,
}

impl Clock {
    pub(crate) fn new(start: Timestamp, speed: Speed) -> Self {
        Clock {
            start,
            origin: Instant::now(),
            speed,
            advanced: SignedDuration::ZERO,
        }
    }

    pub(crate) fn now(&self) -> Moment {
        self.after(self.origin.elapsed())
    }

    /// Puts the clock forward by whole seconds.
    pub(crate) fn advance(&mut self, seconds: u32) {
        self.advanced = self
            .advanced
            .saturating_add(SignedDuration::from_secs(i64::from(seconds)));
    }

    fn after(&self, elapsed: Duration) -> Moment {
        let hurried = SignedDuration::try_from_secs_f64(elapsed.as_secs_f64() * self.speed.0)
            .unwrap_or(SignedDuration::MAX);
        let unhurried = SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX);
        Moment {
            world: later(self.start, hurried, self.advanced),
            wire: later(self.start, unhurried, self.advanced),
        }
    }
}

fn later(start: Timestamp, elapsed: SignedDuration, advanced: SignedDuration) -> Timestamp {
    start
        .checked_add(elapsed.saturating_add(advanced))
        .unwrap_or(Timestamp::MAX)
}

/// A moment as the remote writes it: `2026-01-31T12:00:00.000Z`, always of the same length, so that it sorts.
pub(crate) fn written(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The moment this many seconds after another.
pub(crate) fn seconds_after(moment: Timestamp, seconds: u64) -> Timestamp {
    let seconds = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    moment.checked_add(seconds).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_runs_at_its_speed_and_the_wire_does_not() {
        let clock = Clock::new(Timestamp::UNIX_EPOCH, "60".parse().unwrap());
        let moment = clock.after(Duration::from_secs(2));
        assert_eq!(moment.world.as_second(), 120);
        assert_eq!(moment.wire.as_second(), 2);
    }

    #[test]
    fn putting_it_forward_moves_both_scales() {
        let mut clock = Clock::new(Timestamp::UNIX_EPOCH, Speed::REAL);
        clock.advance(3600);
        let moment = clock.after(Duration::from_secs(1));
        assert_eq!((moment.world.as_second(), moment.wire.as_second()), (3601, 3601));
    }

    #[test]
    fn a_speed_that_is_not_a_positive_number_is_refused() {
        for text in ["0", "-1", "fast", "inf", "NaN"] {
            assert!(text.parse::<Speed>().is_err(), "{text} was accepted");
        }
    }

    #[test]
    fn written_moments_all_have_milliseconds() {
        assert_eq!(written(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
    }
}
