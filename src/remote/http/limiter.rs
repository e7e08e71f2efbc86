//! The rate limit of a connection: a token bucket in which every request waits its turn.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How many requests may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    per_second: u32,
    burst: u32,
}

/// The numbers are no rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rate limit needs at least one request per second and a burst of at least one")]
pub struct InvalidRateLimit;

impl RateLimit {
    /// So many requests per second in the long run, and so many at once.
    pub fn new(per_second: u32, burst: u32) -> Result<Self, InvalidRateLimit> {
        if per_second == 0 || burst == 0 {
            return Err(InvalidRateLimit);
        }
        Ok(RateLimit { per_second, burst })
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        RateLimit {
            per_second: 10,
            burst: 20,
        }
    }
}

/// The bucket. Turns are given in the order of asking.
#[derive(Debug)]
pub(super) struct Limiter {
    interval: Duration,
    tolerance: Duration,
    /// When the bucket is full again.
    full_at: Mutex<Instant>,
}

impl Limiter {
    pub(super) fn new(limit: RateLimit) -> Self {
        let interval = Duration::from_secs(1) / limit.per_second;
        Limiter {
            interval,
            tolerance: interval.saturating_mul(limit.burst - 1),
            full_at: Mutex::new(Instant::now()),
        }
    }

    /// Waits for a turn, and says how long that took. A caller that goes away leaves its turn unused.
    pub(super) async fn turn(&self) -> Duration {
        let now = Instant::now();
        let turn = self.reserve(now);
        if turn > now {
            sleep_until(turn).await;
        }
        turn.saturating_duration_since(now)
    }

    fn reserve(&self, now: Instant) -> Instant {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let base = (*full_at).max(now);
        *full_at = base + self.interval;
        base.checked_sub(self.tolerance).unwrap_or(now).max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(per_second: u32, burst: u32) -> Limiter {
        Limiter::new(RateLimit::new(per_second, burst).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_at_once_and_the_rest_in_step() {
        let limiter = limiter(10, 3);
        for _ in 0..3 {
            assert_eq!(limiter.turn().await, Duration::ZERO);
        }
        let started = Instant::now();
        for _ in 0..5 {
            limiter.turn().await;
        }
        assert_eq!(started.elapsed().as_millis(), 500);
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_bucket_fills_up_to_its_burst_and_no_further() {
        let limiter = limiter(1, 2);
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(limiter.turn().await, Duration::ZERO);
        assert_eq!(limiter.turn().await, Duration::ZERO);
        assert!(limiter.turn().await > Duration::from_millis(900));
    }

    #[tokio::test(start_paused = true)]
    async fn many_at_once_get_one_turn_each_interval() {
        let limiter = std::sync::Arc::new(limiter(100, 1));
        let started = Instant::now();
        let waiting = (0..50).map(|_| {
            let limiter = limiter.clone();
            async move { limiter.turn().await }
        });
        futures::future::join_all(waiting).await;
        assert_eq!(started.elapsed().as_millis(), 490);
    }

    #[test]
    fn a_limit_of_nothing_is_no_limit() {
        assert_eq!(RateLimit::new(0, 1), Err(InvalidRateLimit));
        assert_eq!(RateLimit::new(1, 0), Err(InvalidRateLimit));
    }
}
