//! The inventory against an account in memory, on a clock that stands still unless somebody waits.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::examples::{copy, image, version};
use super::lock::lock;
use super::recorder::NoInventoryRecorder;
use super::*;
use crate::lifecycle::{Described, Install, Mark, ObjectPart, Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::imagemgmt::model::{Coherence, Copy, Image, ListAnswer, Listing, StreamName, Version};

const ACTIVE: Duration = Duration::from_secs(15);
const IDLE: Duration = Duration::from_mins(10);
const WINDOW: Duration = Duration::from_mins(5);
const LIST_TAKES: Duration = Duration::from_millis(20);

/// What the account contains and how it answers.
#[derive(Clone, Default)]
struct Account {
    images: BTreeMap<RemoteId, Image>,
    hidden: Vec<RemoteId>,
    copies: Vec<Copy>,
    versions: BTreeMap<RemoteId, Vec<Version>>,
    list_problem: Option<Outcome<()>>,
    copies_problem: Option<Outcome<()>>,
    coherence: Option<Coherence>,
}

/// A remote in memory that counts what is asked of it.
#[derive(Clone, Default)]
struct Remote {
    account: Arc<Mutex<Account>>,
    lists: Arc<AtomicUsize>,
    version_reads: Arc<Mutex<Vec<(RemoteId, Instant)>>>,
    copy_reads: Arc<AtomicUsize>,
    gets: Arc<AtomicUsize>,
    searches: Arc<AtomicUsize>,
}

fn listing<T>(items: Vec<T>) -> Outcome<Listing<T>> {
    Outcome::Done(Listing {
        items,
        ..Listing::empty(ListAnswer::Items)
    })
}

fn not_done<T>(problem: Outcome<()>) -> Outcome<T> {
    problem.map(|()| unreachable!("a problem has no answer"))
}

impl Source for Remote {
    async fn list_images(&self) -> Outcome<Listing<Image>> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        let account = lock(&self.account).clone();
        sleep(LIST_TAKES).await;
        if let Some(problem) = account.list_problem {
            return not_done(problem);
        }
        let shown = account
            .images
            .into_iter()
            .filter(|(id, _)| !account.hidden.contains(id));
        let mut all = Listing::empty(ListAnswer::Items);
        all.items = shown.map(|(_, image)| image).collect();
        all.coherence = account.coherence.unwrap_or(Coherence::Steady);
        Outcome::Done(all)
    }

    async fn list_image_copies(&self) -> Outcome<Listing<Copy>> {
        let account = lock(&self.account).clone();
        sleep(LIST_TAKES).await;
        match account.copies_problem {
            Some(problem) => not_done(problem),
            None => listing(account.copies),
        }
    }

    async fn list_versions(&self, image: &RemoteId) -> Outcome<Listing<Version>> {
        lock(&self.version_reads).push((image.clone(), Instant::now()));
        let versions = lock(&self.account).versions.get(image).cloned();
        sleep(Duration::from_millis(5)).await;
        listing(versions.unwrap_or_default())
    }

    async fn list_copies(&self, _image: &RemoteId, version: &RemoteId) -> Outcome<Listing<Copy>> {
        self.copy_reads.fetch_add(1, Ordering::Relaxed);
        listing(vec![copy(&format!("copy-of-{version}"), "unsaid")])
    }

    async fn get_image(&self, id: &RemoteId) -> Outcome<Image> {
        self.gets.fetch_add(1, Ordering::Relaxed);
        match lock(&self.account).images.get(id) {
            Some(image) => Outcome::Done(image.clone()),
            None => Outcome::Refused(Problem::new(ProblemKind::NotFound, "no such image")),
        }
    }

    async fn find_images(&self, name: &StreamName) -> Outcome<Listing<Image>> {
        self.searches.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(5)).await;
        let account = lock(&self.account).clone();
        listing(
            account
                .images
                .into_values()
                .filter(|i| i.name == name.as_str())
                .collect(),
        )
    }
}

impl Remote {
    fn of(count: usize) -> Self {
        let remote = Remote::default();
        for n in 0..count {
            remote.add(image(&format!("i{n:05}"), &format!("win{n}")));
        }
        remote
    }

    fn add(&self, image: Image) {
        let mut account = lock(&self.account);
        let id = image.id.clone();
        let of_image = vec![version(&format!("v-{id}"))];
        account.versions.insert(id.clone(), of_image);
        account.copies.push(copy(&format!("c-{id}"), id.as_str()));
        account.images.insert(id, image);
    }

    fn change(&self, change: impl FnOnce(&mut Account)) {
        change(&mut lock(&self.account));
    }

    fn lists(&self) -> usize {
        self.lists.load(Ordering::Relaxed)
    }

    fn version_reads(&self) -> usize {
        lock(&self.version_reads).len()
    }

    fn inventory(&self) -> Arc<Inventory<Remote>> {
        let settings = Settings {
            intervals: Intervals::new(ACTIVE, IDLE).unwrap(),
            settling_window: WINDOW,
            random: || 0.5,
        };
        Arc::new(Inventory::new(
            self.clone(),
            settings,
            Arc::new(NoInventoryRecorder),
        ))
    }
}

/// The poll loop of an inventory, for as long as this lives.
struct Running(JoinHandle<()>);

impl Running {
    fn start(inventory: &Arc<Inventory<Remote>>) -> Self {
        Running(tokio::spawn(Arc::clone(inventory).run(pending())))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn id(text: &str) -> RemoteId {
    text.parse().unwrap()
}

fn name(text: &str) -> StreamName {
    text.parse().unwrap()
}

fn holder(name: &str) -> ObjectPart {
    ObjectPart::of("ImageCatalog", "team", name, "image")
}

fn mark(name: &str) -> Mark {
    Mark {
        install: Install::of_cluster("here"),
        object: holder(name),
    }
}

async fn listed(inventory: &Inventory<Remote>) -> Arc<Snapshot> {
    match inventory.listed_since(Instant::now()).await {
        Outcome::Done(snapshot) => snapshot,
        other => panic!("not listed: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_a_thousand_callers_costs_a_handful_of_listings() {
    let remote = Remote::of(3);
    let inventory = remote.inventory();
    let callers = (0..1_000).map(|n| {
        let inventory = Arc::clone(&inventory);
        async move {
            sleep(Duration::from_millis(n)).await;
            let moment = Instant::now();
            let snapshot = inventory.listed_since(moment).await;
            matches!(snapshot, Outcome::Done(snapshot) if snapshot.began >= moment)
        }
    });
    assert!(join_all(callers).await.into_iter().all(|fresh| fresh));
    assert!(remote.lists() <= 10, "{} listings", remote.lists());
}

#[tokio::test(start_paused = true)]
async fn a_few_callers_at_a_time_are_not_held_up() {
    let remote = Remote::of(3);
    let inventory = remote.inventory();
    let start = Instant::now();
    for _ in 0..20 {
        join_all((0..16).map(|_| inventory.listed_since(Instant::now()))).await;
    }
    assert_eq!(remote.lists(), 20);
    assert!(start.elapsed() < (LIST_TAKES + Duration::from_millis(10)) * 20);
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_started_before_the_moment_is_not_used() {
    let remote = Remote::of(1);
    let inventory = remote.inventory();
    let late = async {
        sleep(LIST_TAKES / 2).await;
        remote.add(image("new", "new"));
        listed(&inventory).await
    };
    let (early, late) = tokio::join!(listed(&inventory), late);
    assert!(early.get(&id("new")).is_none());
    assert!(late.get(&id("new")).is_some());
    assert_eq!(remote.lists(), 2);
}

#[tokio::test(start_paused = true)]
async fn in_a_large_account_a_single_caller_searches_and_a_crowd_lists() {
    let remote = Remote::of(2_000);
    let inventory = remote.inventory();
    listed(&inventory).await;
    sleep(Duration::from_secs(2)).await;

    let mut marked = image("new", "fresh");
    marked.description = Some(Described::render("", mark("fresh")));
    remote.add(marked);
    let found = inventory
        .look(&name("fresh"), holder("fresh"), Instant::now())
        .await;
    let Outcome::Done(found) = found else {
        panic!("{found:?}")
    };
    assert_eq!(found[0].mark, Some(mark("fresh")));
    assert_eq!((remote.lists(), remote.searches.load(Ordering::Relaxed)), (1, 1));

    let fresh = name("fresh");
    let crowd = join_all((0..100).map(|_| inventory.look(&fresh, holder("fresh"), Instant::now()))).await;
    let all_found = crowd
        .iter()
        .all(|outcome| matches!(outcome, Outcome::Done(found) if found.len() == 1));
    assert!(all_found);
    assert!(remote.lists() <= 3);
    assert!(remote.searches.load(Ordering::Relaxed) <= 3);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_did_not_hold_still_is_no_proof_and_a_search_takes_its_place() {
    let remote = Remote::of(2);
    let inventory = remote.inventory();
    listed(&inventory).await;
    remote.change(|account| {
        account.coherence = Some(Coherence::Moving);
        account.hidden = vec![id("i00000")];
    });
    let outcome = inventory.listed_since(Instant::now()).await;
    assert_eq!(outcome.class(), "unknown");
    assert!(inventory.latest().unwrap().get(&id("i00000")).is_some());
    assert_eq!(inventory.last_problem(), None);

    let found = inventory
        .look(&name("win0"), holder("win0"), Instant::now())
        .await;
    assert!(matches!(found, Outcome::Done(found) if found.len() == 1));
    assert_eq!(remote.searches.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn when_most_vanish_they_stay_until_the_picture_has_held_and_requests_by_id_agree() {
    let remote = Remote::of(30);
    let inventory = remote.inventory();
    listed(&inventory).await;
    let _running = Running::start(&inventory);
    let emptied = Instant::now();
    remote.change(|account| account.images.clear());

    let snapshot = listed(&inventory).await;
    assert_eq!(snapshot.entries().len(), 30);
    assert!(matches!(
        inventory.trust(),
        Trust::Suspect {
            vanished: 30,
            known: 30,
            ..
        }
    ));
    assert_eq!(remote.gets.load(Ordering::Relaxed), 0);

    let changes = inventory.subscribe();
    loop {
        let news = timeout(WINDOW * 2, changes.next()).await.unwrap();
        if news.account == AccountChange::Moved {
            assert_eq!(news.images.len(), 30);
            break;
        }
    }
    assert!(emptied.elapsed() >= WINDOW);
    assert_eq!(inventory.trust(), Trust::Trusted);
    assert_eq!(inventory.latest().unwrap().entries().len(), 0);
    assert_eq!(remote.gets.load(Ordering::Relaxed), 5);
}

#[tokio::test(start_paused = true)]
async fn what_is_hidden_from_the_list_but_found_by_id_is_never_taken_for_gone() {
    let remote = Remote::of(30);
    let inventory = remote.inventory();
    listed(&inventory).await;
    let _running = Running::start(&inventory);
    remote.change(|account| account.hidden = account.images.keys().cloned().collect());
    sleep(WINDOW * 3 + IDLE).await;
    assert!(remote.gets.load(Ordering::Relaxed) >= 10);
    assert!(matches!(inventory.trust(), Trust::Suspect { .. }));
    assert_eq!(inventory.latest().unwrap().entries().len(), 30);
    remote.change(|account| account.hidden.clear());
    listed(&inventory).await;
    assert_eq!(inventory.trust(), Trust::Trusted);
}

#[tokio::test(start_paused = true)]
async fn what_we_deleted_ourselves_raises_no_doubt() {
    let remote = Remote::of(30);
    let inventory = remote.inventory();
    listed(&inventory).await;
    for n in 0..30 {
        inventory.written(Some(&id(&format!("i{n:05}"))));
    }
    remote.change(|account| account.images.clear());
    assert_eq!(listed(&inventory).await.entries().len(), 0);
    assert_eq!(inventory.trust(), Trust::Trusted);
}

#[tokio::test(start_paused = true)]
async fn at_rest_the_account_is_listed_at_the_idle_interval_and_after_a_write_at_the_active_one() {
    let remote = Remote::of(3);
    let inventory = remote.inventory();
    inventory.watch_image(holder("a"), &id("i00000"));
    let _running = Running::start(&inventory);
    sleep(IDLE * 3 + ACTIVE).await;
    assert_eq!(remote.lists(), 4);

    inventory.written(Some(&id("i00000")));
    sleep(ACTIVE * 2).await;
    assert!((5..=6).contains(&remote.lists()), "{}", remote.lists());
    sleep(IDLE * 2).await;
    assert!(remote.lists() <= 12, "{}", remote.lists());
}

#[tokio::test(start_paused = true)]
async fn while_a_held_image_is_in_transition_it_is_followed_at_the_active_interval() {
    let remote = Remote::of(3);
    remote.change(|account| {
        account.images.get_mut(&id("i00000")).unwrap().status = "PENDING".into();
    });
    let inventory = remote.inventory();
    let _running = Running::start(&inventory);
    sleep(ACTIVE * 10).await;
    assert_eq!(remote.lists(), 1, "nobody holds it");

    inventory.watch_image(holder("a"), &id("i00000"));
    listed(&inventory).await;
    let reads = remote.version_reads();
    sleep(ACTIVE * 10).await;
    assert!(remote.lists() >= 10, "{}", remote.lists());
    assert!(remote.version_reads() >= reads + 9, "{}", remote.version_reads());
}

#[tokio::test(start_paused = true)]
async fn versions_are_read_once_for_all_and_again_only_when_the_image_moves() {
    let remote = Remote::of(1);
    let inventory = remote.inventory();
    listed(&inventory).await;
    let image = id("i00000");
    let answers = join_all((0..50).map(|_| inventory.versions(&image, None))).await;
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Outcome::Done(v) if v.len() == 1))
    );
    listed(&inventory).await;
    inventory.versions(&image, None).await;
    assert_eq!(remote.version_reads(), 1);

    inventory.versions(&image, Some(Instant::now())).await;
    assert_eq!(remote.version_reads(), 2);

    remote.change(|account| account.images.get_mut(&id("i00000")).unwrap().version = Some(2));
    listed(&inventory).await;
    inventory.versions(&image, None).await;
    assert_eq!(remote.version_reads(), 3);

    sleep(Duration::from_secs(1)).await;
    inventory.written(Some(&image));
    sleep(Duration::from_secs(1)).await;
    inventory.versions(&image, None).await;
    inventory.versions(&image, None).await;
    assert_eq!(remote.version_reads(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_sweep_reaches_every_held_image_within_twelve_idle_intervals_and_only_those() {
    let remote = Remote::of(200);
    let inventory = remote.inventory();
    for n in 0..60 {
        let name = format!("i{n:05}");
        inventory.watch_image(holder(&name), &id(&name));
    }
    let _running = Running::start(&inventory);
    sleep(IDLE * 50).await;
    let mut last: BTreeMap<RemoteId, Instant> = BTreeMap::new();
    for (image, at) in lock(&remote.version_reads).iter() {
        if let Some(before) = last.insert(image.clone(), *at) {
            assert!(*at - before <= IDLE * 12 + Duration::from_secs(1), "{image}");
        }
    }
    assert_eq!(last.len(), 60);
    assert!(last.values().all(|at| at.elapsed() <= IDLE * 12));
    let most = 60 * (1 + 50 / 10 + 1);
    assert!(remote.version_reads() <= most, "{} reads", remote.version_reads());
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_is_away_for_long_hears_of_everything_that_moved() {
    let remote = Remote::of(3);
    let inventory = remote.inventory();
    listed(&inventory).await;
    let subscription = inventory.subscribe();
    for n in 0..5 {
        remote.add(image(&format!("new{n}"), "new"));
        listed(&inventory).await;
    }
    remote.change(|account| {
        account.images.remove(&id("i00000"));
        account.images.get_mut(&id("i00001")).unwrap().status = "FAILED".into();
    });
    listed(&inventory).await;
    let changes = subscription.next().await;
    let ids: Vec<&str> = changes.images.keys().map(RemoteId::as_str).collect();
    assert_eq!(ids, ["i00000", "i00001", "new0", "new1", "new2", "new3", "new4"]);
    assert_eq!(changes.images[&id("i00000")].name, "win0");
    let more = timeout(Duration::from_secs(1), subscription.next()).await;
    assert!(more.is_err(), "nothing is told twice");
}

#[tokio::test(start_paused = true)]
async fn versions_that_moved_though_the_image_did_not_are_told() {
    let remote = Remote::of(1);
    let inventory = remote.inventory();
    let image = id("i00000");
    inventory.watch_image(holder("a"), &image);
    let _running = Running::start(&inventory);
    sleep(IDLE / 2).await;
    let subscription = inventory.subscribe();
    remote.change(|account| {
        account.versions.get_mut(&id("i00000")).unwrap()[0].description = Some("edited".into());
    });
    let changes = timeout(IDLE * 12, subscription.next()).await.unwrap();
    assert!(changes.images.contains_key(&image));
}

#[tokio::test(start_paused = true)]
async fn a_problem_is_told_waited_out_and_forgotten() {
    let remote = Remote::of(1);
    remote.change(|account| {
        account.list_problem = Some(Outcome::Throttled {
            retry_after: Duration::from_mins(50),
            problem: Problem::new(ProblemKind::TooManyRequests, "slow down"),
        });
    });
    let inventory = remote.inventory();
    let subscription = inventory.subscribe();
    let _running = Running::start(&inventory);
    assert_eq!(subscription.next().await.account, AccountChange::Moved);
    assert_eq!(
        inventory.last_problem().unwrap().kind,
        ProblemKind::TooManyRequests
    );
    sleep(Duration::from_secs(2_990)).await;
    assert_eq!(remote.lists(), 1);

    remote.change(|account| account.list_problem = None);
    let changes = timeout(Duration::from_mins(1), subscription.next())
        .await
        .unwrap();
    assert_eq!(changes.account, AccountChange::Moved);
    assert_eq!(changes.images.len(), 1);
    assert_eq!(inventory.last_problem(), None);
}

#[tokio::test(start_paused = true)]
async fn where_the_list_of_copies_is_refused_those_of_held_images_are_read_by_version() {
    let remote = Remote::of(5);
    remote.change(|account| {
        let problem = Problem::new(ProblemKind::Forbidden, "not for you");
        account.copies_problem = Some(Outcome::Refused(problem));
    });
    let inventory = remote.inventory();
    inventory.watch_image(holder("a"), &id("i00000"));
    let _running = Running::start(&inventory);
    sleep(IDLE * 2 + ACTIVE).await;
    let snapshot = inventory.latest().unwrap();
    assert_eq!(snapshot.get(&id("i00000")).unwrap().copies.len(), 1);
    assert_eq!(snapshot.get(&id("i00001")).unwrap().copies.len(), 0);
    assert_eq!(remote.copy_reads.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_list_of_copies_leaves_those_known_as_they_are() {
    let remote = Remote::of(1);
    let inventory = remote.inventory();
    listed(&inventory).await;
    remote.change(|account| {
        account.copies_problem = Some(Outcome::Unknown(Problem::new(ProblemKind::Timeout, "slow")));
    });
    assert_eq!(
        listed(&inventory).await.get(&id("i00000")).unwrap().copies.len(),
        1
    );
}
