//! Telling subscribers what moves.

use std::sync::{Arc, Mutex, Weak};

use super::changes::Changes;
use super::lock::lock;
use super::mailbox::Mailbox;

/// Hears what moves in an inventory. Whatever moves while it is not listening is told at the next call.
#[derive(Debug)]
pub struct Subscription(Arc<Mailbox<Changes>>);

impl Subscription {
    /// All changes since the last call, as soon as there are any. Nothing is lost when the caller gives up waiting.
    pub async fn next(&self) -> Changes {
        self.0.next().await
    }
}

/// Those who hear what moves.
#[derive(Debug, Default)]
pub(super) struct Subscribers(Mutex<Vec<Weak<Mailbox<Changes>>>>);

impl Subscribers {
    /// Hears what moves from now on.
    pub(super) fn subscribe(&self) -> Subscription {
        let mailbox = Arc::new(Mailbox::default());
        lock(&self.0).push(Arc::downgrade(&mailbox));
        Subscription(mailbox)
    }

    /// Tells them.
    pub(super) fn publish(&self, changes: &Changes) {
        if changes.is_empty() {
            return;
        }
        lock(&self.0).retain(|subscriber| match subscriber.upgrade() {
            Some(mailbox) => {
                mailbox.post(changes.clone());
                true
            }
            None => false,
        });
    }
}
