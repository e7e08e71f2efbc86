//! The schema of the chart's values: what it refuses, and that it knows every value.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::commands::template;
use crate::generated::{CHART, read};
use crate::readme;

#[test]
fn a_wrong_value_is_refused_by_its_name() {
    for (wrong, named) in [
        ("replica=2", "replica"),
        ("replicas=two", "replicas"),
        ("replicas=2,leaderElection.enabled=false", "replicas"),
        ("leaderElection.duration=long", "duration"),
        ("image.tga=x", "tga"),
        ("image.tag=a b", "tag"),
        ("image.digest=sha256:abc", "digest"),
        ("image.pullPolicy=Sometimes", "pullPolicy"),
        ("crds.enable=false", "enable"),
        ("crds.keep=perhaps", "keep"),
        ("watchNamespaces=blue", "watchNamespaces"),
        ("watchNamespaces={Blue}", "watchNamespaces"),
        ("watchNamespaces={blue,blue}", "watchNamespaces"),
        ("allowedHosts={https://a.example}", "allowedHosts"),
        ("settlingWindow=soon", "settlingWindow"),
        ("workers=0", "workers"),
        ("log.format=xml", "format"),
        ("log.levle=debug", "levle"),
        ("extraArgs={workers}", "extraArgs"),
        ("caBundle.configMap=a,caBundle.secret=b", "caBundle"),
        ("resources.limit.memory=1Gi", "limit"),
        ("resources.limits.memory=plenty", "memory"),
        ("terminationGracePeriodSeconds=5", "terminationGracePeriodSeconds"),
        ("podDisruptionBudget.minAvailable=1", "minAvailable"),
        ("networkPolicy.enabled=1", "enabled"),
        ("metrics.serviceMonitor.interval=30", "interval"),
        ("metrics.serviceMonitors.enabled=true", "serviceMonitors"),
        ("simulator.speed=0", "speed"),
        ("simulator.connection.name=", "name"),
    ] {
        let refused = template(&["--set", wrong]);
        let message = refused.expect_err(&format!("{wrong} is accepted"));
        assert!(
            message.contains("values don't meet the specifications of the schema") && message.contains(named),
            "{wrong}: {message}"
        );
    }
}

#[test]
fn what_people_set_is_accepted() {
    for right in [
        "replicas=0",
        "replicas=2,leaderElection.enabled=true",
        "image.digest=sha256:0123456789012345678901234567890123456789012345678901234567890123",
        "global.anything=x",
        "watchNamespaces={blue,green}",
        "allowedHosts={*.example.com,127.0.0.1}",
        "settlingWindow=1h30m",
        "podDisruptionBudget.maxUnavailable=50%",
        "resources.limits.cpu=0.5",
        "resources=null",
        "caBundle.secret=issuers",
    ] {
        let accepted = template(&["--set", right]);
        assert!(accepted.is_ok(), "{right}: {}", accepted.unwrap_err());
    }
}

#[test]
fn schema_values_and_readme_name_the_same_values() {
    let text = read(&format!("{CHART}/values.yaml"));
    let values: Value = serde_saphyr::from_str(&text).unwrap();
    let schema: Value = serde_json::from_str(&read(&format!("{CHART}/values.schema.json"))).unwrap();
    let described: BTreeSet<String> = readme::settings(&text)
        .into_iter()
        .map(|setting| setting.path)
        .collect();

    let mut known = BTreeSet::new();
    collect(&schema, "", &mut known);
    known.remove("global");

    assert_eq!(
        known, described,
        "left: the schema, right: the comments in values.yaml"
    );
    for path in &described {
        assert!(
            values.pointer(&format!("/{}", path.replace('.', "/"))).is_some(),
            "{path} has no default"
        );
    }
}

/// The paths of what the schema spells out: an object with properties of its own is not a value but a group.
fn collect(schema: &Value, path: &str, known: &mut BTreeSet<String>) {
    let Some(properties) = schema["properties"].as_object() else {
        known.insert(path.to_owned());
        return;
    };
    for (name, property) in properties {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        collect(property, &path, known);
    }
}
