//! SIGKILL while creates are under way.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use image_operator::api::ImageCatalogStatus;
use kube::ResourceExt as _;
use serde_json::json;

use super::boundary::{Boundary, Listing};
use super::detour::Detour;
use super::memory::{Memory, OlderStatus};
use super::support::gallery::{Limits, catalog, connect, create, ready};
use super::support::{FaultId, eventually};
use super::table::{Case, IdInStatus, show};
use super::workshop::{AN_HOUR, DEADLINE, WINDOW, Workshop, all_creates};

/// Groups of cases that run at a time.
const AT_A_TIME: usize = 5;

/// How many catalogs a group has, one for each fate of the memory.
const CATALOGS: usize = Memory::ALL.len();

#[tokio::test]
async fn a_create_cut_off_by_sigkill_makes_one_image_and_ends_ready_by_itself() {
    let groups = Boundary::ALL
        .into_iter()
        .flat_map(|boundary| Listing::ALL.map(|listing| Group { boundary, listing }));

    let cases: Vec<Vec<Case>> = futures::stream::iter(groups)
        .map(Group::run)
        .buffered(AT_A_TIME)
        .collect()
        .await;

    let cases: Vec<Case> = cases.into_iter().flatten().collect();
    show(&cases);
    assert_eq!(
        cases.len(),
        Boundary::ALL.len() * Listing::ALL.len() * Memory::ALL.len()
    );
    let failed: Vec<&Case> = cases.iter().filter(|case| !case.passed()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// The cases that share a kill: one catalog for each fate of the memory.
#[derive(Clone, Copy)]
struct Group {
    boundary: Boundary,
    listing: Listing,
}

/// What keeps creates from going on.
enum Obstacles {
    Held(FaultId),
    Detour(Detour),
}

impl Obstacles {
    fn held(&self) -> Option<FaultId> {
        match self {
            Self::Held(fault) => Some(*fault),
            Self::Detour(_) => None,
        }
    }
}

impl Group {
    async fn run(self) -> Vec<Case> {
        let mut workshop = Workshop::open().await;
        let obstacles = self.put_up(&workshop).await;
        let before = create_catalogs_before_their_connection(&workshop).await;

        let began = Instant::now();
        Self::connect(&workshop, &obstacles).await;
        Self::reached(&workshop, &obstacles).await;
        let under_way = statuses(&workshop).await;
        if self.boundary == Boundary::Answered {
            answer(&workshop, &obstacles).await;
        }
        workshop.kill(obstacles.held()).await;

        self.take_down(&workshop, &obstacles).await;
        for memory in Memory::ALL {
            let older = OlderStatus {
                before: before.get(memory.name()).cloned(),
                under_way: under_way.get(memory.name()).cloned(),
            };
            memory.befall(&workshop.namespace, &older).await;
        }
        let killed = workshop.latest_request().await;
        workshop.operator.restart().await.unwrap();
        self.come_late(&workshop, &obstacles, killed).await;
        let late = began.elapsed();
        assert!(
            late < WINDOW,
            "this machine is too busy for a settling window of {WINDOW:?}: {late:?} from the connection to the late effect"
        );
        self.judge(&workshop).await
    }

    async fn put_up(self, workshop: &Workshop) -> Obstacles {
        let simulator = &workshop.simulator;
        if self.listing == Listing::Late {
            let hidden = json!({ "type": "hideFromListings", "seconds": AN_HOUR });
            simulator.fault(all_creates(&hidden)).await;
        }
        let held = match self.boundary {
            Boundary::NeverArrives | Boundary::OnItsWay => {
                let address = simulator.url().trim_start_matches("http://");
                return Obstacles::Detour(Detour::to(address).await);
            }
            Boundary::Arrived => json!({ "type": "holdBefore" }),
            Boundary::Done | Boundary::Answered => json!({ "type": "holdAfter" }),
        };
        Obstacles::Held(simulator.fault(all_creates(&held)).await)
    }

    async fn connect(workshop: &Workshop, obstacles: &Obstacles) {
        let url = match obstacles {
            Obstacles::Detour(detour) => detour.url(),
            Obstacles::Held(_) => workshop.simulator.url(),
        };
        connect(&workshop.namespace, url, Limits::default()).await;
    }

    /// Waits until every create is at the boundary.
    async fn reached(workshop: &Workshop, obstacles: &Obstacles) {
        match obstacles {
            Obstacles::Held(fault) => workshop.held(*fault, CATALOGS as u64).await,
            Obstacles::Detour(detour) => {
                eventually(DEADLINE, "every create is on its way", async || {
                    match detour.delayed() {
                        CATALOGS => Ok(()),
                        some => Err(format!("{some} are")),
                    }
                })
                .await;
            }
        }
    }

    /// While the operator is down: the remote is as it was, but for what is late.
    async fn take_down(self, workshop: &Workshop, obstacles: &Obstacles) {
        workshop.simulator.clear_faults().await;
        if self.listing == Listing::Late {
            // What is yet to be created is late as well.
            let hidden = json!({ "type": "hideFromListings", "seconds": 2 });
            workshop.simulator.fault(all_creates(&hidden)).await;
        }
        if let (Boundary::NeverArrives, Obstacles::Detour(detour)) = (self.boundary, obstacles) {
            detour.lose();
        }
    }

    /// What the remote does only after the new process has looked.
    async fn come_late(self, workshop: &Workshop, obstacles: &Obstacles, killed: u64) {
        if let (Boundary::OnItsWay, Obstacles::Detour(detour)) = (self.boundary, obstacles) {
            workshop.looked_since(killed).await;
            detour.deliver();
            eventually(DEADLINE, "what was on its way arrives", async || {
                match workshop.creates().await {
                    CATALOGS.. => Ok(()),
                    some => Err(format!("{some} have arrived")),
                }
            })
            .await;
        }
        if self.listing == Listing::Late {
            workshop.looked_since(workshop.latest_request().await).await;
            workshop.simulator.advance(AN_HOUR).await;
        }
    }

    async fn judge(self, workshop: &Workshop) -> Vec<Case> {
        let started = Instant::now();
        let all_ready = async || {
            let catalogs = workshop.catalogs().await;
            catalogs.iter().all(|catalog| ready(catalog).is_ok())
        };
        while !all_ready().await && started.elapsed() < DEADLINE {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let images = workshop.images().await;
        let catalogs = workshop.catalogs().await;
        let case = |memory: Memory| {
            let name = memory.name();
            let ids = images.get(name).map(Vec::as_slice).unwrap_or_default();
            let catalog = catalogs
                .iter()
                .find(|catalog| catalog.name_any() == name)
                .expect("the catalog is there");
            let stream_id = catalog
                .status
                .as_ref()
                .and_then(|status| status.stream_id.clone());
            let id = if stream_id.is_some() && stream_id.as_ref() == ids.first() {
                IdInStatus::Right
            } else {
                IdInStatus::Wrong
            };
            Case {
                boundary: self.boundary,
                listing: self.listing,
                memory,
                images: ids.len(),
                ready: ready(catalog).map(|()| id),
            }
        };
        let cases: Vec<Case> = Memory::ALL.into_iter().map(case).collect();
        // The request log knows of images that were made and deleted again, too.
        let left: usize = cases.iter().map(|case| case.images).sum();
        assert_eq!(workshop.creates().await, left, "creates that made something");
        cases
    }
}

/// The catalogs are applied, and the operator has written that it waits for their connection: a status that says
/// that nothing was ever sent.
async fn create_catalogs_before_their_connection(
    workshop: &Workshop,
) -> BTreeMap<String, ImageCatalogStatus> {
    for memory in Memory::ALL {
        create(&workshop.namespace, &catalog(memory.name())).await;
    }
    eventually(DEADLINE, "the catalogs wait for their connection", async || {
        let statuses = statuses(workshop).await;
        let written = statuses
            .values()
            .filter(|status| !status.managed.conditions.is_empty())
            .count();
        if written == CATALOGS {
            Ok(statuses)
        } else {
            Err(format!("{written} do"))
        }
    })
    .await
}

/// Lets the held answers go, and waits until the last has been sent.
async fn answer(workshop: &Workshop, obstacles: &Obstacles) {
    let held = obstacles.held().expect("the answers are held");
    workshop.simulator.release(held).await;
    eventually(DEADLINE, "every create is answered", async || {
        let requests = workshop.simulator.requests().await;
        let answered = requests
            .iter()
            .filter(|request| request.operation == "createImage" && request.status == Some(201))
            .count();
        if answered == CATALOGS {
            Ok(())
        } else {
            Err(format!("{answered} are"))
        }
    })
    .await;
}

async fn statuses(workshop: &Workshop) -> BTreeMap<String, ImageCatalogStatus> {
    let catalogs = workshop.catalogs().await;
    catalogs
        .into_iter()
        .filter_map(|catalog| Some((catalog.name_any(), catalog.status?)))
        .collect()
}
