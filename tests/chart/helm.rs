//! helm, as a person would use it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::Cluster;
use crate::support::workplace::{self, repository};

/// helm with the rights of the person who may do everything.
#[derive(Clone)]
pub(crate) struct Helm {
    program: PathBuf,
    kubeconfig: PathBuf,
    /// What helm remembers, out of the home directory.
    home: PathBuf,
}

impl Helm {
    pub(crate) fn new(cluster: &Cluster) -> Self {
        let built = workplace::target().join("tools/bin/helm");
        let program = if built.exists() {
            built
        } else {
            workplace::tool("helm").unwrap()
        };
        Self {
            program,
            kubeconfig: cluster.admin_kubeconfig().to_owned(),
            home: cluster.path("helm"),
        }
    }

    /// Runs helm without holding up the other tasks of the test; `Err` is what it said.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HELM_CACHE_HOME", self.home.join("cache"))
            .env("HELM_CONFIG_HOME", self.home.join("config"))
            .env("HELM_DATA_HOME", self.home.join("data"));
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(text(&output.stdout) + &text(&output.stderr))
        }
    }
}

/// Makes a chart of some manifests.
pub(crate) fn small_chart(cluster: &Cluster, name: &str, manifests: &[Value]) -> PathBuf {
    let folder = cluster.path(&format!("chart-{name}"));
    std::fs::create_dir_all(folder.join("templates")).unwrap();
    let chart = format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n");
    std::fs::write(folder.join("Chart.yaml"), chart).unwrap();
    let documents: Vec<String> = manifests.iter().map(Value::to_string).collect();
    std::fs::write(folder.join("templates/all.yaml"), documents.join("\n---\n")).unwrap();
    folder
}

/// A copy of the chart, to change.
pub(crate) fn copy_of_the_chart(cluster: &Cluster, name: &str) -> PathBuf {
    let copy = cluster.path(name);
    copy_folder(&repository().join("charts/image-operator"), &copy);
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
