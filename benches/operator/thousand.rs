//! A thousand catalogs: all at once, then nothing to do, then a restart.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::numbers::{per, seconds};
use super::process::Process;
use super::progress::Progress;
use super::rest::Rest;
use super::support::audit::Position;
use super::support::{Kind, cluster};
use super::table::Table;
use super::workbench::{INTERVALS, Workbench, catalog_of, since};

const CATALOGS: usize = 1_000;
const DEADLINE: Duration = Duration::from_mins(5);

const POLL: Duration = Duration::from_millis(10);

pub(crate) async fn run(table: &mut Table) {
    let mut workbench = Workbench::open(INTERVALS, "10s").await;
    let before = cluster().audit().position();

    let progress = burst(&workbench, table).await;
    let rest = Rest::of(&workbench).await;
    writes(&workbench, before, table);
    steady(&rest, table);
    let (now, most) = Process::of(&workbench.operator).memory();
    table.row(
        "resident memory with 1,000 objects",
        format!("{now} MiB (at most {most})"),
        "35 MiB",
    );
    drop(progress);
    restart(&mut workbench, table).await;
}

async fn burst(workbench: &Workbench, table: &mut Table) -> Progress {
    let mut progress = Progress::of(&workbench.namespace, Kind::ImageCatalog);
    let before = workbench.latest_request().await;
    let (started, began) = (Timestamp::now(), Instant::now());
    workbench
        .apply_at_once(
            Kind::ImageCatalog,
            (0..CATALOGS).map(|number| catalog_of(&format!("image-{number}"))),
        )
        .await;
    let applied = began.elapsed();
    let all = progress.ready(CATALOGS, DEADLINE).await;
    let ready = began.elapsed();
    let creates = workbench.creates_since(before).await;
    let last = creates
        .last()
        .map_or(Duration::MAX, |create| since(started, create.time));
    table.row(
        "1,000 applied at once: all POSTs sent",
        format!(
            "{} (the client was done after {})",
            seconds(last),
            seconds(applied)
        ),
        "4 s",
    );
    let figure = match all {
        Ok(()) => seconds(ready),
        Err(some) => format!("{some} of {CATALOGS} after {}", seconds(ready)),
    };
    table.row("… all AVAILABLE in status", figure, "8 s");
    table.row(
        "duplicates with no fault at all",
        creates.len().saturating_sub(CATALOGS).to_string(),
        "0",
    );
    progress
}

fn writes(workbench: &Workbench, before: Position, table: &mut Table) {
    let writes = cluster().audit().writes_in(&workbench.namespace.name, before);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for write in &writes {
        let refused = if write.code >= 400 { " refused" } else { "" };
        *kinds
            .entry(format!(
                "{} {}/{}{refused}",
                write.verb, write.resource, write.subresource
            ))
            .or_default() += 1;
    }
    println!("  writes: {kinds:?}");
    let (events, own): (Vec<_>, Vec<_>) = writes.iter().partition(|write| write.resource == "events");
    let objects = per(CATALOGS, 1.0);
    table.row(
        "API-server writes per object, create to Ready",
        format!(
            "{:.2}, and {:.2} Events",
            per(own.len(), objects),
            per(events.len(), objects)
        ),
        "5, plus one per distinct remote state seen on the way",
    );
}

fn steady(rest: &Rest, table: &mut Table) {
    let reads = |is_wanted: fn(&str) -> bool| rest.reads_per_interval(is_wanted) / per(CATALOGS, 1.0);
    let lists = reads(|operation| operation == "listImages" || operation == "listImageCopies");
    let sweep = reads(|operation| operation == "listVersions");
    let others = reads(|operation| !operation.starts_with("list"));
    table.row(
        "steady, 1,000 objects: remote reads per object per interval",
        format!("{lists:.4}, sweep {sweep:.4}, others {others:.4}"),
        "0.01, beside the sweep",
    );
    table.row("… API-server writes in 30 s", rest.writes.to_string(), "0");
    table.row(
        "… CPU per 10 s interval",
        seconds(rest.cpu_per_interval()),
        "0.05 s",
    );
}

/// The operator comes back, looks at every object again, and a new one is applied in the middle of that.
async fn restart(workbench: &mut Workbench, table: &mut Table) {
    workbench.operator.kill().await.unwrap();
    let seq = workbench.latest_request().await;
    let began = Instant::now();
    workbench.operator.restart().await.unwrap();
    let up = began.elapsed();
    let newcomer = async {
        while passes(workbench).await < per(CATALOGS, 10.0) && began.elapsed() < DEADLINE {
            tokio::time::sleep(POLL).await;
        }
        let (passes, applied) = (passes(workbench).await, Timestamp::now());
        workbench.apply(Kind::ImageCatalog, catalog_of("newcomer")).await;
        let create = workbench.first_create_since(seq, DEADLINE).await;
        (passes, create.map(|create| since(applied, create.time)))
    };
    let looked = async {
        while !has_looked_at_all(workbench).await && began.elapsed() < DEADLINE {
            tokio::time::sleep(POLL).await;
        }
        began.elapsed()
    };
    let ((passes_before, to_post), looked) = tokio::join!(newcomer, looked);
    table.row(
        "restart: every object looked at again",
        format!("{} (ready to work after {})", seconds(looked), seconds(up)),
        "1 s",
    );
    table.row(
        "new object applied while that goes on: to POST",
        to_post.map_or("never".to_owned(), |to_post| {
            format!("{} (applied after {passes_before} passes)", seconds(to_post))
        }),
        "0.05 s",
    );
}

async fn passes(workbench: &Workbench) -> f64 {
    workbench
        .metric("image_operator_passes_total", "ImageCatalog")
        .await
}

/// As many passes have ended as there are objects, and nobody waits for one.
async fn has_looked_at_all(workbench: &Workbench) -> bool {
    let waiting = workbench
        .metric("image_operator_queue_depth", "state=\"ready\"")
        .await;
    passes(workbench).await >= per(CATALOGS, 1.0) && waiting < 1.0
}
