//! A real Prometheus, as a process.

use std::time::Duration;

use serde_json::{Value, json};

use super::support::process::{Process, Program};
use super::support::{Cluster, eventually, workplace};
use super::written::alerts_file;

const READY: Duration = Duration::from_mins(1);

/// Scrapes every second, and evaluates the alerts as often. Killed when dropped.
pub(crate) struct Prometheus {
    process: Process,
    url: String,
    http: reqwest::Client,
}

impl Prometheus {
    /// Scrapes these addresses.
    pub(crate) async fn start(cluster: &Cluster, targets: &[&str]) -> Self {
        let config = json!({
            "global": { "scrape_interval": "1s", "evaluation_interval": "1s" },
            "rule_files": [alerts_file()],
            "scrape_configs": [{ "job_name": "image-operator", "static_configs": [{ "targets": targets }] }],
        });
        let file = cluster.path("prometheus.yaml");
        std::fs::write(&file, config.to_string()).unwrap();
        let address = format!("127.0.0.1:{}", workplace::free_port().unwrap());
        let process = Process::start(Program {
            name: "prometheus",
            path: &workplace::target().join("tools/bin/prometheus"),
            arguments: vec![
                format!("--config.file={}", file.display()),
                format!("--storage.tsdb.path={}", cluster.path("prometheus").display()),
                format!("--web.listen-address={address}"),
            ],
            environment: Vec::new(),
            log: cluster.path("prometheus.log"),
        })
        .unwrap();
        let mut prometheus = Prometheus {
            process,
            url: format!("http://{address}"),
            http: reqwest::Client::new(),
        };
        eventually(
            READY,
            "Prometheus answers; `make dashboard-check` builds it",
            async || {
                prometheus
                    .process
                    .still_runs()
                    .map_err(|failure| failure.to_string())?;
                prometheus.ask("-/ready").await.map(drop)
            },
        )
        .await;
        prometheus
    }

    /// Every number that a query has given in the last five minutes; those that are none left out.
    pub(crate) async fn numbers(&self, expression: &str) -> Result<Vec<f64>, String> {
        let now = jiff::Timestamp::now().as_second();
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("query", expression)
            .append_pair("start", &(now - 300).to_string())
            .append_pair("end", &now.to_string())
            .append_pair("step", "1")
            .finish();
        let answer = self.ask(&format!("api/v1/query_range?{query}")).await?;
        let answer: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        let series = answer["data"]["result"]
            .as_array()
            .ok_or_else(|| answer.to_string())?;
        let samples = series
            .iter()
            .flat_map(|one| one["values"].as_array().into_iter().flatten());
        let number = |sample: &Value| sample[1].as_str()?.parse::<f64>().ok();
        Ok(samples
            .filter_map(number)
            .filter(|number| number.is_finite())
            .collect())
    }

    /// Every alert: its name, its health, and its state.
    pub(crate) async fn alerts(&self) -> Result<Vec<(String, String, String)>, String> {
        let answer = self.ask("api/v1/rules").await?;
        let answer: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        let groups = answer["data"]["groups"]
            .as_array()
            .ok_or_else(|| answer.to_string())?;
        let rules = groups
            .iter()
            .flat_map(|group| group["rules"].as_array().into_iter().flatten());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(rules
            .map(|rule| (text(&rule["name"]), text(&rule["health"]), text(&rule["state"])))
            .collect())
    }

    async fn ask(&self, path: &str) -> Result<String, String> {
        let answer = self.http.get(format!("{}/{path}", self.url)).send().await;
        let answer = answer.map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if status.is_success() {
            Ok(text)
        } else {
            Err(format!("{path}: {status}: {text}"))
        }
    }
}
