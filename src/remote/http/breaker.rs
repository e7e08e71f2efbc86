//! The circuit breaker of a connection: a pure state machine that is told the time.
//!
//! After so many failures in a row nothing is sent for a pause; then one read probes the way. If it fails, the
//! pause doubles; if it succeeds, everything passes again. A write never probes: its answer must not get lost.

use std::time::Duration;

use tokio::time::Instant;

use super::request::Repeat;

/// When the breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSettings {
    /// How many failures in a row open it.
    pub failures: u32,
    /// The first pause; it doubles with every failed probe.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// How long a probe may take before another is sent.
    pub probe_patience: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        BreakerSettings {
            failures: 10,
            first_pause: Duration::from_secs(5),
            longest_pause: Duration::from_mins(5),
            probe_patience: Duration::from_secs(40),
        }
    }
}

/// The state of a breaker, for a condition and a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BreakerState {
    /// Everything passes.
    Closed,
    /// Nothing passes.
    Open,
    /// The pause is over; one read at a time probes the way.
    HalfOpen,
}

impl BreakerState {
    /// A bounded word for metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            BreakerState::Closed => "closed",
            BreakerState::Open => "open",
            BreakerState::HalfOpen => "half_open",
        }
    }
}

/// What the end of a request says about the way to the remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// The remote answered.
    Good,
    /// It could not be reached, did not answer in time, or answered 5xx.
    Bad,
    /// The request never left.
    Untold,
}

#[derive(Debug)]
pub(super) struct Breaker {
    settings: BreakerSettings,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant, pause: Duration },
    Probing { since: Instant, pause: Duration },
}

impl Breaker {
    pub(super) fn new(settings: BreakerSettings) -> Self {
        Breaker {
            settings,
            state: State::Closed { failures: 0 },
        }
    }

    pub(super) fn state(&self, now: Instant) -> BreakerState {
        match self.state {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { until, .. } if now < until => BreakerState::Open,
            State::Open { .. } | State::Probing { .. } => BreakerState::HalfOpen,
        }
    }

    /// How long a request has to stay away, or nothing when it may pass. Does not change anything.
    pub(super) fn wait(&self, now: Instant, repeat: Repeat) -> Option<Duration> {
        match self.state {
            State::Closed { .. } => None,
            State::Open { until, .. } if now < until => Some(until - now),
            State::Open { .. } => match repeat {
                Repeat::Safe => None,
                Repeat::Never => Some(self.settings.first_pause),
            },
            State::Probing { since, .. } => {
                let over = since + self.settings.probe_patience;
                match repeat {
                    Repeat::Safe if now >= over => None,
                    Repeat::Safe | Repeat::Never => Some(self.settings.first_pause),
                }
            }
        }
    }

    /// Lets a request pass, or says how long it has to stay away. What passes a breaker that is not closed is its
    /// probe.
    pub(super) fn admit(&mut self, now: Instant, repeat: Repeat) -> Result<(), Duration> {
        if let Some(wait) = self.wait(now, repeat) {
            return Err(wait);
        }
        if let State::Open { pause, .. } | State::Probing { pause, .. } = self.state {
            self.state = State::Probing { since: now, pause };
        }
        Ok(())
    }

    /// Learns how a request ended.
    pub(super) fn learn(&mut self, now: Instant, health: Health) {
        self.state = match (self.state, health) {
            // A late answer to a request from before the pause does not shorten or lengthen it.
            (state @ State::Open { .. }, _) | (state, Health::Untold) => state,
            (State::Closed { .. } | State::Probing { .. }, Health::Good) => State::Closed { failures: 0 },
            (State::Closed { failures }, Health::Bad) if failures + 1 < self.settings.failures => {
                State::Closed {
                    failures: failures + 1,
                }
            }
            (State::Closed { .. }, Health::Bad) => self.open(now, self.settings.first_pause),
            (State::Probing { pause, .. }, Health::Bad) => self.open(now, pause.saturating_mul(2)),
        };
    }

    fn open(&self, now: Instant, pause: Duration) -> State {
        let pause = pause.min(self.settings.longest_pause);
        State::Open {
            until: now + pause,
            pause,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn settings() -> BreakerSettings {
        BreakerSettings {
            failures: 3,
            first_pause: SECOND * 4,
            longest_pause: SECOND * 10,
            probe_patience: SECOND * 6,
        }
    }

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::new(settings());
        for _ in 0..3 {
            breaker.learn(now, Health::Bad);
        }
        breaker
    }

    #[test]
    fn it_opens_after_so_many_failures_in_a_row() {
        let now = Instant::now();
        let mut breaker = Breaker::new(settings());
        for health in [Health::Bad, Health::Bad, Health::Good, Health::Bad, Health::Bad] {
            breaker.learn(now, health);
        }
        assert_eq!(breaker.state(now), BreakerState::Closed);
        breaker.learn(now, Health::Bad);
        assert_eq!(breaker.state(now), BreakerState::Open);
        assert_eq!(breaker.admit(now + SECOND, Repeat::Safe), Err(SECOND * 3));
    }

    #[test]
    fn one_read_probes_and_a_write_never_does() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let later = now + SECOND * 4;
        assert_eq!(breaker.state(later), BreakerState::HalfOpen);
        assert!(breaker.admit(later, Repeat::Never).is_err());
        assert!(breaker.admit(later, Repeat::Safe).is_ok());
        assert!(breaker.admit(later, Repeat::Safe).is_err());
        breaker.learn(later, Health::Good);
        assert!(breaker.admit(later, Repeat::Never).is_ok());
    }

    #[test]
    fn a_failed_probe_doubles_the_pause_up_to_its_bound() {
        let mut now = Instant::now();
        let mut breaker = opened(now);
        for pause in [4, 8, 10, 10] {
            assert_eq!(breaker.admit(now, Repeat::Safe), Err(SECOND * pause));
            now += SECOND * pause;
            assert!(breaker.admit(now, Repeat::Safe).is_ok());
            breaker.learn(now, Health::Bad);
        }
    }

    #[test]
    fn a_probe_that_never_ends_is_followed_by_another() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let probe = now + SECOND * 4;
        assert!(breaker.admit(probe, Repeat::Safe).is_ok());
        assert!(breaker.admit(probe + SECOND * 5, Repeat::Safe).is_err());
        assert!(breaker.admit(probe + SECOND * 6, Repeat::Safe).is_ok());
    }

    #[derive(Clone, Copy, Debug)]
    enum Move {
        Advance(u64),
        Admit(Repeat),
        Learn(Health),
    }

    fn moves() -> impl Strategy<Value = Vec<Move>> {
        let one = prop_oneof![
            (0_u64..8).prop_map(Move::Advance),
            prop_oneof![Just(Repeat::Safe), Just(Repeat::Never)].prop_map(Move::Admit),
            prop_oneof![
                3 => Just(Health::Bad),
                1 => Just(Health::Good),
                1 => Just(Health::Untold),
            ]
            .prop_map(Move::Learn),
        ];
        proptest::collection::vec(one, 0..80)
    }

    proptest! {
        #[test]
        fn whatever_happens_the_rules_of_the_breaker_hold(moves in moves()) {
            let mut now = Instant::now();
            let mut breaker = Breaker::new(settings());
            let mut failures_in_a_row = 0;
            for step in moves {
                let before = breaker.state(now);
                match step {
                    Move::Advance(seconds) => now += SECOND * u32::try_from(seconds).unwrap(),
                    Move::Admit(repeat) => {
                        let peeked = breaker.wait(now, repeat);
                        let admitted = breaker.admit(now, repeat);
                        prop_assert_eq!(peeked, admitted.err());
                        match before {
                            BreakerState::Closed => prop_assert!(admitted.is_ok()),
                            BreakerState::Open => prop_assert!(admitted.is_err()),
                            BreakerState::HalfOpen => {
                                prop_assert!(admitted.is_err() || repeat == Repeat::Safe);
                                prop_assert!(breaker.admit(now, repeat).is_err(), "two probes at once");
                            }
                        }
                        if let Err(wait) = admitted {
                            prop_assert!(!wait.is_zero() && wait <= settings().longest_pause);
                        }
                    }
                    Move::Learn(health) => {
                        breaker.learn(now, health);
                        match health {
                            Health::Bad => failures_in_a_row += 1,
                            Health::Good => failures_in_a_row = 0,
                            Health::Untold => {}
                        }
                        if health == Health::Untold || before == BreakerState::Open {
                            prop_assert_eq!(breaker.state(now), before);
                        } else if health == Health::Bad && failures_in_a_row >= 3 {
                            prop_assert_ne!(breaker.state(now), BreakerState::Closed);
                        }
                    }
                }
            }
            now += settings().longest_pause + settings().probe_patience;
            prop_assert!(breaker.admit(now, Repeat::Safe).is_ok(), "a breaker never stays shut for good");
        }
    }
}
