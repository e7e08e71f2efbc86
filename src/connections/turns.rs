//! One at a time for each remote object.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::lifecycle::RemoteId;

/// Who is at work on which object.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<BTreeMap<RemoteId, Weak<tokio::sync::Mutex<()>>>>);

/// The turn to work on an object; the next one has it when this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Turn {
    _held: tokio::sync::OwnedMutexGuard<()>,
}

impl Turns {
    /// Waits until nobody else has the turn.
    pub(super) async fn take(&self, object: &RemoteId) -> Turn {
        let line = self.line(object);
        Turn {
            _held: line.lock_owned().await,
        }
    }

    fn line(&self, object: &RemoteId) -> Arc<tokio::sync::Mutex<()>> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|_, line| line.strong_count() > 0);
        if let Some(line) = lines.get(object).and_then(Weak::upgrade) {
            return line;
        }
        let line = Arc::default();
        lines.insert(object.clone(), Arc::downgrade(&line));
        line
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn an_object_has_one_turn_at_a_time_and_others_have_their_own() {
        let turns = Turns::default();
        let (one, other): (RemoteId, RemoteId) = ("i1".parse().unwrap(), "i2".parse().unwrap());
        let first = turns.take(&one).await;
        assert!(turns.take(&one).now_or_never().is_none());
        assert!(turns.take(&other).now_or_never().is_some());
        drop(first);
        assert!(turns.take(&one).now_or_never().is_some());
    }
}
