//! The rights that the chart grants, beside those that the operator uses.

use std::collections::BTreeSet;

use image_operator::api;
use serde_json::Value;

use crate::support::Cluster;
use crate::support::audit::AuditEntry;

/// One verb on one resource, such as `get secrets` or `update <kind>/status`: the kinds of the operator are treated alike.
type Right = String;

/// What the roles of a release grant to its operator.
pub(crate) fn granted(cluster: &Cluster, roles: &[&str]) -> BTreeSet<Right> {
    let mut rights = BTreeSet::new();
    for role in roles {
        let get = ["get", "clusterrole", role, "--output=json"];
        let role: Value = serde_json::from_str(&cluster.kubectl().run(&get).unwrap()).unwrap();
        for rule in role["rules"].as_array().unwrap() {
            for resource in rule["resources"].as_array().unwrap() {
                for verb in rule["verbs"].as_array().unwrap() {
                    let (verb, resource) = (verb.as_str().unwrap(), resource.as_str().unwrap());
                    rights.insert(format!("{verb} {}", alike(resource)));
                }
            }
        }
    }
    rights
}

/// What the operator did, as the API server saw it.
pub(crate) fn used(entries: &[AuditEntry]) -> BTreeSet<Right> {
    entries
        .iter()
        .filter(|entry| !entry.resource.is_empty())
        .map(|entry| match entry.subresource.as_str() {
            "" => format!("{} {}", entry.verb, alike(&entry.resource)),
            subresource => format!("{} {}/{subresource}", entry.verb, alike(&entry.resource)),
        })
        .collect()
}

/// The resource with a kind of the operator called `<kind>`.
fn alike(resource: &str) -> String {
    let (name, rest) = match resource.split_once('/') {
        Some((name, rest)) => (name, format!("/{rest}")),
        None => (resource, String::new()),
    };
    let is_own = api::definitions()
        .unwrap()
        .iter()
        .any(|definition| definition.spec.names.plural == name);
    if is_own {
        format!("<kind>{rest}")
    } else {
        resource.to_owned()
    }
}
