//! The queue as everybody in the process holds it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::queue::{Depth, Queue, Urgency, Verdict, Work};
use crate::controller::key::Key;

/// The queue, shared. Clones are the same queue.
#[derive(Clone, Debug, Default)]
pub struct QueueHandle {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// There may be something to do, or another time to wait for.
    news: Notify,
}

impl QueueHandle {
    /// Asks for a pass over an object.
    pub fn wake(&self, key: Key, urgency: Urgency) {
        self.queue().wake(key, urgency, Instant::now());
        self.shared.news.notify_one();
    }

    /// How many objects are where.
    pub fn depth(&self) -> Depth {
        self.queue().depth()
    }

    pub(super) fn take(&self) -> Option<Work> {
        self.queue().take(Instant::now())
    }

    pub(super) fn finish(&self, key: Key, verdict: Verdict, random: f64) {
        self.queue().finish(key, verdict, Instant::now(), random);
        self.shared.news.notify_one();
    }

    pub(super) fn next_time(&self) -> Option<Instant> {
        self.queue().next_time()
    }

    /// Waits until something was asked for or has ended. For one caller at a time.
    pub(super) async fn news(&self) {
        self.shared.news.notified().await;
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
