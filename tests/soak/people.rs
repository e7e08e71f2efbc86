//! People at work while the remote is in trouble.

use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::json;

use super::estate::{Estate, Wanted};
use super::plan::Plan;
use super::support::Kind;
use super::support::gallery::{SECOND, published_to};

/// How many catalogs there are for every act in a second.
const CATALOGS_PER_ACT: usize = 10;

/// Suspends, edits, deletes and applies again, here and there, as long as the plan says; returns how often.
pub(crate) async fn act(estate: &mut Estate, plan: &Plan) -> usize {
    let mut chance = Rng::with_seed(plan.seed);
    let pause = Duration::from_secs(1) / u32::try_from(1 + plan.catalogs / CATALOGS_PER_ACT).unwrap();
    let began = Instant::now();
    let mut acts = 0;
    while began.elapsed() < plan.faults_for {
        let chosen = chance.usize(..estate.resources.len());
        one_act(estate, chosen, &mut chance).await;
        acts += 1;
        tokio::time::sleep(pause).await;
    }
    acts
}

async fn one_act(estate: &mut Estate, chosen: usize, chance: &mut Rng) {
    let resource = &mut estate.resources[chosen];
    match (resource.wanted, resource.kind, chance.u8(..6)) {
        (Wanted::Gone, ..) => resource.come_back().await,
        (Wanted::Suspended, ..) => resource.go_on().await,
        (Wanted::There, _, 0) => resource.suspend().await,
        (Wanted::There, Kind::ImageVersion, 1) => resource.delete().await,
        (Wanted::There, Kind::ImageVersion, 2 | 3) => {
            resource.edit(&published_to(&[SECOND])).await;
        }
        (Wanted::There, Kind::ImageVersion, 4) => resource.edit(&published_to(&[])).await,
        (Wanted::There, Kind::ImageCatalog, 1) => {
            let catalog = resource.catalog.clone();
            delete_all_of(estate, &catalog).await;
        }
        (Wanted::There, ..) => {
            let description = format!("as of act {}", chance.u16(..));
            resource.edit(&json!({ "versionDescription": description })).await;
        }
    }
}

/// A catalog goes with its versions.
async fn delete_all_of(estate: &mut Estate, catalog: &str) {
    for resource in &mut estate.resources {
        if resource.catalog == catalog && resource.wanted != Wanted::Gone {
            resource.delete().await;
        }
    }
}
