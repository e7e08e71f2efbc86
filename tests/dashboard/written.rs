//! What is written in `deploy/grafana` and `deploy/prometheus`.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A query of the dashboard.
pub(crate) struct Query {
    /// The title of its panel.
    pub(crate) panel: String,
    pub(crate) expression: String,
}

/// An alert.
pub(crate) struct Alert {
    pub(crate) name: String,
    pub(crate) expression: String,
    pub(crate) runbook: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn alerts_file() -> PathBuf {
    root().join("deploy/prometheus/alerts.yaml")
}

pub(crate) fn queries() -> Vec<Query> {
    let text = std::fs::read_to_string(root().join("deploy/grafana/image-operator.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let of_panel = |panel: &Value| {
        let title = panel["title"].as_str().unwrap().to_owned();
        let targets = panel["targets"].as_array().cloned().unwrap_or_default();
        targets.into_iter().map(move |target| Query {
            panel: title.clone(),
            expression: target["expr"].as_str().unwrap().to_owned(),
        })
    };
    panels.iter().flat_map(of_panel).collect()
}

pub(crate) fn alerts() -> Vec<Alert> {
    let text = std::fs::read_to_string(alerts_file()).unwrap();
    let file: Value = serde_saphyr::from_str(&text).unwrap();
    let groups = file["groups"].as_array().unwrap();
    let rules = groups.iter().flat_map(|group| group["rules"].as_array().unwrap());
    let alert = |rule: &Value| {
        let text = |value: &Value| {
            value
                .as_str()
                .unwrap_or_else(|| panic!("{rule} lacks a text"))
                .to_owned()
        };
        Alert {
            name: text(&rule["alert"]),
            expression: text(&rule["expr"]),
            runbook: text(&rule["annotations"]["runbook_url"]),
        }
    };
    rules.map(alert).collect()
}
