//! The overlays, as `kubectl apply -k` sees them.

use serde_json::{Value, json};

use crate::commands::{built, find};

const NAME: &str = "image-operator";

#[test]
fn every_overlay_builds_and_keeps_the_pod_restricted() {
    for overlay in ["cluster-wide", "one-namespace", "simulator"] {
        let objects = built(&format!("deploy/overlays/{overlay}"));
        let deployments = objects.iter().filter(|object| object["kind"] == "Deployment");
        let mut seen = 0;
        for deployment in deployments {
            let pod = &deployment["spec"]["template"]["spec"];
            let container = &pod["containers"][0]["securityContext"];
            assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{overlay}");
            assert_eq!(container["readOnlyRootFilesystem"], true, "{overlay}");
            assert_eq!(container["capabilities"]["drop"], json!(["ALL"]), "{overlay}");
            seen += 1;
        }
        assert!(seen > 0, "{overlay} has no Deployment");
    }
}

#[test]
fn cluster_wide_names_the_cluster() {
    let objects = built("deploy/overlays/cluster-wide");

    assert!(find(&objects, "ClusterRoleBinding", NAME).is_some());
    assert!(arguments(&objects).contains(&json!("--cluster-id=production-west")));
}

#[test]
fn in_one_namespace_the_rights_end_with_it() {
    let objects = built("deploy/overlays/one-namespace");

    assert!(find(&objects, "ClusterRoleBinding", NAME).is_none());
    let binding = find(&objects, "RoleBinding", NAME).unwrap();
    assert_eq!(binding["metadata"]["namespace"], "images");
    assert!(arguments(&objects).contains(&json!("--watch-namespace=images")));
}

#[test]
fn a_rehearsal_speaks_to_the_simulator_alone() {
    let objects = built("deploy/overlays/simulator");

    let connection = find(&objects, "CloudConnection", "simulator").unwrap();
    let host = "image-operator-simulator.image-operator-system.svc";
    assert_eq!(
        connection["spec"]["horizonCloud"]["baseUrl"],
        format!("http://{host}:8080")
    );
    assert!(arguments(&objects).contains(&json!(format!("--allowed-hosts={host}"))));
}

fn arguments(objects: &[Value]) -> Vec<Value> {
    let deployment = find(objects, "Deployment", NAME).unwrap();
    let arguments = &deployment["spec"]["template"]["spec"]["containers"][0]["args"];
    arguments.as_array().cloned().unwrap()
}
