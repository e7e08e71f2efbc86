//! What the chart renders to. `UPDATE=1 cargo test --test packaging current` writes the golden files anew.

use serde_json::{Value, json};

use crate::commands::{built, find, rendered, run, template};
use crate::generated::{CHART, is_update, read, write_generated};
use crate::support::workplace::repository;

const NAME: &str = "image-operator";

/// The files in `values`, and what they render to in `golden`.
const CASES: [&str; 4] = ["defaults", "everything", "rehearsal", "replicas"];

#[test]
fn helm_has_nothing_to_complain_about() {
    for values in CASES {
        let values = format!("tests/packaging/values/{values}.yaml");
        let linted = run("helm", &["lint", "--strict", CHART, "--values", &values]);
        assert!(linted.is_ok(), "{values}: {}", linted.unwrap_err());
    }
}

#[test]
fn golden_renderings_are_current() {
    if is_update() {
        // What is rendered is generated too.
        write_generated();
    }
    for case in CASES {
        let values = format!("tests/packaging/values/{case}.yaml");
        let rendered = template(&["--values", &values, "--set", "crds.enabled=false"]).unwrap();
        let golden = format!("tests/packaging/golden/{case}.yaml");
        if is_update() {
            std::fs::write(repository().join(&golden), rendered).unwrap();
        } else {
            assert!(
                read(&golden) == rendered,
                "{golden} is out of date: run `make generate` and look at the difference"
            );
        }
    }
}

#[test]
fn the_definitions_come_with_the_chart_and_stay_when_it_goes() {
    let definitions = definitions(&[]);

    assert_eq!(
        definitions.len(),
        image_operator::api::definitions().unwrap().len()
    );
    for definition in definitions {
        let policy = &definition["metadata"]["annotations"]["helm.sh/resource-policy"];
        assert_eq!(policy, "keep");
    }
}

#[test]
fn a_definition_is_rendered_as_it_was_generated() {
    let rendered = definitions(&[]);
    for definition in image_operator::api::definitions().unwrap() {
        let generated = serde_json::to_value(&definition).unwrap();
        let same_name = |other: &&Value| other["metadata"]["name"] == generated["metadata"]["name"];
        let rendered = rendered.iter().find(same_name).unwrap();
        assert_eq!(
            as_floats(rendered["spec"].clone()),
            as_floats(generated["spec"].clone())
        );
    }
}

#[test]
fn the_definitions_can_be_left_to_somebody_else_or_go_with_the_release() {
    assert!(definitions(&["--set", "crds.enabled=false"]).is_empty());
    for definition in definitions(&["--set", "crds.keep=false"]) {
        assert_eq!(definition["metadata"]["annotations"], Value::Null);
    }
}

#[test]
fn chart_and_base_run_the_same_pod() {
    let chart = pod(find(&rendered(&[]), "Deployment", NAME).unwrap());
    let base = pod(find(&built("deploy/base"), "Deployment", NAME).unwrap());

    for field in [
        "securityContext",
        "serviceAccountName",
        "terminationGracePeriodSeconds",
    ] {
        assert_eq!(chart[field], base[field], "{field}");
    }
    let (chart, base) = (&chart["containers"][0], &base["containers"][0]);
    for field in [
        "image",
        "ports",
        "livenessProbe",
        "readinessProbe",
        "resources",
        "securityContext",
    ] {
        assert_eq!(chart[field], base[field], "{field}");
    }
}

#[test]
fn chart_and_base_grant_the_same_rights() {
    let (chart, base) = (rendered(&[]), built("deploy/base"));
    for suffix in ["", "-cluster", "-view", "-edit"] {
        let name = format!("{NAME}{suffix}");
        let rules = |objects: &[Value]| find(objects, "ClusterRole", &name).unwrap()["rules"].clone();
        assert_eq!(rules(&chart), rules(&base), "{name}");
    }

    let replicated = rendered(&["--set", "replicas=2,leaderElection.enabled=true"]);
    let rules = |objects: &[Value]| {
        let role = find(objects, "Role", "image-operator-leader-election");
        role.unwrap()["rules"].clone()
    };
    assert_eq!(rules(&replicated), rules(&base));
}

#[test]
fn with_namespaces_named_the_rights_are_bound_in_these_alone() {
    let objects = rendered(&["--set", "watchNamespaces={blue,green}"]);

    assert!(find(&objects, "ClusterRoleBinding", NAME).is_none());
    let mut bound: Vec<&Value> = objects
        .iter()
        .filter(|object| object["kind"] == "RoleBinding")
        // The right to the Lease is one of the operator's own namespace.
        .filter(|binding| binding["roleRef"]["kind"] == "ClusterRole")
        .map(|binding| &binding["metadata"]["namespace"])
        .collect();
    bound.sort_by_key(ToString::to_string);
    assert_eq!(bound, ["blue", "green"]);
    assert!(arguments(&objects).contains(&json!("--watch-namespace=blue,green")));
}

#[test]
fn without_values_the_operator_keeps_its_own_defaults_of_what_may_be_spoken_to() {
    let arguments = arguments(&rendered(&[]));

    let limits = |argument: &&Value| {
        let argument = argument.as_str().unwrap();
        argument.starts_with("--allow") || argument.starts_with("--cluster-id")
    };
    assert_eq!(arguments.iter().find(limits), None);
}

#[test]
fn a_rehearsal_speaks_to_the_simulator_alone() {
    let arguments = arguments(&rendered(&["--set", "simulator.enabled=true"]));

    let host = "--allowed-hosts=image-operator-simulator.image-operator-system.svc";
    assert!(arguments.contains(&json!(host)), "{arguments:?}");
    assert!(arguments.contains(&json!("--allow-plain-http")), "{arguments:?}");
}

#[test]
fn the_connection_of_a_rehearsal_waits_for_its_definition() {
    let kind = "--api-versions=image-operator.dev/v1alpha1/CloudConnection";
    for (arguments, hook) in [(vec![], json!("post-install")), (vec![kind], Value::Null)] {
        let objects = rendered(&[&["--set", "simulator.enabled=true"], &arguments[..]].concat());
        let connection = find(&objects, "CloudConnection", "simulator").unwrap();
        assert_eq!(connection["metadata"]["annotations"]["helm.sh/hook"], hook);
    }
}

#[test]
fn every_object_fits_in_the_longest_names() {
    let name = "n".repeat(53);
    let objects = rendered(&[
        "--set",
        &format!("fullnameOverride={name},simulator.enabled=true"),
        "--set",
        "networkPolicy.enabled=true,crds.enabled=false",
    ]);

    for object in objects {
        let name = object["metadata"]["name"].as_str().unwrap();
        // Names of roles and bindings are no labels: they may be longer.
        let is_right = object["apiVersion"] == "rbac.authorization.k8s.io/v1";
        assert!(is_right || name.len() <= 63, "{name}");
    }
}

#[test]
fn an_option_of_the_chart_is_an_option_of_the_program() {
    let objects = rendered(&["--values", "tests/packaging/values/everything.yaml"]);
    let program = env!("CARGO_BIN_EXE_image-operator");
    let help = std::process::Command::new(program)
        .args(["run", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();

    let given = arguments(&objects);
    assert!(given.len() > 8, "{given:?}");
    for argument in given.iter().skip(1) {
        let option = argument.as_str().unwrap().split('=').next().unwrap();
        assert!(help.contains(option), "image-operator run knows no {option}");
    }
}

fn definitions(arguments: &[&str]) -> Vec<Value> {
    let mut objects = rendered(arguments);
    objects.retain(|object| object["kind"] == "CustomResourceDefinition");
    objects
}

fn arguments(objects: &[Value]) -> Vec<Value> {
    let deployment = find(objects, "Deployment", NAME).unwrap();
    let arguments = pod(deployment)["containers"][0]["args"].as_array().cloned();
    arguments.unwrap()
}

fn pod(deployment: &Value) -> Value {
    deployment["spec"]["template"]["spec"].clone()
}

/// A whole number and the same number as a float are one.
fn as_floats(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64()),
        Value::Array(items) => items.into_iter().map(as_floats).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, field)| (name, as_floats(field)))
            .collect(),
        other => other,
    }
}
