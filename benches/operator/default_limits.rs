//! A thousand catalogs at once over a connection with the default limit of 10 requests per second.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::numbers::seconds;
use super::progress::Progress;
use super::support::Kind;
use super::support::gallery::Limits;
use super::table::Table;
use super::workbench::{INTERVALS, Workbench, catalog_of, since};

const CATALOGS: usize = 1_000;
const DEADLINE: Duration = Duration::from_mins(10);

pub(crate) async fn run(table: &mut Table) {
    let limits = Limits {
        requests_per_second: None,
        ..INTERVALS
    };
    let workbench = Workbench::open(limits, "10s").await;
    let mut progress = Progress::of(&workbench.namespace, Kind::ImageCatalog);
    let before = workbench.latest_request().await;
    let (started, began) = (Timestamp::now(), Instant::now());
    workbench
        .apply_at_once(
            Kind::ImageCatalog,
            (0..CATALOGS).map(|number| catalog_of(&format!("image-{number}"))),
        )
        .await;
    let all = progress.ready(CATALOGS, DEADLINE).await;
    let ready = began.elapsed();
    let creates = workbench.creates_since(before).await;
    let last = creates
        .last()
        .map_or(Duration::MAX, |create| since(started, create.time));
    table.row(
        "1,000 at once at the default 10 requests/s: all POSTs sent",
        format!("{} ({} POSTs)", seconds(last), creates.len()),
        "100 s and a little: one request each",
    );
    let figure = match all {
        Ok(()) => seconds(ready),
        Err(some) => format!("{some} of {CATALOGS} after {}", seconds(ready)),
    };
    table.row("… all AVAILABLE in status", figure, "none");
}
