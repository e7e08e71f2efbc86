//! Kubernetes events: what a person would want to know, shown by `kubectl describe`.
//!
//! | file | idea |
//! |---|---|
//! | `repeats` | which events are not worth publishing again: pure, told the time |
//! | `publisher` | the task that publishes them |

mod publisher;
mod repeats;

use std::sync::Arc;

use k8s_openapi::api::core::v1::ObjectReference;
use kube::Client;
use tokio::sync::mpsc::{self, Sender};

use super::metrics::{EventOutcome, Metrics};
use crate::api::Reason;

pub(super) use publisher::Publisher;

/// The longest note that the API server takes, in bytes.
const LONGEST_NOTE: usize = 1024;

/// How many events may wait to be published.
const WAITING: usize = 1024;

/// What happened to an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// Whether a person should look.
    pub severity: Severity,
    /// Why, in one word.
    pub reason: Reason,
    /// What was done or tried, in one word such as `Create`.
    pub action: &'static str,
    /// The whole of it, in a sentence. Shortened to 1 KiB.
    pub note: String,
}

/// Whether a person should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// All goes well.
    Normal,
    /// Somebody should look.
    Warning,
}

/// Publishes events, in its own time: a pass neither waits for one nor fails with it.
#[derive(Clone, Debug)]
pub struct Events {
    waiting: Sender<(ObjectReference, Event)>,
    metrics: Arc<Metrics>,
}

/// Where events are told, and the task that publishes them.
pub(super) fn events(client: Client, metrics: Arc<Metrics>) -> (Events, Publisher) {
    let (waiting, incoming) = mpsc::channel(WAITING);
    let publisher = Publisher::new(client, incoming, Arc::clone(&metrics));
    (Events { waiting, metrics }, publisher)
}

impl Events {
    /// Tells what happened to an object, which is named as [`kube::Resource::object_ref`] names it.
    pub fn tell(&self, object: ObjectReference, mut event: Event) {
        shorten(&mut event.note);
        if self.waiting.try_send((object, event)).is_err() {
            self.metrics.event(EventOutcome::Dropped);
        }
    }
}

fn shorten(note: &mut String) {
    const MORE: &str = "…";
    if note.len() <= LONGEST_NOTE {
        return;
    }
    note.truncate(note.floor_char_boundary(LONGEST_NOTE - MORE.len()));
    note.push_str(MORE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_note_is_cut_between_letters_to_what_the_api_server_takes() {
        let mut note = "a".to_owned() + &"ä".repeat(1_000);
        shorten(&mut note);
        assert!(note.len() <= LONGEST_NOTE && note.len() > LONGEST_NOTE - 4);
        assert!(note.ends_with("ä…"));
    }

    #[test]
    fn a_short_note_stays() {
        let mut note = "x".repeat(LONGEST_NOTE);
        shorten(&mut note);
        assert_eq!(note, "x".repeat(LONGEST_NOTE));
    }
}
