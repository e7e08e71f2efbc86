//! Elections with hung processes, lost answers and late writes.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::election::{Act, Election, Found, Standing, Written};
use super::times::LeaseTimes;

const DURATION: Duration = Duration::from_secs(15);

fn times() -> LeaseTimes {
    LeaseTimes::new(DURATION).unwrap()
}

fn candidate(now: Instant) -> Election {
    Election::new("me".to_owned(), times(), now)
}

fn found<'a>(version: &'a str, holder: &'a str) -> Found<'a> {
    let holder = (!holder.is_empty()).then_some(holder);
    Found { version, holder }
}

fn leader(now: Instant) -> Election {
    let mut election = candidate(now);
    election.looked(None, now);
    election.wrote(Written::Done, now, now);
    election
}

#[test]
fn a_lease_that_is_not_there_is_made_and_one_without_a_holder_taken_at_once() {
    let now = Instant::now();
    for (lease, act) in [(None, Act::Create), (Some(found("1", "")), Act::Take)] {
        let mut election = candidate(now);
        election.looked(lease, now);
        assert_eq!(election.next(), (act, now));
    }
}

#[test]
fn a_foreign_lease_is_taken_when_it_has_not_changed_for_its_duration_by_our_clock() {
    let start = Instant::now();
    let at = |milliseconds| start + Duration::from_millis(milliseconds);
    let mut election = candidate(start);
    election.looked(Some(found("1", "other")), at(0));
    election.looked(Some(found("2", "other")), at(5_000));
    election.looked(Some(found("2", "other")), at(18_500));
    assert_eq!(election.next(), (Act::Look, at(19_000)));
    election.looked(Some(found("2", "other")), at(19_000));
    assert_eq!(election.next(), (Act::Take, at(19_000)));
}

#[test]
fn a_leader_writes_from_before_its_renewal_was_sent_and_not_from_when_it_was_answered() {
    let start = Instant::now();
    let mut election = leader(start);
    let (act, due) = election.next();
    assert_eq!((act, due), (Act::Renew, start + Duration::from_millis(2_500)));
    election.wrote(Written::Done, due, due + Duration::from_secs(4));
    let valid_until = due + Duration::from_secs(10);
    assert_eq!(election.standing(), Standing::Leading { valid_until });
}

#[test]
fn a_leader_who_gets_no_answer_goes_on_asking_and_writes_no_longer_for_it() {
    let start = Instant::now();
    let mut election = leader(start);
    let before = election.standing();
    election.wrote(Written::Unknown, start, start + Duration::from_secs(5));
    election.failed(start + Duration::from_secs(30));
    assert_eq!(election.standing(), before);
    assert_eq!(election.next().0, Act::Renew);
}

#[test]
fn a_leader_who_was_overtaken_looks_and_stands_by_when_another_holds_the_lease() {
    let now = Instant::now();
    let mut election = leader(now);
    election.wrote(Written::Overtaken, now, now);
    assert_eq!(election.next(), (Act::Look, now));
    election.looked(Some(found("9", "other")), now);
    assert_eq!(election.standing(), Standing::Standby);
}

#[test]
fn a_leader_whose_own_write_overtook_it_stays_one() {
    let now = Instant::now();
    let mut election = leader(now);
    election.wrote(Written::Unknown, now, now);
    election.wrote(Written::Overtaken, now, now);
    election.looked(Some(found("2", "me")), now);
    assert_eq!(election.next(), (Act::Renew, now));
    assert_ne!(election.standing(), Standing::Standby);
}

#[test]
fn a_write_whose_answer_was_lost_does_not_lead_before_it_is_known() {
    let now = Instant::now();
    let mut election = candidate(now);
    election.looked(None, now);
    election.wrote(Written::Unknown, now, now);
    assert_eq!(election.standing(), Standing::Standby);
    election.looked(Some(found("1", "me")), now);
    assert_eq!(election.next(), (Act::Take, now));
}

/// The lease as the API server has it, and candidates whose requests take any time to arrive and to be answered.
struct World {
    now: Instant,
    lease: Option<(u64, usize)>,
    versions: u64,
    candidates: Vec<Campaign>,
}

struct Campaign {
    election: Election,
    /// The version that it last read or wrote.
    version: u64,
    request: Option<Request>,
}

struct Request {
    act: Act,
    asked: Instant,
    answer: Option<Answer>,
}

enum Answer {
    Read(Option<(u64, usize)>),
    Wrote(Option<u64>),
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// So many milliseconds go by.
    Pass(u64),
    Send(usize),
    Arrive(usize),
    Answer(usize),
    LoseAnswer(usize),
}

impl World {
    fn new(candidates: usize) -> Self {
        let now = Instant::now();
        let campaign = |number: usize| Campaign {
            election: Election::new(number.to_string(), times(), now),
            version: 0,
            request: None,
        };
        World {
            now,
            lease: None,
            versions: 0,
            candidates: (0..candidates).map(campaign).collect(),
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Pass(milliseconds) => self.now += Duration::from_millis(milliseconds),
            Event::Send(number) => self.send(number),
            Event::Arrive(number) => self.arrive(number),
            Event::Answer(number) => self.answer(number),
            Event::LoseAnswer(number) => self.lose(number),
        }
    }

    fn send(&mut self, number: usize) {
        let campaign = &mut self.candidates[number];
        let (act, due) = campaign.election.next();
        if campaign.request.is_none() && due <= self.now {
            campaign.request = Some(Request {
                act,
                asked: self.now,
                answer: None,
            });
        }
    }

    fn arrive(&mut self, number: usize) {
        let campaign = &mut self.candidates[number];
        let Some(request) = campaign
            .request
            .as_mut()
            .filter(|request| request.answer.is_none())
        else {
            return;
        };
        let there = self.lease.map(|(version, _)| version);
        let fits = match request.act {
            Act::Look => {
                request.answer = Some(Answer::Read(self.lease));
                return;
            }
            Act::Create => there.is_none(),
            Act::Take | Act::Renew => there == Some(campaign.version),
        };
        request.answer = Some(Answer::Wrote(fits.then(|| {
            self.versions += 1;
            self.lease = Some((self.versions, number));
            self.versions
        })));
    }

    fn answer(&mut self, number: usize) {
        let now = self.now;
        let campaign = &mut self.candidates[number];
        let Some(request) = campaign.request.take_if(|request| request.answer.is_some()) else {
            return;
        };
        match request.answer.unwrap() {
            Answer::Read(lease) => {
                let written = lease.map(|(version, holder)| (version.to_string(), holder.to_string()));
                let found = written.as_ref().map(|(version, holder)| Found {
                    version,
                    holder: Some(holder),
                });
                campaign.election.looked(found, now);
                campaign.version = lease.map_or(0, |(version, _)| version);
            }
            Answer::Wrote(None) => campaign.election.wrote(Written::Overtaken, request.asked, now),
            Answer::Wrote(Some(version)) => {
                campaign.version = version;
                campaign.election.wrote(Written::Done, request.asked, now);
            }
        }
    }

    fn lose(&mut self, number: usize) {
        let now = self.now;
        let campaign = &mut self.candidates[number];
        match campaign.request.take() {
            Some(Request { act: Act::Look, .. }) => campaign.election.failed(now),
            Some(request) => campaign.election.wrote(Written::Unknown, request.asked, now),
            None => {}
        }
    }

    /// Those who may write now.
    fn writers(&self) -> usize {
        let may = |standing| matches!(standing, Standing::Leading { valid_until } if self.now < valid_until);
        let all = self.candidates.iter();
        all.filter(|campaign| may(campaign.election.standing())).count()
    }
}

fn events(candidates: usize) -> impl Strategy<Value = Vec<Event>> {
    let one = prop_oneof![
        4 => (0_u64..1_500).prop_map(Event::Pass),
        1 => (0_u64..20_000).prop_map(Event::Pass),
        6 => (0..candidates).prop_map(Event::Send),
        6 => (0..candidates).prop_map(Event::Arrive),
        6 => (0..candidates).prop_map(Event::Answer),
        1 => (0..candidates).prop_map(Event::LoseAnswer),
    ];
    proptest::collection::vec(one, 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whoever_hangs_and_whatever_is_lost_there_are_never_two_who_may_write(events in events(3)) {
        let mut world = World::new(3);
        for event in events {
            world.happen(event);
            prop_assert!(world.writers() <= 1, "{} may write", world.writers());
        }
    }

    #[test]
    fn whatever_happened_one_who_still_runs_leads_within_the_duration(events in events(3)) {
        let mut world = World::new(3);
        for event in events {
            world.happen(event);
        }
        // The others are gone, and what they have sent with them.
        let since = world.now;
        world.lose(0);
        while !matches!(world.candidates[0].election.standing(), Standing::Leading { valid_until } if world.now < valid_until) {
            for event in [Event::Pass(100), Event::Send(0), Event::Arrive(0), Event::Answer(0)] {
                world.happen(event);
            }
            prop_assert!(world.now - since <= DURATION + Duration::from_millis(500));
        }
    }
}
