//! News that wait for a slow reader without growing and without being lost.

use std::sync::Mutex;

use tokio::sync::Notify;

use super::lock::lock;

/// News that can be put together with later news of the same sort.
pub trait Merge {
    /// Takes in what came later.
    fn merge(&mut self, later: Self);
}

/// Holds the news that one reader has not taken yet, merged into one.
#[derive(Debug)]
pub struct Mailbox<T> {
    pending: Mutex<Option<T>>,
    arrived: Notify,
}

impl<T> Default for Mailbox<T> {
    fn default() -> Self {
        Mailbox {
            pending: Mutex::new(None),
            arrived: Notify::new(),
        }
    }
}

impl<T: Merge> Mailbox<T> {
    /// Adds news. Never waits for the reader.
    pub fn post(&self, news: T) {
        let mut pending = lock(&self.pending);
        match pending.as_mut() {
            Some(earlier) => earlier.merge(news),
            None => *pending = Some(news),
        }
        self.arrived.notify_one();
    }

    /// All news since the last call, as soon as there are any. For one reader at a time; nothing is lost when the
    /// caller gives up waiting.
    pub async fn next(&self) -> T {
        loop {
            if let Some(news) = lock(&self.pending).take() {
                return news;
            }
            self.arrived.notified().await;
        }
    }
}
