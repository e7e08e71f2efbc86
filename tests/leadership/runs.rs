//! The runs. They follow each other, since the rights of the operator are for one lease.

use std::time::Duration;

use jiff::Timestamp;

use super::partition::Partition;
use super::replicas::{CATALOGS, LEASE, Replicas, holding_since, leads, stands_by, writes};
use super::support::cluster;
use super::table::{Row, show};

/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_leader_in_trouble_is_replaced_in_time_and_writes_nothing_more() {
    let position = cluster().audit().position();
    let rows = [stopped().await, killed().await, frozen().await, cut_off().await];
    show(&rows);
    let failed: Vec<&str> = rows
        .iter()
        .filter(|row| !row.passed())
        .map(|row| row.run)
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(
        cluster().audit().forbidden(position),
        [],
        "deploy/base gives too few rights"
    );
}

/// A rolling update.
async fn stopped() -> Row {
    let mut replicas = Replicas::start(Vec::new()).await;
    replicas.begin_creates().await;
    replicas.hurry().await;
    replicas.all_ready().await;
    let trouble = Timestamp::now();
    let status = replicas.first.terminate().await.unwrap();
    assert_eq!(status.code(), Some(0));
    leads(&replicas.second).await;
    judge("told to stop", &replicas, trouble, Duration::from_secs(2) + SLACK).await
}

async fn killed() -> Row {
    let mut replicas = Replicas::start(Vec::new()).await;
    replicas.begin_creates().await;
    let trouble = Timestamp::now();
    replicas.first.kill().await.unwrap();
    leads(&replicas.second).await;
    judge("killed", &replicas, trouble, LEASE + SLACK).await
}

/// It goes on when another leads, with requests at hand that were waiting to be sent.
async fn frozen() -> Row {
    let mut replicas = Replicas::start(Vec::new()).await;
    replicas.begin_creates().await;
    let trouble = Timestamp::now();
    replicas.first.freeze();
    leads(&replicas.second).await;
    replicas.first.thaw();
    stands_by(&replicas.first).await;
    let row = judge("frozen past its lease", &replicas, trouble, LEASE + SLACK).await;

    // It is no worse a replica for that.
    replicas.second.kill().await.unwrap();
    leads(&replicas.first).await;
    row
}

/// It reaches the remote, and not the API server.
async fn cut_off() -> Row {
    let partition = Partition::new().await;
    let replicas = Replicas::start(vec![partition.environment()]).await;
    replicas.begin_creates().await;
    let trouble = Timestamp::now();
    partition.cut();
    leads(&replicas.second).await;
    let row = judge("cut off from the API server", &replicas, trouble, LEASE + SLACK).await;
    partition.heal();
    stands_by(&replicas.first).await;
    row
}

async fn judge(run: &'static str, replicas: &Replicas, trouble: Timestamp, at_most: Duration) -> Row {
    replicas.hurry().await;
    let images = replicas.all_ready().await;
    assert_eq!(images.len(), CATALOGS, "{images:?}");
    let taken_over = holding_since(&replicas.second);
    let of_first = writes(&replicas.first)
        .into_iter()
        .filter(|sent| *sent >= taken_over);
    let of_second = writes(&replicas.second)
        .into_iter()
        .filter(|sent| *sent < taken_over);
    Row {
        run,
        took: taken_over.duration_since(trouble).unsigned_abs(),
        at_most,
        foreign_writes: of_first.count() + of_second.count(),
        creates: replicas.creates().await,
        images: (
            images.values().copied().min().unwrap_or_default(),
            images.values().copied().max().unwrap_or_default(),
        ),
    }
}
