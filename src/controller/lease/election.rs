//! Who leads: a pure state machine that is told the time and what the API server said.
//!
//! The lease is one record in the cluster, and every change of it names the version that it was read in, so of two
//! who change it at a time one loses. A foreign lease is free when its record has not changed for a whole duration
//! by our own clock: the times in it come from another clock and are not looked at.

use tokio::time::Instant;

use super::times::LeaseTimes;

/// What is asked of the API server next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Read the lease.
    Look,
    /// Make it, with us as its holder.
    Create,
    /// Become its holder.
    Take,
    /// Stay its holder.
    Renew,
}

/// The lease as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    /// Changes with every write.
    pub(super) version: &'a str,
    /// Nobody holds a lease that was given up.
    pub(super) holder: Option<&'a str>,
}

/// What came of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It was done.
    Done,
    /// Somebody else was first, or the lease is gone.
    Overtaken,
    /// Nobody knows: no answer, or one that is about something else.
    Unknown,
}

/// Whether this process leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Another process leads, or nobody.
    Standby,
    /// This process does. Nothing may be written remotely from `valid_until` on; until another holder is seen, the
    /// term may still go on after that.
    Leading {
        /// By the clock that never goes back.
        valid_until: Instant,
    },
    /// Nobody else is expected to run.
    Alone,
}

/// One candidate.
#[derive(Debug)]
pub(super) struct Election {
    identity: String,
    times: LeaseTimes,
    standing: Standing,
    /// The foreign lease in its last version, and since when it has been seen so.
    seen: Option<(String, Instant)>,
    act: Act,
    due: Instant,
}

impl Election {
    /// A candidate who knows nothing yet. `identity` must be unique to this process.
    pub(super) fn new(identity: String, times: LeaseTimes, now: Instant) -> Self {
        Election {
            identity,
            times,
            standing: Standing::Standby,
            seen: None,
            act: Act::Look,
            due: now,
        }
    }

    pub(super) fn standing(&self) -> Standing {
        self.standing
    }

    /// What to ask of the API server next, and when.
    pub(super) fn next(&self) -> (Act, Instant) {
        (self.act, self.due)
    }

    /// The lease was read.
    pub(super) fn looked(&mut self, lease: Option<Found<'_>>, now: Instant) {
        let Some(lease) = lease else {
            self.stand_by();
            self.go_on(Act::Create, now);
            return;
        };
        if lease.holder == Some(self.identity.as_str()) {
            // A write of ours whose answer was lost. Nobody else had the lease in between.
            let act = match self.standing {
                Standing::Leading { .. } => Act::Renew,
                Standing::Standby | Standing::Alone => Act::Take,
            };
            self.go_on(act, now);
            return;
        }
        self.stand_by();
        if lease.holder.is_none() {
            self.go_on(Act::Take, now);
            return;
        }
        let since = match &self.seen {
            Some((version, since)) if version == lease.version => *since,
            _ => now,
        };
        self.seen = Some((lease.version.to_owned(), since));
        let free_at = since + self.times.of_patience();
        if now >= free_at {
            self.go_on(Act::Take, now);
        } else {
            self.go_on(Act::Look, free_at.min(now + self.times.between_looks()));
        }
    }

    /// The lease was written, or not. `asked` is from before the request: the lease holds from then on at the latest.
    pub(super) fn wrote(&mut self, written: Written, asked: Instant, now: Instant) {
        match written {
            Written::Done => {
                self.seen = None;
                self.standing = Standing::Leading {
                    valid_until: asked + self.times.of_writing(),
                };
                self.go_on(Act::Renew, asked + self.times.between_renewals());
            }
            Written::Overtaken => self.go_on(Act::Look, now),
            Written::Unknown => self.failed(now),
        }
    }

    /// The API server did not answer, or not to the point.
    pub(super) fn failed(&mut self, now: Instant) {
        let act = match self.standing {
            Standing::Leading { .. } => Act::Renew,
            Standing::Standby | Standing::Alone => Act::Look,
        };
        self.go_on(act, now + self.times.between_looks());
    }

    fn stand_by(&mut self) {
        self.standing = Standing::Standby;
    }

    fn go_on(&mut self, act: Act, due: Instant) {
        (self.act, self.due) = (act, due);
    }
}
