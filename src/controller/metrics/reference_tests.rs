//! Holds `docs/reference/metrics.md` to the metrics that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::*;

const HEAD: &str = "\
# Metrics

`image-operator run` serves these at `/metrics`, in the OpenMetrics format. No label ever holds the name of an object.

| metric | type | labels | meaning |
|---|---|---|---|
";

#[test]
fn the_reference_lists_every_metric_with_its_labels() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/metrics.md");
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let expected = reference(&used().page(Depth::default(), &counts()).unwrap());
    assert!(
        golden == expected,
        "docs/reference/metrics.md is out of date; it should read:\n{expected}"
    );
}

/// Metrics with everything in use.
fn used() -> Metrics {
    let metrics = Metrics::default();
    let second = Duration::from_secs(1);
    metrics.pass_begins(Urgency::UserEdit, second);
    metrics.pass_ended(Kind::ImageCatalog, "settled", second);
    metrics.remote_request("imagemgmt", "listImages", "done", 1.0);
    metrics.throttle_wait(1.0);
    metrics.token_refresh("done");
    metrics.breaker("open");
    metrics.became_ready(Kind::ImageCatalog, second);
    metrics.drifted(Kind::ImageCatalog, "RemoteMissing");
    metrics.listed("done", second);
    metrics.versions_read("sweep", "done");
    metrics.watch_failed(Kind::ImageCatalog);
    metrics.unreadable(Kind::ImageCatalog);
    metrics.event(EventOutcome::Published);
    metrics
}

fn counts() -> ObjectCounts {
    let mut counts = ObjectCounts::default();
    counts.count(Kind::ImageCatalog, &[]);
    counts
}

/// The page of the documentation that a page of metrics calls for.
fn reference(page: &str) -> String {
    let mut text = HEAD.to_owned();
    let types: BTreeMap<&str, &str> = described(page, "# TYPE ").collect();
    for (name, help) in described(page, "# HELP ") {
        let kind = types[name];
        let suffix = match kind {
            "counter" => "_total",
            "info" => "_info",
            _ => "",
        };
        let labels: Vec<String> = labels(page, name)
            .into_iter()
            .map(|label| format!("`{label}`"))
            .collect();
        let help = help.trim_end_matches('.');
        writeln!(
            text,
            "| `{name}{suffix}` | {kind} | {} | {help} |",
            labels.join(" ")
        )
        .unwrap();
    }
    text
}

fn described<'a>(page: &'a str, prefix: &'static str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let line = move |line: &'a str| line.strip_prefix(prefix)?.split_once(' ');
    page.lines().filter_map(line)
}

fn labels<'a>(page: &'a str, name: &str) -> BTreeSet<&'a str> {
    let samples = page.lines().filter(|line| line.starts_with(name));
    let inside = samples.filter_map(|line| Some(line.split_once('{')?.1.split_once('}')?.0));
    let names = inside
        .flat_map(|labels| labels.split(','))
        .filter_map(|label| Some(label.split_once('=')?.0));
    names.filter(|name| *name != "le").collect()
}
