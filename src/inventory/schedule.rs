//! When to look again, and at what.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::lifecycle::RemoteId;

/// By how much of itself an interval varies either way, so that connections do not list in step.
const JITTER: f64 = 0.1;

/// Within how many idle intervals everything is read again, whether it seems to have moved or not.
const SWEEP_INTERVALS: f64 = 12.0;

/// In how many idle intervals the sweep tries to come round, which leaves it time to be late.
const SWEEP_PACE: f64 = 10.0;

/// How often the wait doubles after failures in a row, at most.
const MOST_DOUBLINGS: u32 = 10;

/// How often an account is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intervals {
    active: Duration,
    idle: Duration,
}

/// The intervals make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIntervals {
    /// There must be time between two listings.
    #[error("the active interval is zero: give at least a second or so")]
    Zero,
    /// What is idle needs no more attention than what is active.
    #[error("the active interval ({active:?}) is longer than the idle interval ({idle:?})")]
    ActiveLongerThanIdle {
        /// The active interval.
        active: Duration,
        /// The idle interval.
        idle: Duration,
    },
}

/// A number from 0 up to but not including 1, drawn at random.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Chance(f64);

/// Whether something is going on in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tempo {
    /// Something is in transition, has just been written, or is in doubt.
    Active,
    /// All is at rest.
    Idle,
}

impl Chance {
    /// A chance; what lies outside of 0 to 1 is brought to its nearer end.
    pub fn new(number: f64) -> Self {
        Chance(number.clamp(0.0, 1.0))
    }
}

impl Intervals {
    /// Intervals between listings while something is going on, and while nothing is.
    pub fn new(active: Duration, idle: Duration) -> Result<Self, InvalidIntervals> {
        if active.is_zero() {
            return Err(InvalidIntervals::Zero);
        }
        if active > idle {
            return Err(InvalidIntervals::ActiveLongerThanIdle { active, idle });
        }
        Ok(Intervals { active, idle })
    }

    /// The interval while something is going on.
    pub fn active(&self) -> Duration {
        self.active
    }

    /// The interval while nothing is.
    pub fn idle(&self) -> Duration {
        self.idle
    }

    /// How long after the start of one listing the next one starts.
    pub fn after_a_listing(&self, tempo: Tempo, chance: Chance) -> Duration {
        let interval = match tempo {
            Tempo::Active => self.active,
            Tempo::Idle => self.idle,
        };
        jittered(interval, chance)
    }

    /// How long to wait after so many failures in a row: longer each time, never longer than when idle, and never
    /// less than the remote asked for.
    pub fn after_failures(&self, in_a_row: u32, asked_for: Option<Duration>, chance: Chance) -> Duration {
        let doublings = in_a_row.saturating_sub(1).min(MOST_DOUBLINGS);
        let wait = self.active.saturating_mul(1 << doublings).min(self.idle);
        jittered(wait, chance).max(asked_for.unwrap_or_default())
    }
}

fn jittered(interval: Duration, chance: Chance) -> Duration {
    interval.mul_f64(1.0 - JITTER + 2.0 * JITTER * chance.0)
}

/// Reads everything again once in a while, a few at a time, what was read longest ago first.
#[derive(Debug)]
pub(super) struct Sweep {
    /// How many reads are due by now, as a fraction of one.
    due: f64,
    last: Instant,
}

impl Sweep {
    /// A sweep that starts now.
    pub(super) fn new(now: Instant) -> Self {
        Sweep { due: 0.0, last: now }
    }

    /// What to read now, given when each object was read last. Asked at least once in an idle interval, everything
    /// is read within twelve of them.
    pub(super) fn take(
        &mut self,
        read_at: &BTreeMap<RemoteId, Instant>,
        intervals: &Intervals,
        now: Instant,
    ) -> Vec<RemoteId> {
        let idle = intervals.idle.as_secs_f64();
        let elapsed = now.duration_since(self.last).as_secs_f64();
        self.last = now;
        #[expect(
            clippy::cast_precision_loss,
            reason = "there are far fewer objects than an f64 can count"
        )]
        let all = read_at.len() as f64;
        self.due = (self.due + all * elapsed / (SWEEP_PACE * idle)).min(all);

        let mut oldest_first: Vec<(&RemoteId, &Instant)> = read_at.iter().collect();
        oldest_first.sort_by_key(|(_, at)| **at);
        let latest = intervals.idle.mul_f64(SWEEP_INTERVALS - (1.0 + JITTER));
        let mut taken = Vec::new();
        for (id, at) in oldest_first {
            let overdue = now.duration_since(*at) >= latest;
            if self.due < 1.0 && !overdue {
                break;
            }
            self.due = (self.due - 1.0).max(0.0);
            taken.push(id.clone());
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const IDLE: Duration = Duration::from_mins(10);

    fn intervals() -> Intervals {
        Intervals::new(Duration::from_secs(15), IDLE).unwrap()
    }

    #[test]
    fn an_active_interval_longer_than_the_idle_one_is_refused() {
        let (long, short) = (Duration::from_secs(2), Duration::from_secs(1));
        assert!(Intervals::new(long, short).is_err());
        assert!(Intervals::new(Duration::ZERO, short).is_err());
        assert!(Intervals::new(short, short).is_ok());
    }

    #[test]
    fn waits_after_failures_double_up_to_the_idle_interval() {
        let middle = Chance::new(0.5);
        let waits: Vec<u64> = [1, 2, 3, 99]
            .map(|n| intervals().after_failures(n, None, middle).as_secs())
            .into();
        assert_eq!(waits, [15, 30, 60, 600]);
    }

    #[test]
    fn the_wait_that_the_remote_asks_for_is_kept() {
        let asked_for = Duration::from_secs(1_000);
        let wait = intervals().after_failures(1, Some(asked_for), Chance::new(0.0));
        assert_eq!(wait, asked_for);
    }

    #[test]
    fn the_sweep_is_spread_evenly_though_all_was_read_at_once() {
        let start = Instant::now();
        let read_at: BTreeMap<RemoteId, Instant> = (0..1_000)
            .map(|n| (format!("i{n}").parse().unwrap(), start))
            .collect();
        let mut sweep = Sweep::new(start);
        let taken = sweep.take(&read_at, &intervals(), start + IDLE);
        assert_eq!(taken.len(), 100);
    }

    proptest! {
        #[test]
        fn an_interval_varies_by_a_tenth_at_most(chance in 0.0..1.0f64) {
            let wait = intervals().after_a_listing(Tempo::Idle, Chance::new(chance));
            prop_assert!(wait >= IDLE.mul_f64(0.899) && wait <= IDLE.mul_f64(1.101));
        }

        #[test]
        fn every_object_is_reached_within_twelve_idle_intervals(
            sizes in prop::collection::vec(1..60usize, 1..60),
            chances in prop::collection::vec(0.0..1.0f64, 60),
        ) {
            let start = Instant::now();
            let mut now = start;
            let mut sweep = Sweep::new(start);
            let mut read_at: BTreeMap<RemoteId, Instant> = BTreeMap::new();
            for (size, chance) in sizes.iter().zip(chances) {
                let present: Vec<RemoteId> = (0..*size).map(|n| format!("i{n}").parse().unwrap()).collect();
                read_at.retain(|id, _| present.contains(id));
                for id in present {
                    read_at.entry(id).or_insert(now);
                }
                now += intervals().after_a_listing(Tempo::Idle, Chance::new(chance));
                for id in sweep.take(&read_at, &intervals(), now) {
                    read_at.insert(id, now);
                }
                for at in read_at.values() {
                    prop_assert!(now - *at <= IDLE * 12);
                }
            }
        }
    }
}
