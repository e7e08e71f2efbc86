//! The files that are generated, and what they are generated from.

use std::path::{Path, PathBuf};
use std::sync::Once;

use image_operator::cli;
use serde_json::Value;

use crate::support::workplace::repository;
use crate::{argo, flux, rbac, readme};

pub(crate) const CHART: &str = "charts/image-operator";

#[test]
fn generated_files_are_current() {
    if is_update() {
        write_generated();
    }
    let mut outdated = files();
    outdated.retain(|file| {
        std::fs::read_to_string(repository().join(&file.path)).unwrap_or_default() != file.text
    });
    let outdated: Vec<String> = outdated.into_iter().map(|file| file.path).collect();
    assert!(
        outdated.is_empty(),
        "out of date: {outdated:?}: run `make generate`"
    );
}

/// Whether files are to be written instead of compared.
pub(crate) fn is_update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Writes what is generated.
pub(crate) fn write_generated() {
    static WRITTEN: Once = Once::new();
    WRITTEN.call_once(|| {
        for file in files() {
            let path = repository().join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &file.text).unwrap();
        }
    });
}

#[test]
fn the_chart_holds_no_copy_of_a_file_that_is_gone() {
    let expected: Vec<PathBuf> = files().iter().map(|file| repository().join(&file.path)).collect();
    let folder = repository().join(CHART).join("files");
    for kind in std::fs::read_dir(&folder).unwrap() {
        for path in in_folder(&kind.unwrap().path()) {
            assert!(
                expected.contains(&path),
                "{} is generated from nothing: delete it",
                path.display()
            );
        }
    }
}

#[test]
fn chart_and_program_have_one_version() {
    let chart: Value = serde_saphyr::from_str(&read(&format!("{CHART}/Chart.yaml"))).unwrap();

    assert_eq!(chart["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(chart["appVersion"], env!("CARGO_PKG_VERSION"));
}

struct Generated {
    /// From the root of the repository.
    path: String,
    text: String,
}

fn files() -> Vec<Generated> {
    let mut files = Vec::new();
    let mut add = |path: String, text: String| files.push(Generated { path, text });
    add("deploy/base/rbac.yaml".to_owned(), rbac::manifest());
    for (name, text) in [
        ("resources", rbac::in_namespaces()),
        ("cluster", rbac::in_the_cluster()),
        ("view", rbac::of_viewers()),
        ("edit", rbac::of_editors()),
    ] {
        add(format!("{CHART}/files/rbac/{name}.yaml"), text);
    }
    for definition in cli::crds::files().unwrap() {
        add(format!("{CHART}/files/crds/{}", definition.name), definition.yaml);
    }
    for folder in ["grafana", "prometheus"] {
        for path in in_folder(&repository().join("deploy").join(folder)) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            add(
                format!("{CHART}/files/{folder}/{name}"),
                std::fs::read_to_string(&path).unwrap(),
            );
        }
    }
    add(
        format!("{CHART}/README.md"),
        readme::page(&read(&format!("{CHART}/values.yaml"))),
    );
    add(
        "deploy/argocd/argocd-cm.yaml".to_owned(),
        argo::config_map(&read(argo::SCRIPT)),
    );
    let flux = "deploy/flux/images.yaml";
    add(flux.to_owned(), flux::with_every_kind(&read(flux)));
    files
}

/// The files of a folder, which may be missing.
fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// A file of the repository.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
