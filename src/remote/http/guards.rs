//! What may hold a request back: the wait that the remote asked for, and the circuit breaker.

use std::time::Duration;

use tokio::time::Instant;

use super::breaker::{Breaker, BreakerSettings, BreakerState, Health};
use super::classify::{Class, Wait};
use super::holdoff::Holdoff;
use super::request::Repeat;
use crate::lifecycle::{Outcome, Problem, ProblemKind};

/// What all requests of an account share and change.
#[derive(Debug)]
pub(super) struct Guards {
    holdoff: Holdoff,
    breaker: Breaker,
    told: BreakerState,
}

impl Guards {
    pub(super) fn new(settings: BreakerSettings) -> Self {
        Guards {
            holdoff: Holdoff::default(),
            breaker: Breaker::new(settings),
            told: BreakerState::Closed,
        }
    }

    pub(super) fn state(&self, now: Instant) -> BreakerState {
        self.breaker.state(now)
    }

    /// The state of the breaker, if it is another than when last asked.
    pub(super) fn changed_state(&mut self, now: Instant) -> Option<BreakerState> {
        let state = self.breaker.state(now);
        let before = std::mem::replace(&mut self.told, state);
        (before != state).then_some(state)
    }

    pub(super) fn held_off(&self, now: Instant) -> Option<Duration> {
        self.holdoff.remaining(now)
    }

    pub(super) fn learn(&mut self, now: Instant, health: Health) {
        self.breaker.learn(now, health);
    }

    /// Whether a request could pass now. Changes nothing.
    pub(super) fn look(&self, now: Instant, repeat: Repeat) -> Result<(), Stay> {
        self.holdoff
            .remaining(now)
            .map_or(Ok(()), |wait| Err(Stay::asked(wait)))?;
        self.breaker
            .wait(now, repeat)
            .map_or(Ok(()), |wait| Err(Stay::broken(wait)))
    }

    /// Lets a request pass, or says why it has to stay.
    pub(super) fn enter(&mut self, now: Instant, repeat: Repeat) -> Result<(), Stay> {
        self.holdoff
            .remaining(now)
            .map_or(Ok(()), |wait| Err(Stay::asked(wait)))?;
        self.breaker.admit(now, repeat).map_err(Stay::broken)
    }

    /// Keeps the wait that an answer asks for, and says how long it is.
    pub(super) fn pace(&mut self, now: Instant, class: Class, wait: Wait) -> Duration {
        match (class, wait) {
            (Class::Throttled(_), Wait::Asked(asked)) => self.holdoff.throttled(now, Some(asked)),
            (Class::Throttled(_), Wait::NotAsked) => self.holdoff.throttled(now, None),
            (Class::Unknown(_), Wait::Asked(asked)) => {
                self.holdoff.hold(now, asked);
                asked
            }
            (Class::Unknown(_), Wait::NotAsked) => Duration::ZERO,
            (Class::Success | Class::Refused(_), _) => {
                self.holdoff.answered();
                Duration::ZERO
            }
        }
    }
}

/// Why a request is not sent now.
pub(super) struct Stay {
    pub(super) retry_after: Duration,
    pub(super) problem: Problem,
}

impl Stay {
    fn asked(retry_after: Duration) -> Self {
        let sentence = "not sent, because the remote asked to wait";
        Stay {
            retry_after,
            problem: Problem::new(ProblemKind::TooManyRequests, sentence),
        }
    }

    fn broken(retry_after: Duration) -> Self {
        let sentence = "not sent, because the remote failed repeatedly; it is tried again after a pause";
        Stay {
            retry_after,
            problem: Problem::new(ProblemKind::BreakerOpen, sentence),
        }
    }

    pub(super) fn into_outcome<T>(self) -> Outcome<T> {
        Outcome::Throttled {
            retry_after: self.retry_after,
            problem: self.problem,
        }
    }
}
