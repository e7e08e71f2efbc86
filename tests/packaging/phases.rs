//! Recorded resources in every phase, and what tools should make of them: the cases of Argo CD's own health test.

use serde::Deserialize;
use serde_json::Value;

use crate::generated::read;

const FOLDER: &str = "deploy/argocd/resource_customizations/image-operator.dev/_";

/// A resource in a phase.
pub(crate) struct Phase {
    /// Its file.
    pub(crate) path: String,
    pub(crate) object: Value,
    /// What Argo CD should say.
    pub(crate) status: String,
    pub(crate) message: String,
}

/// Every case of `health_test.yaml`.
pub(crate) fn phases() -> Vec<Phase> {
    #[derive(Deserialize)]
    struct File {
        tests: Vec<Case>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Case {
        health_status: Expected,
        input_path: String,
    }
    #[derive(Deserialize)]
    struct Expected {
        status: String,
        message: String,
    }
    let file: File = serde_saphyr::from_str(&read(&format!("{FOLDER}/health_test.yaml"))).unwrap();
    file.tests
        .into_iter()
        .map(|case| {
            let path = format!("{FOLDER}/{}", case.input_path);
            Phase {
                object: serde_saphyr::from_str(&read(&path)).unwrap(),
                path,
                status: case.health_status.status,
                message: case.health_status.message,
            }
        })
        .collect()
}

#[test]
fn every_health_is_recorded() {
    let phases = phases();
    for status in ["Healthy", "Progressing", "Degraded", "Suspended"] {
        let recorded = phases.iter().any(|phase| phase.status == status);
        assert!(
            recorded,
            "nothing that is {status} is recorded in {FOLDER}/testdata"
        );
    }
}

#[test]
fn every_recording_is_a_case() {
    let folder = crate::support::workplace::repository()
        .join(FOLDER)
        .join("testdata");
    let recorded = std::fs::read_dir(folder).unwrap().count();

    assert_eq!(phases().len(), recorded);
}
