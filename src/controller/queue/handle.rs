//! The queue as everybody in the process holds it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::queue::{Depth, Queue, Urgency, Verdict, Work};
use crate::controller::key::Key;

/// The queue, shared. Clones are the same queue.
///
/// While it is closed nobody works, and what is asked for is forgotten: who opens it asks for everything.
#[derive(Clone, Debug, Default)]
pub struct QueueHandle {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    door: Mutex<Door>,
    /// There may be something to do, or another time to wait for.
    news: Notify,
}

#[derive(Debug)]
enum Door {
    Open(Queue),
    Closed,
}

impl Default for Door {
    fn default() -> Self {
        Door::Open(Queue::default())
    }
}

impl QueueHandle {
    /// Begins anew, with nothing in it.
    pub fn open(&self) {
        *self.door() = Door::default();
    }

    /// Forgets everything.
    pub fn close(&self) {
        *self.door() = Door::Closed;
    }

    /// Asks for a pass over an object.
    pub fn wake(&self, key: Key, urgency: Urgency) {
        self.with(|queue| queue.wake(key, urgency, Instant::now()));
        self.shared.news.notify_one();
    }

    /// How many objects are where.
    pub fn depth(&self) -> Depth {
        self.with(|queue| queue.depth()).unwrap_or_default()
    }

    pub(super) fn take(&self) -> Option<Work> {
        self.with(|queue| queue.take(Instant::now())).flatten()
    }

    pub(super) fn finish(&self, key: Key, verdict: Verdict, random: f64) {
        self.with(|queue| queue.finish(key, verdict, Instant::now(), random));
        self.shared.news.notify_one();
    }

    pub(super) fn next_time(&self) -> Option<Instant> {
        self.with(|queue| queue.next_time()).flatten()
    }

    /// Waits until something was asked for or has ended. For one caller at a time.
    pub(super) async fn news(&self) {
        self.shared.news.notified().await;
    }

    fn with<T>(&self, act: impl FnOnce(&mut Queue) -> T) -> Option<T> {
        match &mut *self.door() {
            Door::Open(queue) => Some(act(queue)),
            Door::Closed => None,
        }
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        self.shared.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::key::Kind;

    #[test]
    fn a_closed_queue_takes_nothing_and_an_opened_one_begins_anew() {
        let key = || Key::new(Kind::ImageCatalog, "n", "a");
        let queue = QueueHandle::default();
        queue.wake(key(), Urgency::Change);
        queue.close();
        queue.wake(key(), Urgency::Change);
        assert_eq!((queue.depth(), queue.take()), (Depth::default(), None));
        queue.open();
        assert_eq!(queue.take(), None);
        queue.wake(key(), Urgency::Change);
        assert_eq!(queue.take().map(|work| work.key), Some(key()));
    }
}
