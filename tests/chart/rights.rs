//! The rights that the chart grants, beside those that the operator uses.

use std::collections::BTreeSet;

use image_operator::api;
use serde_json::Value;

use crate::support::Cluster;
use crate::support::audit::AuditEntry;

/// One verb on one resource, such as `get secrets` or `update <kind>/status`: the kinds of the operator are treated alike.
type Right = String;

/// What the roles of a release grant to its operator.
pub(crate) fn granted(cluster: &Cluster, release: &str) -> BTreeSet<Right> {
    const FOR_PEOPLE: &str = "rbac.authorization.k8s.io/aggregate-to-edit";
    let selector = format!("--selector=app.kubernetes.io/instance={release},!{FOR_PEOPLE}");
    let get = [
        "get",
        "clusterroles,roles",
        "--all-namespaces",
        &selector,
        "--output=json",
    ];
    let roles: Value = serde_json::from_str(&cluster.kubectl().run(&get).unwrap()).unwrap();
    let granted = roles["items"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|role| entries(&role["rules"]));
    let mut rights = BTreeSet::new();
    for rule in granted {
        for resource in entries(&rule["resources"]) {
            for verb in entries(&rule["verbs"]) {
                let (verb, resource) = (verb.as_str().unwrap(), resource.as_str().unwrap());
                rights.insert(right(verb, resource));
            }
        }
    }
    rights
}

fn entries(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What the operator did, as the API server saw it.
pub(crate) fn used(log: &[AuditEntry]) -> BTreeSet<Right> {
    log.iter()
        .filter(|entry| !entry.resource.is_empty())
        .map(right_of)
        .collect()
}

/// What a request was made under, or refused for.
pub(crate) fn right_of(entry: &AuditEntry) -> Right {
    match entry.subresource.as_str() {
        "" => right(&entry.verb, &entry.resource),
        subresource => right(&entry.verb, &format!("{}/{subresource}", entry.resource)),
    }
}

pub(crate) fn right(verb: &str, resource: &str) -> Right {
    format!("{verb} {}", alike(resource))
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
