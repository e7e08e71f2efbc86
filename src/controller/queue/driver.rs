//! The workers: so many passes at a time, over all kinds.

use std::any::Any;
use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::Instrument;

use super::handle::QueueHandle;
use super::queue::{Verdict, Work};
use crate::controller::key::Key;
use crate::controller::metrics::Metrics;

/// One look at one object.
pub trait Pass: Send + Sync + 'static {
    /// Looks at the object, does at most one thing, and says when to look again. Never runs twice at a time for one
    /// object.
    fn run(&self, key: Key) -> BoxFuture<'_, Verdict>;
}

/// Runs passes while there is something to do.
pub struct Driver {
    /// Where the work comes from.
    pub queue: QueueHandle,
    /// What is done with it.
    pub pass: Arc<dyn Pass>,
    /// How many passes run at a time.
    pub workers: NonZeroUsize,
    /// Hears about passes.
    pub metrics: Arc<Metrics>,
    /// Chance, from 0 to 1.
    pub random: fn() -> f64,
}

/// Whether all passes came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// They did.
    Finished,
    /// So many were given up.
    GaveUp(usize),
}

impl Driver {
    /// Works until `stop` ends. Then no new pass begins; those that run have so long to finish.
    pub async fn run(self, stop: impl Future<Output = ()>, patience: Duration) -> Drained {
        let mut running = JoinSet::new();
        tokio::pin!(stop);
        loop {
            while running.len() < self.workers.get()
                && let Some(work) = self.queue.take()
            {
                running.spawn(self.work(work));
            }
            let next_time = self
                .queue
                .next_time()
                .filter(|_| running.len() < self.workers.get());
            tokio::select! {
                () = &mut stop => break,
                Some(_) = running.join_next() => {}
                () = self.queue.news() => {}
                () = wait_for(next_time) => {}
            }
        }
        drain(running, patience).await
    }

    /// One pass, from the queue and back into it.
    fn work(&self, work: Work) -> impl Future<Output = ()> + use<> {
        let (queue, pass, metrics) = (
            self.queue.clone(),
            Arc::clone(&self.pass),
            Arc::clone(&self.metrics),
        );
        let random = self.random;
        let Work { key, urgency, waited } = work;
        let span = tracing::info_span!("pass", kind = %key.kind, namespace = key.namespace, name = key.name);
        async move {
            metrics.pass_begins(urgency, waited);
            let begun = Instant::now();
            let ended = AssertUnwindSafe(async { pass.run(key.clone()).await })
                .catch_unwind()
                .await;
            let (verdict, result) = match ended {
                Ok(verdict) => (verdict, result(verdict)),
                Err(panic) => {
                    tracing::error!(
                        panic = panic_message(&*panic),
                        "a pass panicked; this is a bug, please report it"
                    );
                    (Verdict::Failed, "panicked")
                }
            };
            metrics.pass_ended(key.kind, result, begun.elapsed());
            queue.finish(key, verdict, random());
        }
        .instrument(span)
    }
}

async fn wait_for(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

async fn drain(mut running: JoinSet<()>, patience: Duration) -> Drained {
    tracing::info!(
        passes = running.len(),
        "no new passes; waiting for those that run"
    );
    let finished = timeout(patience, async { while running.join_next().await.is_some() {} }).await;
    match finished {
        Ok(()) => Drained::Finished,
        Err(_) => Drained::GaveUp(running.len()),
    }
}

/// A bounded word for metrics.
fn result(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Settled => "settled",
        Verdict::After(_) => "look_again",
        Verdict::Failed => "failed",
        Verdict::NotYet => "not_yet",
        Verdict::FailedUntil(_) => "throttled",
        Verdict::Gone => "gone",
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&'static str>().copied())
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::key::Kind;
    use crate::controller::metrics::ObjectCounts;
    use crate::controller::queue::Urgency;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::{Semaphore, oneshot};

    /// Passes that do what their object's name says, and count.
    #[derive(Default)]
    struct Counting {
        begun: AtomicUsize,
        ended: AtomicUsize,
        running: AtomicUsize,
        most: AtomicUsize,
    }

    /// A pass that waits until it is let go.
    struct Held {
        counts: Arc<Counting>,
        gate: Arc<Semaphore>,
    }

    impl Pass for Held {
        fn run(&self, key: Key) -> BoxFuture<'_, Verdict> {
            assert!(key.name != "panics at once", "at once");
            async move {
                self.counts.begun.fetch_add(1, Ordering::SeqCst);
                let running = self.counts.running.fetch_add(1, Ordering::SeqCst) + 1;
                self.counts.most.fetch_max(running, Ordering::SeqCst);
                let _permit = self.gate.acquire().await;
                self.counts.running.fetch_sub(1, Ordering::SeqCst);
                self.counts.ended.fetch_add(1, Ordering::SeqCst);
                assert!(key.name != "panics", "in the middle");
                Verdict::Settled
            }
            .boxed()
        }
    }

    struct Bench {
        queue: QueueHandle,
        counts: Arc<Counting>,
        gate: Arc<Semaphore>,
        stop: oneshot::Sender<()>,
        driving: tokio::task::JoinHandle<Drained>,
        metrics: Arc<Metrics>,
    }

    const PATIENCE: Duration = Duration::from_secs(5);

    fn bench(workers: usize, permits: usize) -> Bench {
        let (queue, counts) = (QueueHandle::default(), Arc::new(Counting::default()));
        let (gate, metrics) = (Arc::new(Semaphore::new(permits)), Arc::new(Metrics::default()));
        let pass = Held {
            counts: Arc::clone(&counts),
            gate: Arc::clone(&gate),
        };
        let driver = Driver {
            queue: queue.clone(),
            pass: Arc::new(pass),
            workers: NonZeroUsize::new(workers).unwrap(),
            metrics: Arc::clone(&metrics),
            random: || 0.0,
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let driving = tokio::spawn(driver.run(stopped.map(|_| ()), PATIENCE));
        Bench {
            queue,
            counts,
            gate,
            stop,
            driving,
            metrics,
        }
    }

    impl Bench {
        fn wake(&self, name: &str) {
            let key = Key::new(Kind::ImageCatalog, "n", name);
            self.queue.wake(key, Urgency::UserEdit);
        }

        async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
            let held = timeout(Duration::from_mins(10), async {
                while !holds(self) {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            });
            assert!(held.await.is_ok(), "in vain: {what}");
        }

        fn ended(&self) -> usize {
            self.counts.ended.load(Ordering::SeqCst)
        }

        fn begun(&self) -> usize {
            self.counts.begun.load(Ordering::SeqCst)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn every_object_gets_its_pass_and_never_more_run_than_there_are_workers() {
        let bench = bench(3, 0);
        for number in 0..20 {
            bench.wake(&number.to_string());
        }
        bench.until("three passes run", |bench| bench.begun() == 3).await;
        bench.gate.add_permits(3);
        bench.until("all passes ended", |bench| bench.ended() == 20).await;
        assert_eq!(bench.counts.most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pass_that_panics_is_one_failed_pass_and_the_rest_go_on() {
        let bench = bench(1, 1);
        bench.wake("panics at once");
        bench.wake("panics");
        bench.wake("works");
        bench.until("the others end", |bench| bench.ended() >= 2).await;
        bench.until("it is tried again", |bench| bench.ended() >= 3).await;
        let page = bench
            .metrics
            .page(bench.queue.depth(), &ObjectCounts::default())
            .unwrap();
        assert!(page.contains(r#"result="panicked""#), "{page}");
        assert!(page.contains(r#"result="settled""#), "{page}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_lets_the_running_pass_finish_and_begins_no_other() {
        let bench = bench(1, 0);
        bench.wake("a");
        bench.until("the first runs", |bench| bench.begun() == 1).await;
        bench.wake("b");
        bench.stop.send(()).unwrap();
        tokio::task::yield_now().await;
        bench.gate.add_permits(1);
        assert_eq!(bench.driving.await.unwrap(), Drained::Finished);
        assert_eq!(
            (
                bench.counts.ended.load(Ordering::SeqCst),
                bench.counts.begun.load(Ordering::SeqCst)
            ),
            (1, 1)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_pass_that_does_not_finish_in_time_is_given_up() {
        let bench = bench(1, 0);
        bench.wake("a");
        bench.until("it runs", |bench| bench.begun() == 1).await;
        bench.stop.send(()).unwrap();
        assert_eq!(bench.driving.await.unwrap(), Drained::GaveUp(1));
    }
}
