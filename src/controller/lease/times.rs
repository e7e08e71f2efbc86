//! How long a lease holds, and what follows from that.

use std::time::Duration;

/// Below this, one slow answer of the API server would cost the lease.
const SHORTEST: Duration = Duration::from_secs(3);

/// Above this, nobody would take over within a day's work.
const LONGEST: Duration = Duration::from_hours(1);

/// How long a lease holds after it was last renewed. All other times are parts of it, so they fit each other:
///
/// | part | what for | of 15 s |
/// |---|---|---|
/// | 1/15 | between two looks of a replica that stands by | 1 s |
/// | 1/6 | between two renewals | 2.5 s |
/// | 1/3 | how long a call to the API server may take | 5 s |
/// | 2/3 | how long its holder writes after it began to renew it | 10 s |
/// | 14/15 | how long it must be seen unchanged before it is taken from its holder | 14 s |
///
/// Between the last two lies the safety: a fifth of the duration and more, by which the clocks of two machines would
/// have to drift apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseTimes {
    duration: Duration,
}

/// A lease cannot hold for so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a lease holds for whole seconds, from {} s to {} h", SHORTEST.as_secs(), LONGEST.as_secs() / 3_600)]
pub struct InvalidLeaseDuration;

impl LeaseTimes {
    /// A lease that holds for so long: whole seconds, since its record in the cluster knows no other.
    pub fn new(duration: Duration) -> Result<Self, InvalidLeaseDuration> {
        if duration < SHORTEST || duration > LONGEST || duration.subsec_nanos() != 0 {
            return Err(InvalidLeaseDuration);
        }
        Ok(LeaseTimes { duration })
    }

    /// For the record in the cluster.
    pub(super) fn seconds(self) -> i32 {
        i32::try_from(self.duration.as_secs()).unwrap_or(i32::MAX)
    }

    pub(super) fn between_looks(self) -> Duration {
        self.duration / 15
    }

    pub(super) fn between_renewals(self) -> Duration {
        self.duration / 6
    }

    pub(super) fn for_a_call(self) -> Duration {
        self.duration / 3
    }

    pub(super) fn of_writing(self) -> Duration {
        self.duration * 2 / 3
    }

    /// One look less than the duration, so that a holder who is gone is replaced within it.
    pub(super) fn of_patience(self) -> Duration {
        self.duration.saturating_sub(self.between_looks())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_holds_for_three_seconds_to_an_hour() {
        for (milliseconds, fits) in [
            (2_999, false),
            (3_000, true),
            (15_000, true),
            (15_500, false),
            (3_600_000, true),
            (3_601_000, false),
        ] {
            let made = LeaseTimes::new(Duration::from_millis(milliseconds));
            assert_eq!(made.is_ok(), fits, "{milliseconds} ms");
        }
    }

    #[test]
    fn a_holder_stops_writing_well_before_anybody_takes_the_lease() {
        for seconds in [3, 15, 60, 3_600] {
            let duration = Duration::from_secs(seconds);
            let times = LeaseTimes::new(duration).unwrap();
            assert!(times.of_patience() > times.of_writing() + duration / 5);
            assert!(times.between_renewals() + times.for_a_call() < times.of_writing());
            assert!(times.of_patience() + times.between_looks() <= duration);
        }
    }
}
