//! What the runs came to.

use std::time::Duration;

use super::replicas::LEASE;

pub(crate) struct Row {
    pub(crate) run: &'static str,
    /// From the trouble of the leader until another holds the lease.
    pub(crate) took: Duration,
    /// How long it may take.
    pub(crate) at_most: Duration,
    /// Writes that left a replica which did not lead.
    pub(crate) foreign_writes: usize,
    /// Creates that arrived.
    pub(crate) creates: usize,
    /// Images that were made for each catalog, at least and at most.
    pub(crate) images: (usize, usize),
}

impl Row {
    pub(crate) fn passed(&self) -> bool {
        self.took <= self.at_most && self.foreign_writes == 0 && self.images == (1, 1)
    }
}

#[allow(clippy::print_stdout, reason = "the table is what people read")]
pub(crate) fn show(rows: &[Row]) {
    println!("two replicas, a lease of {} s", LEASE.as_secs());
    println!(
        "| leader | time to take over | at most | writes by a non-leader | creates | images a catalog |"
    );
    println!("|---|---|---|---|---|---|");
    for row in rows {
        println!(
            "| {} | {:.2} s | {:.2} s | {} | {} | {}..{} |",
            row.run,
            row.took.as_secs_f64(),
            row.at_most.as_secs_f64(),
            row.foreign_writes,
            row.creates,
            row.images.0,
            row.images.1
        );
    }
}
