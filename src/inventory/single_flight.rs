//! One read that many callers wait for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::Instant;

use super::lock::lock;
use crate::lifecycle::Outcome;

/// Lets at most one read of a thing be under way, and shares its answer with whoever can use it.
///
/// A read tells what was so before it began, so its answer is good for a caller whose moment lies before that. A
/// failure is shared only with those who waited for it; whoever comes later tries anew.
#[derive(Debug)]
pub(super) struct SingleFlight<T> {
    turn: tokio::sync::Mutex<()>,
    landed: Mutex<Landed<T>>,
    waiting: AtomicUsize,
    arrived: AtomicUsize,
}

#[derive(Debug)]
struct Landed<T> {
    flights: u64,
    last: Option<Flight<T>>,
}

/// A read that is over.
#[derive(Clone, Debug)]
pub(super) struct Flight<T> {
    /// When it was started: what happened before can be seen in it.
    pub began: Instant,
    /// What came of it.
    pub outcome: Outcome<T>,
}

/// Counts a caller for as long as it waits, also when it gives up.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        SingleFlight {
            turn: tokio::sync::Mutex::default(),
            landed: Mutex::new(Landed {
                flights: 0,
                last: None,
            }),
            waiting: AtomicUsize::new(0),
            arrived: AtomicUsize::new(0),
        }
    }
}

impl<T: Clone> SingleFlight<T> {
    /// What a read that began at or after `moment` came to; `read` is called when there is none yet.
    pub(super) async fn since<F>(&self, moment: Instant, read: impl FnOnce() -> F) -> Outcome<T>
    where
        F: Future<Output = Flight<T>>,
    {
        let flights_at_arrival = {
            let landed = lock(&self.landed);
            if let Some(flight) = &landed.last
                && flight.began >= moment
                && matches!(flight.outcome, Outcome::Done(_))
            {
                return flight.outcome.clone();
            }
            landed.flights
        };
        self.arrived.fetch_add(1, Ordering::Relaxed);
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        let _turn = self.turn.lock().await;
        {
            let landed = lock(&self.landed);
            if landed.flights > flights_at_arrival
                && let Some(flight) = &landed.last
                && flight.began >= moment
            {
                return flight.outcome.clone();
            }
        }
        let flight = read().await;
        let outcome = flight.outcome.clone();
        let mut landed = lock(&self.landed);
        landed.flights += 1;
        landed.last = Some(flight);
        outcome
    }

    /// How many callers wait now, the one that reads included.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How many callers have ever had to wait.
    pub(super) fn arrived(&self) -> usize {
        self.arrived.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{Problem, ProblemKind};
    use futures::future::join_all;
    use std::time::Duration;

    /// Counts its reads; each takes a second.
    #[derive(Default)]
    struct Source {
        reads: AtomicUsize,
        flight: SingleFlight<usize>,
    }

    impl Source {
        async fn since(&self, moment: Instant) -> Outcome<usize> {
            let done = Outcome::Done;
            self.flight.since(moment, || self.read(done)).await
        }

        async fn failing_since(&self, moment: Instant) -> Outcome<usize> {
            let problem = || Outcome::Unknown(Problem::new(ProblemKind::Timeout, "too slow"));
            self.flight.since(moment, || self.read(|_| problem())).await
        }

        async fn read(&self, outcome: impl Fn(usize) -> Outcome<usize>) -> Flight<usize> {
            let began = Instant::now();
            let number = self.reads.fetch_add(1, Ordering::Relaxed) + 1;
            tokio::time::sleep(Duration::from_secs(1)).await;
            Flight {
                began,
                outcome: outcome(number),
            }
        }

        fn reads(&self) -> usize {
            self.reads.load(Ordering::Relaxed)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_callers_share_one_read() {
        let source = Source::default();
        let now = Instant::now();
        let outcomes = join_all((0..1_000).map(|_| source.since(now))).await;
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Done(1)));
        assert_eq!(source.reads(), 1);
        assert_eq!(source.flight.waiting(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_began_before_the_moment_is_not_used() {
        let source = Source::default();
        let start = Instant::now();
        let late = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            join_all((0..10).map(|_| source.since(Instant::now()))).await
        };
        let (early, late) = tokio::join!(source.since(start), late);
        assert_eq!(early, Outcome::Done(1));
        assert!(late.iter().all(|outcome| *outcome == Outcome::Done(2)));
        assert_eq!(source.reads(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_shared_by_those_who_waited_and_by_nobody_else() {
        let source = Source::default();
        let now = Instant::now();
        let outcomes = join_all((0..10).map(|_| source.failing_since(now))).await;
        assert!(outcomes.iter().all(|outcome| outcome.class() == "unknown"));
        assert_eq!(source.reads(), 1);
        assert_eq!(source.since(now).await, Outcome::Done(2));
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_reader_gives_up_another_one_reads() {
        let source = Source::default();
        let now = Instant::now();
        let impatient = tokio::time::timeout(Duration::from_millis(100), source.since(now));
        let (gave_up, patient) = tokio::join!(impatient, source.since(now));
        assert!(gave_up.is_err());
        assert_eq!(patient, Outcome::Done(2));
        assert_eq!(source.flight.waiting(), 0);
    }
}
