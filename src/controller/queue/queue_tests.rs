//! The queue, with a clock of its own.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::backoff;
use super::queue::{Depth, Queue, Urgency, Verdict};
use crate::controller::key::{Key, Kind};

const SECOND: Duration = Duration::from_secs(1);

/// A queue and its clock.
struct Bench {
    queue: Queue,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        Bench {
            queue: Queue::default(),
            now: Instant::now(),
        }
    }

    fn wake(&mut self, name: &str, urgency: Urgency) {
        self.queue.wake(key(name), urgency, self.now);
    }

    fn take(&mut self) -> Option<String> {
        self.queue.take(self.now).map(|work| work.key.name)
    }

    fn finish(&mut self, name: &str, verdict: Verdict) {
        self.queue.finish(key(name), verdict, self.now, 0.0);
    }

    /// One pass over an object that has to be next.
    fn pass(&mut self, name: &str, verdict: Verdict) {
        assert_eq!(self.take().as_deref(), Some(name));
        self.finish(name, verdict);
    }

    fn after(&mut self, time: Duration) -> &mut Self {
        self.now += time;
        self
    }
}

fn key(name: &str) -> Key {
    Key::new(Kind::ImageCatalog, "n", name)
}

#[test]
fn an_object_is_handed_out_once_however_often_it_is_asked_for() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    bench.wake("a", Urgency::Change);
    bench.wake("a", Urgency::UserEdit);
    assert_eq!(bench.take().as_deref(), Some("a"));
    assert_eq!(bench.take(), None);
}

#[test]
fn what_is_asked_for_during_a_pass_happens_after_it() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    bench.take();
    bench.wake("a", Urgency::Change);
    assert_eq!(bench.take(), None);
    bench.finish("a", Verdict::Settled);
    assert_eq!(bench.take().as_deref(), Some("a"));
}

#[test]
fn a_settled_object_is_forgotten() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    bench.pass("a", Verdict::Settled);
    assert_eq!(bench.queue.depth(), Depth::default());
    assert_eq!(bench.queue.next_time(), None);
}

#[test]
fn users_edits_come_before_changes_and_those_before_resyncs() {
    let mut bench = Bench::new();
    bench.wake("resync", Urgency::Resync);
    bench.wake("change", Urgency::Change);
    bench.wake("edit", Urgency::UserEdit);
    let order: Vec<_> = std::iter::from_fn(|| bench.take()).collect();
    assert_eq!(order, ["edit", "change", "resync"]);
}

#[test]
fn an_edit_moves_an_object_up_that_waits_already() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    bench.wake("b", Urgency::Resync);
    bench.wake("b", Urgency::UserEdit);
    assert_eq!(bench.take().as_deref(), Some("b"));
}

#[test]
fn a_flood_of_edits_does_not_keep_a_resync_waiting_for_ever() {
    let mut bench = Bench::new();
    bench.wake("resync", Urgency::Resync);
    let mut turns = 0;
    loop {
        bench.wake(&format!("edit-{turns}"), Urgency::UserEdit);
        bench.wake(&format!("edit-{turns}-too"), Urgency::UserEdit);
        turns += 1;
        if bench.take().as_deref() == Some("resync") {
            break;
        }
    }
    assert_eq!(turns, 8);
}

#[test]
fn the_next_look_comes_when_the_last_one_said_or_earlier_when_asked_for() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    bench.pass("a", Verdict::After(SECOND * 10));
    assert_eq!(bench.queue.next_time(), Some(bench.now + SECOND * 10));
    assert_eq!(bench.after(SECOND * 9).take(), None);
    bench.after(SECOND).pass("a", Verdict::After(SECOND * 10));
    bench.wake("a", Urgency::Change);
    bench.pass("a", Verdict::Settled);
    assert_eq!(bench.after(SECOND * 20).take(), None);
}

#[test]
fn a_change_waits_for_the_pause_after_a_failure_and_a_users_edit_does_not() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    bench.pass("a", Verdict::Failed);
    bench.wake("a", Urgency::Change);
    assert_eq!(bench.take(), None);
    bench.wake("a", Urgency::UserEdit);
    assert_eq!(bench.take().as_deref(), Some("a"));
}

#[test]
fn an_edit_during_a_pass_that_fails_is_not_held_up() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    bench.take();
    bench.wake("a", Urgency::UserEdit);
    bench.finish("a", Verdict::Failed);
    assert_eq!(bench.take().as_deref(), Some("a"));
}

#[test]
fn nothing_comes_before_the_time_that_a_remote_asked_for() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    bench.pass("a", Verdict::FailedUntil(SECOND * 30));
    for urgency in Urgency::ALL {
        bench.wake("a", urgency);
    }
    assert_eq!(bench.after(SECOND * 29).take(), None);
    let work = bench.queue.take(bench.now + SECOND).unwrap();
    assert_eq!((work.urgency, work.waited), (Urgency::UserEdit, Duration::ZERO));
}

#[test]
fn what_is_not_allowed_yet_is_asked_for_again_within_a_minute_however_often_it_was() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    let pauses: Vec<u64> = (0..9)
        .map(|_| {
            bench.pass("a", Verdict::NotYet);
            let pause = bench.queue.next_time().unwrap() - bench.now;
            bench.after(pause);
            pause.as_secs()
        })
        .collect();
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[test]
fn pauses_grow_with_each_failure_and_start_over_after_a_success_or_an_edit() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    let pause = |bench: &mut Bench| {
        bench.pass("a", Verdict::Failed);
        let pause = bench.queue.next_time().unwrap() - bench.now;
        bench.after(pause);
        pause
    };
    assert_eq!([pause(&mut bench), pause(&mut bench)], [SECOND, SECOND * 2]);
    bench.pass("a", Verdict::Settled);
    bench.wake("a", Urgency::Resync);
    assert_eq!([pause(&mut bench), pause(&mut bench)], [SECOND, SECOND * 2]);
    bench.wake("a", Urgency::UserEdit);
    assert_eq!(pause(&mut bench), SECOND);
}

#[test]
fn an_object_that_is_gone_and_made_anew_starts_afresh() {
    let mut bench = Bench::new();
    bench.wake("a", Urgency::Resync);
    bench.take();
    bench.wake("a", Urgency::UserEdit);
    bench.finish("a", Verdict::Gone);
    assert_eq!(bench.take().as_deref(), Some("a"));
}

#[test]
fn a_wait_beyond_all_measure_is_no_overflow() {
    let mut bench = Bench::new();
    for verdict in [Verdict::After(Duration::MAX), Verdict::FailedUntil(Duration::MAX)] {
        bench.wake("a", Urgency::UserEdit);
        bench.pass("a", verdict);
        bench.after(Duration::from_hours(24 * 30));
    }
    assert_eq!(bench.take().as_deref(), Some("a"));
}

#[derive(Clone, Debug)]
enum Happening {
    Wake(u8, Urgency),
    Take,
    Finish(u8, Verdict),
    Pass(u16),
}

fn happening() -> impl Strategy<Value = Happening> {
    let urgency = prop::sample::select(Urgency::ALL.to_vec());
    let verdict = prop_oneof![
        Just(Verdict::Settled),
        Just(Verdict::Failed),
        Just(Verdict::NotYet),
        Just(Verdict::Gone),
        (0..5_000_u64).prop_map(|millis| Verdict::After(Duration::from_millis(millis))),
        (0..5_000_u64).prop_map(|millis| Verdict::FailedUntil(Duration::from_millis(millis))),
    ];
    prop_oneof![
        (0..6_u8, urgency).prop_map(|(name, urgency)| Happening::Wake(name, urgency)),
        Just(Happening::Take),
        (0..6_u8, verdict).prop_map(|(name, verdict)| Happening::Finish(name, verdict)),
        (0..3_000_u16).prop_map(Happening::Pass),
    ]
}

/// What has to hold of one object, kept in the simplest way.
#[derive(Default)]
struct Expected {
    /// A pass was asked for, and has not begun.
    owed: Option<Urgency>,
    look_at: Option<Instant>,
    failures: u32,
    backoff_until: Option<Instant>,
    throttled_until: Option<Instant>,
}

impl Expected {
    fn may_begin(&self, now: Instant) -> bool {
        let throttled = self.throttled_until.is_some_and(|until| now < until);
        let held = self.backoff_until.is_some_and(|until| now < until);
        let asked = self
            .owed
            .is_some_and(|urgency| urgency == Urgency::UserEdit || !held);
        !throttled && (asked || self.look_at.is_some_and(|at| now >= at))
    }

    fn finish(&mut self, verdict: Verdict, now: Instant) {
        (self.backoff_until, self.throttled_until) = (None, None);
        match verdict {
            Verdict::Settled | Verdict::Gone => self.failures = 0,
            Verdict::After(pause) => {
                self.failures = 0;
                self.look_at = Some(now + pause);
            }
            Verdict::Failed | Verdict::NotYet => {
                let longest = match verdict {
                    Verdict::NotYet => backoff::LONGEST_NOT_YET,
                    _ => backoff::LONGEST,
                };
                self.failures += 1;
                self.backoff_until = Some(now + backoff::pause(self.failures, longest, 0.0));
                self.look_at = self.backoff_until;
            }
            Verdict::FailedUntil(pause) => {
                self.throttled_until = Some(now + pause);
                self.look_at = self.throttled_until;
            }
        }
    }
}

proptest! {
    /// A pass begins exactly when one may, never twice at a time, and none that was asked for is lost.
    #[test]
    fn passes_begin_when_they_may_and_none_is_lost(happenings in prop::collection::vec(happening(), 0..200)) {
        let mut bench = Bench::new();
        let mut expected: HashMap<String, Expected> = HashMap::new();
        let mut running: HashSet<String> = HashSet::new();
        for happening in happenings {
            match happening {
                Happening::Wake(name, urgency) => {
                    let name = name.to_string();
                    bench.wake(&name, urgency);
                    let expected = expected.entry(name).or_default();
                    expected.owed = Some(expected.owed.map_or(urgency, |before| before.min(urgency)));
                    if urgency == Urgency::UserEdit {
                        expected.failures = 0;
                    }
                }
                Happening::Take => {
                    let now = bench.now;
                    let any = expected.iter().any(|(name, e)| !running.contains(name) && e.may_begin(now));
                    let taken = bench.take();
                    prop_assert_eq!(taken.is_some(), any);
                    if let Some(name) = taken {
                        let expected = expected.entry(name.clone()).or_default();
                        prop_assert!(expected.may_begin(now));
                        (expected.owed, expected.look_at) = (None, None);
                        prop_assert!(running.insert(name));
                    }
                }
                Happening::Finish(name, verdict) => {
                    let name = name.to_string();
                    bench.finish(&name, verdict);
                    if running.remove(&name) {
                        expected.entry(name).or_default().finish(verdict, bench.now);
                    }
                }
                Happening::Pass(millis) => {
                    bench.after(Duration::from_millis(millis.into()));
                }
            }
            prop_assert_eq!(bench.queue.depth().running, running.len());
        }
        for name in running.drain() {
            bench.finish(&name, Verdict::Settled);
            expected.entry(name).or_default().finish(Verdict::Settled, bench.now);
        }
        bench.after(backoff::LONGEST);
        let mut owed: HashSet<String> = expected
            .into_iter()
            .filter(|(_, expected)| expected.may_begin(bench.now))
            .map(|(name, _)| name)
            .collect();
        while let Some(name) = bench.take() {
            prop_assert!(owed.remove(&name));
            bench.finish(&name, Verdict::Settled);
        }
        prop_assert!(owed.is_empty());
        prop_assert_eq!(bench.queue.depth(), Depth::default());
    }
}
