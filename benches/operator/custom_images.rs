//! A thousand images of SurferCloud: all at once, then nothing to do.

use std::time::{Duration, Instant};

use super::numbers::{per, seconds};
use super::progress::Progress;
use super::rest::Rest;
use super::support::Kind;
use super::support::surfercloud::{connect, image};
use super::table::Table;
use super::workbench::{INTERVALS, Workbench};

const IMAGES: usize = 1_000;
const DEADLINE: Duration = Duration::from_mins(5);

pub(crate) async fn run(table: &mut Table) {
    let workbench = Workbench::bare("10s").await;
    connect(&workbench.namespace, workbench.simulator.url(), INTERVALS).await;
    workbench.connected().await;
    let mut progress = Progress::of(&workbench.namespace, Kind::CustomImage);
    let began = Instant::now();
    let images = (0..IMAGES).map(|number| image(&format!("image-{number}")));
    workbench.apply_at_once(Kind::CustomImage, images).await;
    let figure = match progress.ready(IMAGES, DEADLINE).await {
        Ok(()) => seconds(began.elapsed()),
        Err(some) => format!("{some} of {IMAGES} after {}", seconds(began.elapsed())),
    };
    let made = workbench.simulator.custom_images().await.len();
    table.row(
        "1,000 CustomImages applied at once: all Available",
        figure,
        "none",
    );
    table.row("… duplicates", made.saturating_sub(IMAGES).to_string(), "0");

    let rest = Rest::of(&workbench).await;
    let reads = rest.reads_per_interval(|_| true) / per(IMAGES, 1.0);
    table.row(
        "… steady: remote reads per object per interval",
        format!("{reads:.4}"),
        "0.06",
    );
    table.row("… API-server writes in 30 s", rest.writes.to_string(), "0");
}
