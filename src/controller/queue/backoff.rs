//! How long to stay away from an object after failures in a row.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);

/// The longest pause after a failure.
pub(super) const LONGEST: Duration = Duration::from_mins(5);

/// The longest pause before the remote is asked again for what it does not allow yet. Nothing tells when it does.
pub(super) const LONGEST_NOT_YET: Duration = Duration::from_mins(1);

/// The pause after so many failures in a row: one second, doubling up to the longest. `random`, from 0 to 1, takes
/// off up to a quarter, so that objects that failed together do not come back together.
pub(super) fn pause(failures: u32, longest: Duration, random: f64) -> Duration {
    let doublings = failures.saturating_sub(1);
    let whole = FIRST.saturating_mul(2_u32.saturating_pow(doublings)).min(longest);
    whole.mul_f64(1.0 - random.clamp(0.0, 1.0) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_a_second_to_five_minutes() {
        let seconds: Vec<u64> = (1..=11)
            .map(|failures| pause(failures, LONGEST, 0.0).as_secs())
            .collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(pause(u32::MAX, LONGEST, 0.0), LONGEST);
        assert_eq!(pause(7, LONGEST_NOT_YET, 0.0), LONGEST_NOT_YET);
    }

    #[test]
    fn chance_takes_off_a_quarter_at_most() {
        assert_eq!(pause(3, LONGEST, 1.0), Duration::from_secs(3));
        assert_eq!(pause(3, LONGEST, 0.5), Duration::from_millis(3_500));
    }
}
