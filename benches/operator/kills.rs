//! The operator is killed again and again while catalogs are created.

use std::collections::BTreeSet;
use std::time::Duration;

use image_operator::api::ImageCatalog;
use kube::api::PostParams;

use super::progress::Progress;
use super::support::Kind;
use super::support::gallery::catalog;
use super::table::Table;
use super::workbench::{INTERVALS, Workbench};

const CATALOGS: usize = 200;
const KILLS: usize = 20;

/// Between two applies: all of them take as long as the kills do.
const BETWEEN_APPLIES: Duration = Duration::from_millis(75);

/// Between a start and the kill that follows.
const BETWEEN_KILLS: Duration = Duration::from_millis(400);

/// For all to become Ready after the last kill.
const DEADLINE: Duration = Duration::from_mins(2);

pub(crate) async fn run(table: &mut Table) {
    let mut workbench = Workbench::open(INTERVALS, "5s").await;
    let mut progress = Progress::of(&workbench.namespace, Kind::ImageCatalog);
    let before = workbench.latest_request().await;

    let catalogs = workbench.namespace.api::<ImageCatalog>();
    let applying = tokio::spawn(async move {
        for number in 0..CATALOGS {
            let object = catalog(&format!("image-{number}"));
            catalogs.create(&PostParams::default(), &object).await.unwrap();
            tokio::time::sleep(BETWEEN_APPLIES).await;
        }
    });
    for _ in 0..KILLS {
        tokio::time::sleep(BETWEEN_KILLS).await;
        workbench.operator.restart().await.unwrap();
    }
    applying.await.unwrap();

    let ready = match progress.ready(CATALOGS, DEADLINE).await {
        Ok(()) => CATALOGS,
        Err(some) => some,
    };
    let creates = workbench.creates_since(before).await.len();
    table.row(
        "20 SIGKILLs while 200 objects are created: duplicates / never ready",
        format!(
            "{} / {} ({creates} creates)",
            duplicates(&workbench).await,
            CATALOGS - ready
        ),
        "0 / 0",
    );
}

/// Images beyond the first of each name.
async fn duplicates(workbench: &Workbench) -> usize {
    let images = workbench.simulator.images().await;
    let names: BTreeSet<&str> = images.iter().filter_map(|image| image["name"].as_str()).collect();
    images.len() - names.len()
}
