//! Which events are not worth publishing again.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::Event;

/// How long the same event of the same object is not published again.
const SAME: Duration = Duration::from_mins(10);

/// How many different events of one object are published within that time.
const MANY: usize = 20;

/// The events of late, by the uid of their object.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    recent: HashMap<String, Vec<(Instant, Event)>>,
}

impl Repeats {
    /// Is it worth publishing? If so, it is not again for a while.
    pub(super) fn is_new(&mut self, object: &str, event: &Event, now: Instant) -> bool {
        self.forget(now);
        let recent = self.recent.entry(object.to_owned()).or_default();
        if recent.len() >= MANY || recent.iter().any(|(_, before)| before == event) {
            return false;
        }
        recent.push((now, event.clone()));
        true
    }

    fn forget(&mut self, now: Instant) {
        self.recent.retain(|_, events| {
            events.retain(|(at, _)| now.saturating_duration_since(*at) < SAME);
            !events.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Reason;
    use crate::controller::events::Severity;

    fn event(note: &str) -> Event {
        Event {
            severity: Severity::Normal,
            reason: Reason::Available,
            action: "Create",
            note: note.to_owned(),
        }
    }

    #[test]
    fn the_same_event_is_published_once_in_a_while() {
        let (mut repeats, now) = (Repeats::default(), Instant::now());
        assert!(repeats.is_new("a", &event("x"), now));
        assert!(!repeats.is_new("a", &event("x"), now));
        assert!(repeats.is_new("b", &event("x"), now));
        assert!(repeats.is_new("a", &event("x"), now + SAME));
    }

    #[test]
    fn another_note_is_another_event() {
        let (mut repeats, now) = (Repeats::default(), Instant::now());
        assert!(repeats.is_new("a", &event("x"), now));
        assert!(repeats.is_new("a", &event("y"), now));
    }

    #[test]
    fn one_object_does_not_flood_the_rest() {
        let (mut repeats, now) = (Repeats::default(), Instant::now());
        let published = (0..100)
            .filter(|number| repeats.is_new("a", &event(&number.to_string()), now))
            .count();
        assert_eq!(published, MANY);
        assert!(repeats.is_new("b", &event("x"), now));
    }
}
