//! When one list is read next, and how far it is believed: what an inventory remembers from listing to listing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::inventory::Settings;
use super::lock::lock;
use super::pace::{NOBODY_COMES, Pace};
use super::schedule::{Chance, Tempo};
use super::single_flight::SingleFlight;
use super::suspicion::{Account, Completeness, Suspicion, Trust, Verdict};
use crate::lifecycle::{Outcome, Problem, ProblemKind, RemoteId};

/// For how many active intervals after a write a list is read at the active interval, come what may.
const ACTIVE_AFTER_A_WRITE: u32 = 4;

/// When one list is read next, and how far it is believed.
#[derive(Debug)]
pub(super) struct Rhythm {
    settings: Settings,
    suspicion: Suspicion,
    pace: Pace,
    written: BTreeMap<RemoteId, Instant>,
    active_until: Option<Instant>,
    last_began: Option<Instant>,
    chance: Chance,
    failures: u32,
    hold_until: Option<Instant>,
    problem: Option<Problem>,
}

/// Two listings, one after the other.
pub(super) struct Contrast<'a> {
    /// What was listed before.
    pub(super) known: BTreeSet<&'a RemoteId>,
    /// What is listed now.
    pub(super) listed: BTreeSet<&'a RemoteId>,
    /// What was being deleted before.
    pub(super) deleting: BTreeSet<&'a RemoteId>,
    /// How far the listing of now can be relied on.
    pub(super) completeness: Completeness,
}

impl Rhythm {
    /// Nothing has been read yet.
    pub(super) fn new(settings: Settings) -> Self {
        Rhythm {
            suspicion: Suspicion::new(settings.settling_window),
            pace: Pace::default(),
            written: BTreeMap::new(),
            active_until: None,
            last_began: None,
            chance: Chance::new((settings.random)()),
            failures: 0,
            hold_until: None,
            problem: None,
            settings,
        }
    }

    /// Whether what is listed looks as it should.
    pub(super) fn trust(&self) -> Trust {
        self.suspicion.trust()
    }

    /// Why the last listing failed; none when it did not.
    pub(super) fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// A listing starts.
    pub(super) fn started(&mut self, now: Instant) {
        self.pace.started(now);
        self.last_began = Some(now);
    }

    /// We have just written: to this object, or to one that has no id yet.
    pub(super) fn written(&mut self, object: Option<&RemoteId>, now: Instant) {
        self.active_until = Some(now + self.settings.intervals.active() * ACTIVE_AFTER_A_WRITE);
        if let Some(id) = object {
            let window = self.settings.settling_window;
            self.written.retain(|_, at| now.duration_since(*at) <= window);
            self.written.insert(id.clone(), now);
        }
    }

    /// Judges what vanished. Nobody wonders about what was being deleted, or what we have just written to.
    pub(super) fn judge(&mut self, contrast: Contrast<'_>, now: Instant) -> Verdict {
        let window = self.settings.settling_window;
        let written_lately = |id: &&RemoteId| {
            self.written
                .get(*id)
                .is_some_and(|at| now.duration_since(*at) <= window)
        };
        let mut expected_to_go = contrast.deleting;
        expected_to_go.extend(contrast.known.iter().copied().filter(written_lately));
        let account = Account {
            known: contrast.known,
            listed: contrast.listed,
            expected_to_go,
            completeness: contrast.completeness,
        };
        self.suspicion.judge(&account, now)
    }

    /// What requests by id said about some of the missing; answers which of them stay in force.
    pub(super) fn heard<T>(&mut self, verdict: Verdict, answers: &[Outcome<T>]) -> BTreeSet<RemoteId> {
        if answers.is_empty() {
            return verdict.keep;
        }
        if answers.iter().all(is_absent) {
            self.suspicion.confirmed();
            return BTreeSet::new();
        }
        if answers.iter().any(|answer| matches!(answer, Outcome::Done(_))) {
            self.suspicion.contradicted(Instant::now());
        }
        verdict.keep
    }

    /// A listing is in force; answers whether there was a problem before.
    pub(super) fn succeeded(&mut self) -> bool {
        self.chance = Chance::new((self.settings.random)());
        self.failures = 0;
        self.hold_until = None;
        self.problem.take().is_some()
    }

    /// A listing failed; answers whether that is another problem than before.
    pub(super) fn failed<T>(&mut self, failed: &Outcome<T>) -> bool {
        let Some(problem) = failed.problem() else {
            return false;
        };
        let asked_for: Option<Duration> = match failed {
            Outcome::Throttled { retry_after, .. } => Some(*retry_after),
            _ => None,
        };
        self.chance = Chance::new((self.settings.random)());
        self.failures = self.failures.saturating_add(1);
        let wait = self
            .settings
            .intervals
            .after_failures(self.failures, asked_for, self.chance);
        self.hold_until = Some(Instant::now() + wait);
        let before = self.problem.replace(problem.clone());
        let is_news = before.is_none_or(|before| before.kind != problem.kind);
        if is_news {
            tracing::warn!(%problem, "images could not be listed");
        }
        is_news
    }

    /// When to list next, as things stand; `tempo` is that of the objects that somebody holds.
    pub(super) fn next_listing(&self, tempo: Tempo) -> Instant {
        if let Some(hold) = self.hold_until {
            return hold;
        }
        let Some(last) = self.last_began else {
            return Instant::now();
        };
        let active_still = self.active_until.is_some_and(|until| until > Instant::now());
        let tempo = if active_still || self.trust() != Trust::Trusted {
            Tempo::Active
        } else {
            tempo
        };
        last + self.settings.intervals.after_a_listing(tempo, self.chance)
    }
}

/// In a burst, waits a moment for others who want a listing too.
pub(super) async fn gather_callers<T: Clone>(rhythm: &Mutex<Rhythm>, listing: &SingleFlight<T>) {
    let start = lock(rhythm).pace.next(Instant::now());
    loop {
        let now = Instant::now();
        if now >= start {
            return;
        }
        let arrived = listing.arrived();
        tokio::time::sleep_until(start.min(now + NOBODY_COMES)).await;
        if listing.arrived() == arrived {
            return;
        }
    }
}

/// Logs that doubt has come or gone.
pub(super) fn tell_trust(before: Trust, trust: Trust) {
    match trust {
        Trust::Suspect { vanished, known, .. } if is_trusted(before) => {
            tracing::warn!(
                vanished,
                known,
                "too many images vanished at once: nothing is created or deleted"
            );
        }
        Trust::Trusted if !is_trusted(before) => {
            tracing::info!("the list of images is trusted again");
        }
        Trust::Suspect { .. } | Trust::Trusted => {}
    }
}

pub(super) fn is_trusted(trust: Trust) -> bool {
    trust == Trust::Trusted
}

fn is_absent<T>(answer: &Outcome<T>) -> bool {
    matches!(
        answer,
        Outcome::Refused(Problem {
            kind: ProblemKind::NotFound,
            ..
        })
    )
}
