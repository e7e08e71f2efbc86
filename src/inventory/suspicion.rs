//! When to believe that objects are gone.
//!
//! A wrong organisation, a broken index and an empty account look alike in a list. So objects that are missing from
//! one stay in force while many vanish at once, until the same picture has held for the settling window and requests
//! by id agree; and where a list could not be read to its end, until they have been missing for that long.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::lifecycle::RemoteId;

/// Fewer objects than this may vanish at once without any doubt.
const MASS: usize = 5;

/// More than one in this many must vanish at once to raise doubt.
const SHARE: usize = 10;

/// How many of the missing objects are asked for by id before their absence is believed.
const SAMPLE: usize = 5;

/// Whether an account looks as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It does.
    Trusted,
    /// Too much vanished at once. What vanished is shown as before, and nothing should be created or deleted.
    Suspect {
        /// Since when the list has looked exactly as it does now.
        since: Instant,
        /// How many objects are missing.
        vanished: usize,
        /// How many objects there were.
        known: usize,
    },
}

/// How far a list can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Completeness {
    /// Every object that there was is in it.
    Complete,
    /// Some objects may be missing.
    Partial,
}

/// What a list tells, as far as absence is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account<'a> {
    /// What is in force: the ids of the previous snapshot.
    pub known: BTreeSet<&'a RemoteId>,
    /// The ids of the new list.
    pub listed: BTreeSet<&'a RemoteId>,
    /// Objects that nobody wonders about: they were being deleted, or we have just written to them.
    pub expected_to_go: BTreeSet<&'a RemoteId>,
    /// How far the new list can be relied on.
    pub completeness: Completeness,
}

/// What to make of the objects that a list does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// These stay in force as they were; all others are gone.
    pub keep: BTreeSet<RemoteId>,
    /// Where this holds ids, the picture has held: ask for them by id. When each is absent, say
    /// [`Suspicion::confirmed`], and nothing is kept; when one is found, say [`Suspicion::contradicted`].
    pub ask: Vec<RemoteId>,
}

/// Watches what vanishes from list to list.
#[derive(Debug)]
pub(super) struct Suspicion {
    settling_window: Duration,
    missing_since: BTreeMap<RemoteId, Instant>,
    picture: Option<Picture>,
}

#[derive(Debug)]
struct Picture {
    since: Instant,
    vanished: BTreeSet<RemoteId>,
    known: usize,
}

impl Suspicion {
    /// No doubt so far. Absence must hold for `settling_window` before it is believed in spite of doubt.
    pub(super) fn new(settling_window: Duration) -> Self {
        Suspicion {
            settling_window,
            missing_since: BTreeMap::new(),
            picture: None,
        }
    }

    /// Whether the account looks as it should.
    pub(super) fn trust(&self) -> Trust {
        match &self.picture {
            None => Trust::Trusted,
            Some(picture) => Trust::Suspect {
                since: picture.since,
                vanished: picture.vanished.len(),
                known: picture.known,
            },
        }
    }

    /// Judges a new list.
    pub(super) fn judge(&mut self, account: &Account<'_>, now: Instant) -> Verdict {
        let missing: BTreeSet<&RemoteId> = account.known.difference(&account.listed).copied().collect();
        self.missing_since.retain(|id, _| missing.contains(id));
        for id in &missing {
            self.missing_since.entry((*id).clone()).or_insert(now);
        }

        let vanished: BTreeSet<RemoteId> = missing
            .difference(&account.expected_to_go)
            .map(|id| (*id).clone())
            .collect();
        let others = account.known.difference(&account.expected_to_go).count();
        let mut verdict = Verdict::default();
        if account.completeness == Completeness::Partial {
            verdict.keep = self.missing_for_less_than_the_window(now);
        }
        if vanished.len() < MASS || vanished.len() * SHARE <= others {
            self.picture = None;
            return verdict;
        }

        let since = match &self.picture {
            Some(picture) if picture.vanished == vanished => picture.since,
            _ => now,
        };
        let held = now.duration_since(since) >= self.settling_window;
        if held && account.completeness == Completeness::Complete {
            verdict.ask = spread(&vanished);
        }
        verdict.keep.extend(vanished.iter().cloned());
        self.picture = Some(Picture {
            since,
            vanished,
            known: account.known.len(),
        });
        verdict
    }

    /// Requests by id agree: what is missing is gone.
    pub(super) fn confirmed(&mut self) {
        self.picture = None;
        self.missing_since.clear();
    }

    /// A request by id found one of the missing: the picture must hold for another settling window.
    pub(super) fn contradicted(&mut self, now: Instant) {
        if let Some(picture) = &mut self.picture {
            picture.since = now;
        }
    }

    fn missing_for_less_than_the_window(&self, now: Instant) -> BTreeSet<RemoteId> {
        self.missing_since
            .iter()
            .filter(|(_, since)| now.duration_since(**since) < self.settling_window)
            .map(|(id, _)| id.clone())
            .collect()
    }
}

/// At most [`SAMPLE`] of the ids, from all over the set.
fn spread(ids: &BTreeSet<RemoteId>) -> Vec<RemoteId> {
    let stride = ids.len().div_ceil(SAMPLE).max(1);
    ids.iter().step_by(stride).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_mins(5);

    fn ids(range: std::ops::Range<usize>) -> Vec<RemoteId> {
        range.map(|n| format!("i{n:03}").parse().unwrap()).collect()
    }

    fn account<'a>(known: &'a [RemoteId], listed: &'a [RemoteId]) -> Account<'a> {
        Account {
            known: known.iter().collect(),
            listed: listed.iter().collect(),
            expected_to_go: BTreeSet::new(),
            completeness: Completeness::Complete,
        }
    }

    #[test]
    fn four_of_four_or_a_tenth_of_a_hundred_may_vanish_without_doubt() {
        let mut suspicion = Suspicion::new(WINDOW);
        let verdict = suspicion.judge(&account(&ids(0..4), &[]), Instant::now());
        assert_eq!((verdict, suspicion.trust()), (Verdict::default(), Trust::Trusted));
        let verdict = suspicion.judge(&account(&ids(0..100), &ids(10..100)), Instant::now());
        assert_eq!((verdict, suspicion.trust()), (Verdict::default(), Trust::Trusted));
    }

    #[test]
    fn more_than_a_tenth_and_at_least_five_raise_doubt_and_stay_in_force() {
        let now = Instant::now();
        let mut suspicion = Suspicion::new(WINDOW);
        let verdict = suspicion.judge(&account(&ids(0..100), &ids(11..100)), now);
        assert_eq!(verdict.keep, ids(0..11).into_iter().collect());
        assert_eq!(verdict.ask, []);
        let suspect = Trust::Suspect {
            since: now,
            vanished: 11,
            known: 100,
        };
        assert_eq!(suspicion.trust(), suspect);

        suspicion = Suspicion::new(WINDOW);
        suspicion.judge(&account(&ids(0..5), &[]), now);
        assert_ne!(suspicion.trust(), Trust::Trusted);
    }

    #[test]
    fn objects_that_were_on_their_way_out_raise_no_doubt() {
        let known = ids(0..20);
        let mut account = account(&known, &[]);
        account.expected_to_go = known.iter().take(16).collect();
        let mut suspicion = Suspicion::new(WINDOW);
        assert_eq!(suspicion.judge(&account, Instant::now()), Verdict::default());
        assert_eq!(suspicion.trust(), Trust::Trusted);
    }

    #[test]
    fn the_same_picture_for_a_settling_window_asks_for_a_few_by_id() {
        let start = Instant::now();
        let mut suspicion = Suspicion::new(WINDOW);
        let known = ids(0..50);
        suspicion.judge(&account(&known, &[]), start);
        let early = suspicion.judge(&account(&known, &[]), start + WINDOW.mul_f32(0.9));
        assert_eq!(early.ask, []);
        let held = suspicion.judge(&account(&known, &[]), start + WINDOW);
        assert_eq!(held.ask.len(), SAMPLE);
        assert_eq!(held.keep.len(), 50);
        suspicion.confirmed();
        assert_eq!(suspicion.trust(), Trust::Trusted);
    }

    #[test]
    fn a_picture_that_changes_must_hold_anew() {
        let start = Instant::now();
        let mut suspicion = Suspicion::new(WINDOW);
        let known = ids(0..50);
        suspicion.judge(&account(&known, &ids(0..20)), start);
        suspicion.judge(&account(&known, &ids(0..19)), start + WINDOW.mul_f32(0.9));
        let verdict = suspicion.judge(&account(&known, &ids(0..19)), start + WINDOW);
        assert_eq!(verdict.ask, []);
    }

    #[test]
    fn one_that_is_found_by_id_starts_the_window_anew() {
        let start = Instant::now();
        let mut suspicion = Suspicion::new(WINDOW);
        let known = ids(0..50);
        suspicion.judge(&account(&known, &[]), start);
        assert_ne!(suspicion.judge(&account(&known, &[]), start + WINDOW).ask, []);
        suspicion.contradicted(start + WINDOW);
        let verdict = suspicion.judge(&account(&known, &[]), start + WINDOW * 2 - Duration::from_secs(1));
        assert_eq!(verdict.ask, []);
        assert_eq!(verdict.keep.len(), 50);
    }

    #[test]
    fn when_they_are_back_the_account_is_trusted_again() {
        let mut suspicion = Suspicion::new(WINDOW);
        let known = ids(0..50);
        suspicion.judge(&account(&known, &[]), Instant::now());
        let verdict = suspicion.judge(&account(&known, &known), Instant::now());
        assert_eq!((verdict, suspicion.trust()), (Verdict::default(), Trust::Trusted));
    }

    #[test]
    fn a_list_that_was_not_read_to_its_end_tells_of_absence_only_after_a_window() {
        let start = Instant::now();
        let known = ids(0..50);
        let listed = ids(1..50);
        let mut partial = account(&known, &listed);
        partial.completeness = Completeness::Partial;
        let mut suspicion = Suspicion::new(WINDOW);
        let verdict = suspicion.judge(&partial, start);
        assert_eq!(verdict.keep, ids(0..1).into_iter().collect());
        assert_eq!(suspicion.trust(), Trust::Trusted);
        assert_eq!(suspicion.judge(&partial, start + WINDOW), Verdict::default());
    }
}
