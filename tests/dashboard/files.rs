//! What can be told without a Prometheus.

use std::collections::BTreeSet;

use super::written::{alerts, queries, root};

const PREFIX: &str = "image_operator_";

/// What Prometheus makes of one metric.
const SUFFIXES: [&str; 3] = ["_bucket", "_sum", "_count"];

#[test]
fn every_metric_that_is_asked_for_exists() {
    let known = known_metrics();
    let of_dashboard = queries().into_iter().map(|query| (query.panel, query.expression));
    let of_alerts = alerts().into_iter().map(|alert| (alert.name, alert.expression));
    let mut seen = 0;
    for (place, expression) in of_dashboard.chain(of_alerts) {
        for metric in metrics_in(&expression) {
            let base = SUFFIXES.iter().find_map(|suffix| metric.strip_suffix(suffix));
            let exists = known.contains(&metric) || base.is_some_and(|base| known.contains(base));
            assert!(
                exists,
                "{place} asks for {metric}, which docs/reference/metrics.md does not list"
            );
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} metrics were found");
}

#[test]
fn every_metric_is_shown_on_the_dashboard() {
    let expressions: String = queries()
        .into_iter()
        .map(|query| query.expression + "\n")
        .collect();
    // Each change of a breaker shows in how many connections there are by its state.
    let not_shown = BTreeSet::from(["image_operator_remote_breaker_changes_total".to_owned()]);
    for metric in known_metrics().difference(&not_shown) {
        assert!(expressions.contains(metric.as_str()), "no panel shows {metric}");
    }
}

#[test]
fn every_alert_has_a_runbook_and_every_runbook_an_alert() {
    let alerts: BTreeSet<String> = alerts()
        .into_iter()
        .map(|alert| {
            let page = format!("/docs/runbooks/{}.md", alert.name);
            assert!(
                alert.runbook.ends_with(&page),
                "{} leads to {}",
                alert.name,
                alert.runbook
            );
            alert.name
        })
        .collect();
    let pages: BTreeSet<String> = std::fs::read_dir(root().join("docs/runbooks"))
        .unwrap()
        .map(|page| {
            page.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(alerts, pages);
}

fn known_metrics() -> BTreeSet<String> {
    let page = std::fs::read_to_string(root().join("docs/reference/metrics.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| Some(row.split_once('`')?.0.to_owned()))
        .collect()
}

fn metrics_in(expression: &str) -> Vec<String> {
    let begins = expression.match_indices(PREFIX);
    let name = |(at, _): (usize, &str)| {
        let letters = expression[at..].chars();
        letters
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect()
    };
    begins.map(name).collect()
}
