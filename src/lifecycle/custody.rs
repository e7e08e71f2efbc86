//! What one process knows of the record of one part, from having written it or watched it.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::{Custody, Intent, Memory, Record};

/// What this process has seen of one part's record. It dies with the process, and that is the point: whoever comes
/// after knows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Witness {
    seen: Option<Seen>,
    has_written: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Seen {
    record: Option<Record>,
    /// `None`: written by this process.
    since: Option<Timestamp>,
}

impl Witness {
    /// Whether the record in hand can be taken for the latest one.
    ///
    /// `now` is when the resource was read.
    pub fn custody(&mut self, record: Option<&Record>, settling_window: Duration, now: Timestamp) -> Custody {
        if let Some(seen) = &self.seen
            && seen.record.as_ref() == record
        {
            return match seen.since {
                None => Custody::Own,
                Some(since) if now.duration_since(since).unsigned_abs() >= settling_window => {
                    Custody::Settled
                }
                Some(_) => Custody::Unproven,
            };
        }
        self.seen = Some(Seen {
            record: record.cloned(),
            since: Some(now),
        });
        Custody::Unproven
    }

    /// This process has amended a record that it may not know all about: what was unproven stays so, and so is an
    /// object that was found while looking for what somebody else may have done.
    pub fn amended(&mut self, before: &Memory, after: &Record, now: Timestamp) {
        let record = before.record.as_ref();
        let presumed = |intent: &Intent| intent.tries == 0;
        let was_presumed = record
            .and_then(|record| record.intent.as_ref())
            .is_some_and(presumed);
        let found = was_presumed && after.held != record.and_then(|record| record.held.clone());
        if before.custody == Custody::Unproven || found {
            self.seen = Some(Seen {
                record: Some(after.clone()),
                since: Some(now),
            });
        } else {
            self.wrote(after);
        }
    }

    /// This process has just written an intent, or the outcome of one, into this record.
    pub fn wrote(&mut self, record: &Record) {
        self.has_written = true;
        self.seen = Some(Seen {
            record: Some(record.clone()),
            since: None,
        });
    }

    /// A request was sent and what came of it could not be written: the record does not tell all any more.
    pub fn lost_an_outcome(&mut self) {
        self.seen = None;
    }

    /// For the exploration, which moves the past instead of the clock: whether this record is the one last seen.
    #[cfg(test)]
    pub(super) fn has_seen(&self, record: Option<&Record>) -> bool {
        self.seen
            .as_ref()
            .is_some_and(|seen| seen.record.as_ref() == record)
    }

    /// For the exploration: a whole window goes by over the record as it is now.
    #[cfg(test)]
    pub(super) fn after_a_window(&mut self, record: Option<&Record>, was_seen: bool) {
        let own = self.seen.as_ref().is_some_and(|seen| seen.since.is_none());
        let since = (!own).then_some(Timestamp::MIN);
        self.seen = was_seen.then(|| Seen {
            record: record.cloned(),
            since,
        });
    }

    /// This process has just added the finalizer; before that, the resource remembered this of its parts.
    ///
    /// A resource that remembered nothing of any part has never had anything sent for it.
    pub fn added_finalizer(&mut self, memories: &[Memory]) {
        if memories.iter().all(Memory::is_blank) && !self.has_written {
            self.seen = Some(Seen {
                record: None,
                since: None,
            });
        }
    }
}

/// What one process has seen of the records of a whole resource: good for a part that is asked for later than others.
///
/// That part has no record, which alone would say nothing: it can be lost. Whoever has looked on for as long as a request
/// takes, and has never seen one, knows that nothing is under way for it; and whoever has looked on from the moment when
/// the resource remembered nothing knows that nothing was ever sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attendance {
    /// `None`: from the beginning.
    since: Option<Timestamp>,
    recorded: BTreeSet<String>,
}

impl Attendance {
    /// The resource is seen for the first time.
    pub fn begins(now: Timestamp) -> Self {
        Attendance {
            since: Some(now),
            recorded: BTreeSet::new(),
        }
    }

    /// These parts are on record.
    pub fn sees<'a>(&mut self, parts: impl IntoIterator<Item = &'a str>) {
        self.recorded.extend(parts.into_iter().map(str::to_owned));
    }

    /// This process has just added the finalizer; before that, the resource remembered this of its parts.
    pub fn added_finalizer(&mut self, memories: &[Memory]) {
        if memories.iter().all(Memory::is_blank) && self.recorded.is_empty() {
            self.since = None;
        }
    }

    /// What this process knows of the missing record of a part that it has not worked on.
    pub fn witness(&self, part: &str) -> Witness {
        if self.recorded.contains(part) {
            return Witness::default();
        }
        Witness {
            seen: Some(Seen {
                record: None,
                since: self.since,
            }),
            has_written: false,
        }
    }

    /// For the exploration: a whole window goes by.
    #[cfg(test)]
    pub(super) fn after_a_window(&mut self) {
        self.since = self.since.map(|_| Timestamp::MIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{Finalizer, Held, Hint, HintOrigin, IntentOutcome, Operation};

    const WINDOW: Duration = Duration::from_mins(5);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn holding(id: &str) -> Record {
        Record {
            held: Some(Held {
                id: id.parse().unwrap(),
                since: at(0),
                account: crate::lifecycle::Account("a".into()),
            }),
            ..Record::default()
        }
    }

    fn presumed() -> Record {
        Record {
            intent: Some(Intent {
                operation: Operation::Create,
                attempt: "1".into(),
                started_at: at(0),
                tries: 0,
                outcome: IntentOutcome::Unknown,
            }),
            ..Record::default()
        }
    }

    fn memory(record: Option<Record>, custody: Custody) -> Memory {
        Memory {
            finalizer: Finalizer::Absent,
            record,
            custody,
            foreign_record: None,
            hints: Vec::new(),
        }
    }

    #[test]
    fn what_this_process_wrote_is_its_own_as_long_as_it_reads_the_same() {
        let mut witness = Witness::default();
        witness.wrote(&holding("a"));
        assert_eq!(
            witness.custody(Some(&holding("a")), WINDOW, at(9999)),
            Custody::Own
        );
        assert_eq!(
            witness.custody(Some(&holding("b")), WINDOW, at(9999)),
            Custody::Unproven
        );
        assert_eq!(
            witness.custody(Some(&holding("a")), WINDOW, at(9999)),
            Custody::Unproven
        );
    }

    #[test]
    fn what_was_found_is_settled_once_it_was_the_same_for_a_whole_window() {
        for record in [None, Some(holding("a"))] {
            let mut witness = Witness::default();
            let mut custody = |second| witness.custody(record.as_ref(), WINDOW, at(second));
            assert_eq!(custody(0), Custody::Unproven);
            assert_eq!(custody(299), Custody::Unproven);
            assert_eq!(custody(300), Custody::Settled);
        }
    }

    #[test]
    fn a_change_under_our_hands_begins_the_window_anew() {
        let mut witness = Witness::default();
        witness.custody(Some(&holding("a")), WINDOW, at(0));
        witness.custody(None, WINDOW, at(200));
        assert_eq!(witness.custody(None, WINDOW, at(400)), Custody::Unproven);
        assert_eq!(witness.custody(None, WINDOW, at(500)), Custody::Settled);
    }

    #[test]
    fn an_amendment_proves_no_more_than_what_was_amended() {
        let amended = |before: Memory, after: &Record| {
            let mut witness = Witness::default();
            witness.amended(&before, after, at(0));
            witness.custody(Some(after), WINDOW, at(1))
        };
        let rows = [
            (
                "unproven",
                memory(None, Custody::Unproven),
                holding("a"),
                Custody::Unproven,
            ),
            ("own", memory(None, Custody::Own), holding("a"), Custody::Own),
            (
                "found while looking for what another may have made",
                memory(Some(presumed()), Custody::Own),
                holding("a"),
                Custody::Unproven,
            ),
            (
                "nothing found while looking for it",
                memory(Some(presumed()), Custody::Own),
                Record::default(),
                Custody::Own,
            ),
        ];
        for (name, before, after, expected) in rows {
            assert_eq!(amended(before, &after), expected, "{name}");
        }
    }

    #[test]
    fn only_a_finalizer_on_a_resource_that_remembered_nothing_proves_that_nothing_was_sent() {
        let added = |mut witness: Witness, memories: &[&Memory]| {
            let memories: Vec<Memory> = memories.iter().copied().cloned().collect();
            witness.added_finalizer(&memories);
            witness.custody(None, WINDOW, at(0))
        };
        let blank = memory(None, Custody::Unproven);
        let hint = Hint {
            id: "a".parse().unwrap(),
            origin: HintOrigin::NamesAnother,
        };
        let hinted = Memory {
            hints: vec![hint],
            ..blank.clone()
        };
        let restored = Memory {
            foreign_record: Some(holding("a")),
            ..blank.clone()
        };
        let mut has_written = Witness::default();
        has_written.wrote(&presumed());
        assert_eq!(added(Witness::default(), &[&blank, &blank]), Custody::Own);
        assert_eq!(
            added(Witness::default(), &[&hinted, &blank]),
            Custody::Unproven,
            "what is remembered of one part says that something was sent"
        );
        assert_eq!(added(Witness::default(), &[&hinted]), Custody::Unproven);
        assert_eq!(added(Witness::default(), &[&restored]), Custody::Unproven);
        assert_eq!(added(has_written, &[&blank]), Custody::Unproven);
    }

    #[test]
    fn a_part_asked_for_later_was_never_sent_if_the_resource_was_attended_from_its_beginning() {
        let custody = |attendance: &Attendance, second| {
            let mut witness = attendance.witness("copy");
            witness.custody(None, WINDOW, at(second))
        };
        let blank = memory(None, Custody::Unproven);
        let mut attended = Attendance::begins(at(0));
        assert_eq!(custody(&attended, 299), Custody::Unproven);
        assert_eq!(custody(&attended, 300), Custody::Settled);

        attended.added_finalizer(std::slice::from_ref(&blank));
        attended.sees(["image"]);
        assert_eq!(custody(&attended, 1), Custody::Own);

        attended.sees(["copy"]);
        assert_eq!(custody(&attended, 9999), Custody::Unproven);

        let mut came_later = Attendance::begins(at(0));
        came_later.sees(["image"]);
        came_later.added_finalizer(&[blank]);
        assert_eq!(custody(&came_later, 1), Custody::Unproven);
        assert_eq!(custody(&came_later, 300), Custody::Settled);
    }

    #[test]
    fn a_record_whose_outcome_was_lost_proves_nothing() {
        let mut witness = Witness::default();
        witness.wrote(&presumed());
        witness.lost_an_outcome();
        assert_eq!(
            witness.custody(Some(&presumed()), WINDOW, at(0)),
            Custody::Unproven
        );
    }
}
