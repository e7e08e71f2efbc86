//! The chart with one right less: for each right, something that a person waits for is never done.

use std::sync::Mutex;
use std::time::Duration;

use futures::future::join_all;
use k8s_openapi::api::events::v1::Event;
use kube::api::{DeleteParams, ListParams};
use serde_json::{Value, json};

use crate::helm::Helm;
use crate::install::{RELEASE, definitions_are_established, install};
use crate::rights;
use crate::support::cluster::OPERATOR_NAMESPACE;
use crate::support::gallery::{self, Limits};
use crate::support::workplace::{Workplace, repository};
use crate::support::{
    Cluster, Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, eventually,
};
use image_operator::api::{CloudConnection, ImageCatalog};

const DEADLINE: Duration = Duration::from_mins(3);

/// What a person waits for, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Connection,
    Catalog,
    Event,
    Deletion,
}

/// A verb on a resource of a role, and what is never done without it.
struct Right {
    role: &'static str,
    verb: &'static str,
    resource: &'static str,
    undone: Awaited,
}

const fn right(role: &'static str, verb: &'static str, resource: &'static str, undone: Awaited) -> Right {
    Right {
        role,
        verb,
        resource,
        undone,
    }
}

const RESOURCES: &str = "clusterrole/image-operator";
const CLUSTER: &str = "clusterrole/image-operator-cluster";
const LEASES: &str = "role/image-operator-leader-election";

/// Reading a resource again has a test of its own: it takes an edit while a remote write is under way.
const RIGHTS: [Right; 10] = [
    right(RESOURCES, "watch", "imagecatalogs", Awaited::Connection),
    right(RESOURCES, "patch", "imagecatalogs", Awaited::Connection),
    right(RESOURCES, "update", "imagecatalogs/status", Awaited::Connection),
    right(RESOURCES, "get", "secrets", Awaited::Connection),
    right(RESOURCES, "create", "events", Awaited::Event),
    right(CLUSTER, "get", "namespaces", Awaited::Connection),
    right(CLUSTER, "get", "customresourcedefinitions", Awaited::Deletion),
    right(LEASES, "create", "leases", Awaited::Connection),
    right(LEASES, "get", "leases", Awaited::Connection),
    right(LEASES, "update", "leases", Awaited::Connection),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_one_right_something_is_never_done() {
    let cluster = Cluster::bare(Workplace::for_tests().unwrap()).unwrap();
    install(&Helm::new(&cluster), &repository().join("charts/image-operator")).await;
    definitions_are_established(&cluster);
    let options = SimulatorOptions::default();
    let simulator = Simulator::start(&cluster, options).await.unwrap();

    every_rule_is_tried(&cluster);
    join_all(RIGHTS.iter().map(|right| refused(&cluster, &simulator, right))).await;
}

/// With the right withheld: the API server refuses it, and the person waits for what cannot be done.
async fn refused(cluster: &Cluster, simulator: &Simulator, right: &Right) {
    let namespace = cluster.namespace().await;
    let user = account(cluster, &namespace, right);
    let kubeconfig = cluster
        .service_account_kubeconfig(OPERATOR_NAMESPACE, &namespace.name)
        .unwrap();
    let mut options = OperatorOptions::for_namespace(&namespace)
        .with("--settling-window=2s")
        .with("--leader-elect")
        .with(format!("--lease-name={RELEASE}"))
        .with(format!("--lease-namespace={}", namespace.name));
    let kubeconfig = kubeconfig.to_string_lossy().into_owned();
    options.environment.push(("KUBECONFIG".to_owned(), kubeconfig));
    if right.verb != "create" || right.resource != "leases" {
        an_old_lease(&namespace).await;
    }
    let audit = cluster.audit();
    let begin = audit.position();
    let _operator = Operator::launch(cluster, options).unwrap();

    let at = Mutex::new(Awaited::Connection);
    let withheld = rights::right(right.verb, right.resource);
    let awaited = format!("{withheld} is refused and missed");
    let stands = eventually(DEADLINE, &awaited, async || {
        let refused = audit
            .forbidden(begin)
            .iter()
            .any(|entry| entry.user == user && rights::right_of(entry) == withheld);
        let at = *at.lock().unwrap();
        if refused && at == right.undone {
            Ok(())
        } else {
            Err(format!("refused: {refused}, waited for: {at:?}"))
        }
    });
    tokio::select! {
        () = stands => {}
        () = everything(&namespace, simulator, &at) => panic!("everything is done without {withheld}"),
    }
}

/// A connection, a catalog, an event about it, and its deletion.
async fn everything(namespace: &Namespace, simulator: &Simulator, at: &Mutex<Awaited>) {
    let connections = namespace.api::<CloudConnection>();
    let catalogs = namespace.api::<ImageCatalog>();
    gallery::connect(namespace, simulator.url(), Limits::default()).await;
    eventually(DEADLINE, "the connection is Ready", async || {
        let connection = connections.get(gallery::CONNECTION).await.unwrap();
        let conditions = connection
            .status
            .map(|status| status.conditions)
            .unwrap_or_default();
        let ready = |condition: &&_| is_true(condition, "Ready");
        conditions
            .iter()
            .find(ready)
            .map(drop)
            .ok_or(format!("{conditions:?}"))
    })
    .await;

    *at.lock().unwrap() = Awaited::Catalog;
    gallery::create(namespace, &gallery::catalog(&namespace.name)).await;
    eventually(DEADLINE, "the catalog is Ready", async || {
        gallery::ready(&catalogs.get(&namespace.name).await.unwrap())
    })
    .await;

    *at.lock().unwrap() = Awaited::Event;
    eventually(DEADLINE, "an event is there", async || {
        let events = namespace
            .api::<Event>()
            .list(&ListParams::default())
            .await
            .unwrap();
        if events.items.is_empty() {
            Err("none".to_owned())
        } else {
            Ok(())
        }
    })
    .await;

    *at.lock().unwrap() = Awaited::Deletion;
    catalogs
        .delete(&namespace.name, &DeleteParams::default())
        .await
        .unwrap();
    eventually(DEADLINE, "the catalog is gone", async || {
        match catalogs.get_opt(&namespace.name).await.unwrap() {
            None => Ok(()),
            Some(catalog) => Err(format!("{:?}", catalog.status)),
        }
    })
    .await;
}

fn is_true(condition: &k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition, kind: &str) -> bool {
    condition.type_ == kind && condition.status == "True"
}

/// A ServiceAccount with the rights of the release but one; what the API server calls it.
fn account(cluster: &Cluster, namespace: &Namespace, withheld: &Right) -> String {
    let name = namespace.name.as_str();
    let metadata = |namespace: &str| json!({"name": name, "namespace": namespace});
    let mut objects = vec![json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(OPERATOR_NAMESPACE),
    })];
    for (role, kind) in [(RESOURCES, "Role"), (CLUSTER, "ClusterRole"), (LEASES, "Role")] {
        let mut rules = rules(cluster, role);
        if role == withheld.role {
            rules = rules
                .into_iter()
                .filter_map(|rule| without(rule, withheld))
                .collect();
        }
        let suffix = role.rsplit('/').next().unwrap();
        let metadata = json!({"name": format!("{name}-{suffix}"), "namespace": namespace.name});
        let group = "rbac.authorization.k8s.io";
        let version = format!("{group}/v1");
        objects.push(json!({"apiVersion": version, "kind": kind, "metadata": metadata, "rules": rules}));
        objects.push(json!({
            "apiVersion": version,
            "kind": format!("{kind}Binding"),
            "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": kind, "name": metadata["name"]},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": OPERATOR_NAMESPACE}],
        }));
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    let file = cluster.path(&format!("rights-{name}.json"));
    std::fs::write(&file, list.to_string()).unwrap();
    cluster
        .kubectl()
        .run(&["create", "--filename", &file.to_string_lossy()])
        .unwrap();
    format!("system:serviceaccount:{OPERATOR_NAMESPACE}:{name}")
}

fn rules(cluster: &Cluster, role: &str) -> Vec<Value> {
    let get = ["get", role, "--namespace", OPERATOR_NAMESPACE, "--output=json"];
    let mut role: Value = serde_json::from_str(&cluster.kubectl().run(&get).unwrap()).unwrap();
    serde_json::from_value(role["rules"].take()).unwrap()
}

/// The rule with one verb less, if it is about the resource.
fn without(mut rule: Value, withheld: &Right) -> Option<Value> {
    if has(&rule["resources"], withheld.resource) {
        let verbs = rule["verbs"].as_array_mut().unwrap();
        verbs.retain(|verb| verb != withheld.verb);
        if verbs.is_empty() {
            return None;
        }
    }
    Some(rule)
}

/// A right that the chart grants and nobody withholds here would go untested.
fn every_rule_is_tried(cluster: &Cluster) {
    for role in [RESOURCES, CLUSTER, LEASES] {
        for rule in rules(cluster, role) {
            for verb in rule["verbs"].as_array().unwrap() {
                let tried = RIGHTS.iter().any(|right| {
                    right.role == role && has(&rule["resources"], right.resource) && verb == right.verb
                });
                let read_again = verb == "get" && has(&rule["resources"], "imagecatalogs");
                assert!(tried || read_again, "nobody tries without {verb} of {rule}");
            }
        }
    }
}

fn has(list: &Value, text: &str) -> bool {
    list.as_array().unwrap().iter().any(|entry| entry == text)
}

/// A Lease that some replica left long ago: it is read and taken over, not created.
async fn an_old_lease(namespace: &Namespace) {
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": RELEASE},
        "spec": {
            "holderIdentity": "",
            "leaseDurationSeconds": 1,
            "acquireTime": "2026-01-01T00:00:00.000000Z",
            "renewTime": "2026-01-01T00:00:00.000000Z",
        },
    });
    namespace.apply(&lease.to_string()).await.unwrap();
}
