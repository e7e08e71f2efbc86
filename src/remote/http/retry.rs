//! How often and when a request that is safe to repeat is repeated.

use std::time::Duration;

/// How often and when a request that is safe to repeat is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// How often it is sent at most, the first time included.
    pub attempts: u32,
    /// The pause before the second time; it doubles each time.
    pub first_pause: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        RetrySettings {
            attempts: 3,
            first_pause: Duration::from_millis(250),
        }
    }
}

impl RetrySettings {
    /// The pause after the attempt with this number (from 1), or nothing when that was the last. `chance` between
    /// 0 and 1 spreads it between half and all of its length.
    pub(super) fn pause_after(&self, attempt: u32, chance: f64) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doubled = self
            .first_pause
            .saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
        Some(doubled.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end_with_the_last_attempt() {
        let settings = RetrySettings {
            attempts: 3,
            first_pause: Duration::from_millis(100),
        };
        assert_eq!(settings.pause_after(1, 1.0), Some(Duration::from_millis(100)));
        assert_eq!(settings.pause_after(1, 0.0), Some(Duration::from_millis(50)));
        assert_eq!(settings.pause_after(2, 1.0), Some(Duration::from_millis(200)));
        assert_eq!(settings.pause_after(3, 1.0), None);
    }
}
