//! How long it takes from an apply to the request to the remote, with nothing else to do.

use std::time::Duration;

use jiff::Timestamp;

use super::numbers::{milliseconds, percentile};
use super::support::Kind;
use super::table::Table;
use super::workbench::{INTERVALS, Workbench, catalog_of, since};

const APPLIES: usize = 150;

/// So that the one before is through.
const BETWEEN: Duration = Duration::from_millis(300);

pub(crate) async fn run(table: &mut Table) {
    let workbench = Workbench::open(INTERVALS, "10s").await;
    let before = workbench.latest_request().await;
    let mut applied = Vec::new();
    for number in 0..APPLIES {
        let sent = Timestamp::now();
        workbench
            .apply(Kind::ImageCatalog, catalog_of(&format!("image-{number}")))
            .await;
        applied.push((sent, Timestamp::now()));
        tokio::time::sleep(BETWEEN).await;
    }
    let creates = workbench.creates_since(before).await;
    assert_eq!(creates.len(), APPLIES, "each apply has led to one create by now");

    let from = |moment: fn(&(Timestamp, Timestamp)) -> Timestamp| -> Vec<Duration> {
        let pairs = applied.iter().zip(&creates);
        pairs
            .map(|(apply, create)| since(moment(apply), create.time))
            .collect()
    };
    let sent = from(|(sent, _)| *sent);
    let answered = from(|(_, answered)| *answered);
    let figure = |values: &[Duration]| {
        format!(
            "{} / {}",
            milliseconds(percentile(values, 0.5)),
            milliseconds(percentile(values, 0.99))
        )
    };
    table.row(
        "idle: apply to remote POST, p50 / p99",
        figure(&answered),
        "20 / 60 ms",
    );
    table.row(
        "… counted from before the apply is sent",
        figure(&sent),
        "the API server's part is in it",
    );
}
