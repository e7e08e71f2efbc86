//! Inventories place by place, over an account in memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::inventory::schedule::Intervals;
use crate::remote::listing::{Coherence, ListAnswer};

const ACTIVE: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_mins(10);

/// What each place shows, listing after listing; the last one stays.
#[derive(Default)]
struct Account {
    shown: BTreeMap<Location, VecDeque<Vec<Image>>>,
    lists: BTreeMap<Location, usize>,
}

#[derive(Clone, Default)]
struct Remote(Arc<Mutex<Account>>);

impl RegionalSource for Remote {
    async fn list_images(&self, place: &Location) -> Outcome<Listing<Image>> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let mut account = self.0.lock().unwrap();
        *account.lists.entry(place.clone()).or_default() += 1;
        let shown = account.shown.entry(place.clone()).or_default();
        let items = match shown.len() {
            0 => Vec::new(),
            1 => shown[0].clone(),
            _ => shown.pop_front().unwrap(),
        };
        Outcome::Done(Listing {
            items,
            answer: ListAnswer::Items,
            coherence: Coherence::Steady,
            unreadable: 0,
        })
    }

    async fn get_image(&self, _: &Location, id: &RemoteId) -> Outcome<Image> {
        Outcome::Refused(Problem::new(ProblemKind::NotFound, id.to_string()))
    }
}

impl Remote {
    fn showing(place: &Location, listings: &[&[&str]]) -> Self {
        let remote = Remote::default();
        let listings = listings
            .iter()
            .map(|ids| ids.iter().map(|id| image(id, "Available")).collect());
        remote
            .0
            .lock()
            .unwrap()
            .shown
            .insert(place.clone(), listings.collect());
        remote
    }

    fn lists_of(&self, place: &Location) -> usize {
        self.0
            .lock()
            .unwrap()
            .lists
            .get(place)
            .copied()
            .unwrap_or_default()
    }

    fn inventory(&self) -> Arc<Regional<Remote>> {
        let settings = Settings {
            intervals: Intervals::new(ACTIVE, IDLE).unwrap(),
            settling_window: Duration::from_mins(5),
            random: || 0.5,
        };
        let recorder = Arc::new(crate::inventory::NoInventoryRecorder);
        Arc::new(Regional::new(self.clone(), settings, recorder))
    }
}

fn image(id: &str, state: &str) -> Image {
    serde_json::from_value(json!({ "ImageId": id, "ImageName": id, "State": state })).unwrap()
}

fn place(region: &str) -> Location {
    Location {
        region: region.parse().unwrap(),
        project_id: Some("org-demo".parse().unwrap()),
    }
}

fn holder(name: &str) -> ObjectPart {
    ObjectPart::of("CustomImage", "team", name, "image")
}

fn ids(outcome: &Outcome<Arc<Snapshot<Located>>>) -> Vec<&str> {
    let Outcome::Done(snapshot) = outcome else {
        panic!("{outcome:?}")
    };
    snapshot.entries().keys().map(RemoteId::as_str).collect()
}

#[tokio::test(start_paused = true)]
async fn a_look_is_certain_once_two_listings_in_a_row_agree() {
    let hk = place("hk");
    let remote = Remote::showing(&hk, &[&["a"], &["a", "b"], &["a", "b"]]);
    let proven = remote.inventory().proven_since(&hk, Instant::now()).await;
    assert_eq!(ids(&proven), ["a", "b"]);
    assert_eq!(remote.lists_of(&hk), 3);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_never_agrees_with_itself_proves_nothing() {
    let hk = place("hk");
    let remote = Remote::showing(&hk, &[&["a"], &["b"], &["a"], &["b"], &["a"]]);
    let proven = remote.inventory().proven_since(&hk, Instant::now()).await;
    assert!(matches!(proven, Outcome::Unknown(_)), "{proven:?}");
    assert_eq!(remote.lists_of(&hk), READINGS);
}

#[tokio::test(start_paused = true)]
async fn a_crowd_of_callers_shares_its_listings() {
    let hk = place("hk");
    let remote = Remote::showing(&hk, &[&["a"]]);
    let inventory = remote.inventory();
    let now = Instant::now();
    let proofs = (0..1_000).map(|_| inventory.proven_since(&hk, now));
    for proof in join_all(proofs).await {
        assert_eq!(ids(&proof), ["a"]);
    }
    assert!(remote.lists_of(&hk) <= 4, "{} lists", remote.lists_of(&hk));
}

#[tokio::test(start_paused = true)]
async fn only_places_that_somebody_has_images_in_are_listed_and_once_an_interval() {
    let (hk, sg, us) = (place("hk"), place("sg"), place("us-ca"));
    let remote = Remote::showing(&hk, &[&["a"]]);
    let inventory = remote.inventory();
    for number in 0..100 {
        inventory.hold(holder(&number.to_string()), &hk, Some(&"a".parse().unwrap()));
    }
    inventory.hold(holder("copy"), &sg, None);
    inventory.listed_since(&us, Instant::now()).await;
    tokio::spawn(Arc::clone(&inventory).run(std::future::pending()));

    tokio::time::sleep(IDLE * 10 + ACTIVE).await;
    for held in [&hk, &sg] {
        let lists = remote.lists_of(held);
        assert!((10..=12).contains(&lists), "{held}: {lists} lists");
    }
    assert_eq!(remote.lists_of(&us), 1, "nobody has an image there");

    inventory.let_go(holder("copy"));
    let before = remote.lists_of(&sg);
    tokio::time::sleep(IDLE * 3).await;
    assert!(remote.lists_of(&sg) <= before + 1);
}

#[tokio::test(start_paused = true)]
async fn while_a_held_image_is_being_made_its_place_is_followed_at_the_active_interval() {
    let hk = place("hk");
    let remote = Remote::default();
    let making = VecDeque::from([vec![image("a", "Making")]]);
    remote.0.lock().unwrap().shown.insert(hk.clone(), making);
    let inventory = remote.inventory();
    inventory.hold(holder("a"), &hk, Some(&"a".parse().unwrap()));
    tokio::spawn(Arc::clone(&inventory).run(std::future::pending()));
    tokio::time::sleep(ACTIVE * 20).await;
    let lists = remote.lists_of(&hk);
    assert!((15..=25).contains(&lists), "{lists} lists");
}
