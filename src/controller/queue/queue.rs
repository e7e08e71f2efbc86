//! Every object that wants a pass, and when: a pure data structure that is told the time and the chance.
//!
//! An object is in it once, however often it is asked for. It is never handed out twice at a time; what is asked
//! for while it is being worked on happens afterwards.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::backoff;
use super::line::{Line, Ticket};
use crate::controller::key::Key;

/// The longest time between two looks: whatever is further off is looked at earlier.
const LONGEST: Duration = Duration::from_hours(30 * 24);

/// Why an object should be looked at, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Urgency {
    /// A person changed it. Does not wait for a pause after failures to end.
    UserEdit,
    /// Something that it depends on changed, or it failed before.
    Change,
    /// It is time again.
    Resync,
}

impl Urgency {
    /// Every urgency.
    pub const ALL: [Urgency; 3] = [Urgency::UserEdit, Urgency::Change, Urgency::Resync];

    /// A bounded word for metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Urgency::UserEdit => "user_edit",
            Urgency::Change => "change",
            Urgency::Resync => "resync",
        }
    }
}

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to do until it is woken.
    Settled,
    /// Look again after so long, unless it is woken earlier.
    After(Duration),
    /// It failed: look again after a pause that grows with each failure. Only a user's edit comes before that.
    Failed,
    /// The remote does not allow it yet: as after a failure, with pauses of up to a minute.
    NotYet,
    /// Not before so long, whatever happens.
    FailedUntil(Duration),
    /// The object does not exist any more.
    Gone,
}

/// One pass to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The object.
    pub key: Key,
    /// Why.
    pub urgency: Urgency,
    /// How long it could have been worked on before.
    pub waited: Duration,
}

/// How many objects are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Could be worked on now.
    pub ready: usize,
    /// Have a time.
    pub scheduled: usize,
    /// Are being worked on.
    pub running: usize,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Queue {
    entries: HashMap<Key, Entry>,
    line: Line,
    scheduled: BTreeSet<(Instant, Key)>,
    running: usize,
}

#[derive(Debug, Default)]
struct Entry {
    place: Place,
    /// Somebody asked for a pass that has not begun.
    asked: Option<Urgency>,
    /// The next look that the last pass wished for.
    look: Option<(Instant, Urgency)>,
    backoff_until: Option<Instant>,
    throttled_until: Option<Instant>,
    failures: u32,
}

#[derive(Clone, Copy, Debug, Default)]
enum Place {
    /// Nobody wants it.
    #[default]
    Idle,
    Scheduled(Instant),
    InLine(Ticket),
    Running,
}

impl Queue {
    /// Asks for a pass.
    pub fn wake(&mut self, key: Key, urgency: Urgency, now: Instant) {
        let entry = self.entries.entry(key.clone()).or_default();
        entry.asked = Some(entry.asked.map_or(urgency, |before| before.min(urgency)));
        if urgency == Urgency::UserEdit {
            entry.failures = 0;
        }
        self.place(key, now);
    }

    /// The next pass to be made, if there is one now. Its end must be told with [`Queue::finish`].
    pub fn take(&mut self, now: Instant) -> Option<Work> {
        self.line_up(now);
        let key = self.line.next()?;
        let entry = self.entries.get_mut(&key)?;
        let Place::InLine(ticket) = entry.place else {
            return None;
        };
        entry.place = Place::Running;
        entry.asked = None;
        entry.look = None;
        self.running += 1;
        Some(Work {
            key,
            urgency: ticket.urgency,
            waited: now.saturating_duration_since(ticket.since),
        })
    }

    /// A pass has ended. `random`, from 0 to 1, spreads the pauses after failures.
    pub fn finish(&mut self, key: Key, verdict: Verdict, now: Instant, random: f64) {
        let Some(entry) = self.entries.get_mut(&key) else {
            return;
        };
        if !matches!(entry.place, Place::Running) {
            return;
        }
        entry.place = Place::Idle;
        entry.learn(verdict, now, random);
        self.running -= 1;
        self.place(key, now);
    }

    /// When an object that waits for its time can next be taken.
    pub fn next_time(&self) -> Option<Instant> {
        self.scheduled.first().map(|(at, _)| *at)
    }

    /// How many objects are where.
    pub fn depth(&self) -> Depth {
        Depth {
            ready: self.line.len(),
            scheduled: self.scheduled.len(),
            running: self.running,
        }
    }

    /// Those whose time has come join the line.
    fn line_up(&mut self, now: Instant) {
        while let Some((at, key)) = self.scheduled.pop_first() {
            if at > now {
                self.scheduled.insert((at, key));
                return;
            }
            if let Some(entry) = self.entries.get_mut(&key) {
                let urgency = entry.next(now).map_or(Urgency::Resync, |(_, urgency)| urgency);
                entry.place = Place::InLine(self.line.join(key, urgency, at));
            }
        }
    }

    /// Puts an object where its wishes belong.
    fn place(&mut self, key: Key, now: Instant) {
        let Some(entry) = self.entries.get_mut(&key) else {
            return;
        };
        let next = entry.next(now);
        entry.place = match (entry.place, next) {
            (Place::Running, _) => Place::Running,
            (Place::InLine(ticket), Some((_, urgency))) if urgency < ticket.urgency => {
                Place::InLine(self.line.hurry(ticket, urgency))
            }
            (place @ Place::InLine(_), _) => place,
            (Place::Idle, None) => {
                self.entries.remove(&key);
                return;
            }
            (Place::Scheduled(at), None) => Place::Scheduled(at),
            (place @ (Place::Idle | Place::Scheduled(_)), Some((at, urgency))) => {
                if let Place::Scheduled(before) = place {
                    self.scheduled.remove(&(before, key.clone()));
                }
                if at <= now {
                    Place::InLine(self.line.join(key, urgency, now))
                } else {
                    self.scheduled.insert((at, key));
                    Place::Scheduled(at)
                }
            }
        };
    }
}

impl Entry {
    /// When the next pass may begin, not before now, and why it should.
    fn next(&self, now: Instant) -> Option<(Instant, Urgency)> {
        let asked = self.asked.map(|urgency| {
            let held = match urgency {
                Urgency::UserEdit => None,
                Urgency::Change | Urgency::Resync => self.backoff_until,
            };
            (held.unwrap_or(now), urgency)
        });
        [asked, self.look]
            .into_iter()
            .flatten()
            .map(|(at, urgency)| (at.max(self.throttled_until.unwrap_or(now)).max(now), urgency))
            .min()
    }

    fn learn(&mut self, verdict: Verdict, now: Instant, random: f64) {
        self.backoff_until = None;
        self.throttled_until = None;
        match verdict {
            Verdict::Settled | Verdict::Gone => self.failures = 0,
            Verdict::After(pause) => {
                self.failures = 0;
                self.look = Some((later(now, pause), Urgency::Resync));
            }
            Verdict::Failed => self.back_off(backoff::LONGEST, now, random),
            Verdict::NotYet => self.back_off(backoff::LONGEST_NOT_YET, now, random),
            Verdict::FailedUntil(pause) => {
                let until = later(now, pause);
                self.throttled_until = Some(until);
                self.look = Some((until, Urgency::Change));
            }
        }
    }

    fn back_off(&mut self, longest: Duration, now: Instant, random: f64) {
        self.failures = self.failures.saturating_add(1);
        let until = later(now, backoff::pause(self.failures, longest, random));
        self.backoff_until = Some(until);
        self.look = Some((until, Urgency::Change));
    }
}

fn later(now: Instant, pause: Duration) -> Instant {
    now + pause.min(LONGEST)
}
