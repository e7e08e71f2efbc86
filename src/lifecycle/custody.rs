//! What one process knows of the record of one part, from having written it or watched it.

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

    /// This process has just added the finalizer; before that, the resource remembered `memory`.
    ///
    /// A resource that remembered nothing has never had anything sent for it.
    pub fn added_finalizer(&mut self, memory: &Memory) {
        if memory.is_blank() && !self.has_written {
            self.seen = Some(Seen {
                record: None,
                since: None,
            });
        }
    }
}
