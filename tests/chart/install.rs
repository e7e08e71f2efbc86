//! The life of a release: install, upgrade, uninstall, install again.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::deployed::Deployed;
use crate::helm::{Helm, copy_of_the_chart};
use crate::rights;
use crate::support::cluster::OPERATOR_NAMESPACE;
use crate::support::gallery::{self, Limits};
use crate::support::workplace::{Workplace, repository};
use crate::support::{Cluster, Namespace, Simulator, SimulatorOptions, eventually};
use image_operator::api::ImageCatalog;

const DEADLINE: Duration = Duration::from_secs(90);
pub(crate) const RELEASE: &str = "image-operator";

/// What the chart is installed with; the simulator is a process here.
const VALUES: &str = "allowedHosts={127.0.0.1},allowPlainHttp=true,settlingWindow=2s";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_comes_upgrades_goes_and_comes_back_and_the_images_stay() {
    let cluster = Cluster::bare(Workplace::for_tests().unwrap()).unwrap();
    let helm = Helm::new(&cluster);
    let audit = cluster.audit();
    let begin = audit.position();

    // Installed, and the images become Ready under exactly the rights of the chart.
    install(&helm, &repository().join("charts/image-operator")).await;
    definitions_are_established(&cluster);
    let simulator = Simulator::start(&cluster, SimulatorOptions::default())
        .await
        .unwrap();
    let mut operator = Deployed::start(&cluster, OPERATOR_NAMESPACE, RELEASE).await;
    let namespace = cluster.namespace().await;
    gallery::connect(&namespace, simulator.url(), Limits::default()).await;
    for name in ["stays", "goes"] {
        gallery::create(&namespace, &gallery::catalog(name)).await;
    }
    ready(&namespace, "stays").await;
    ready(&namespace, "goes").await;

    // Upgraded to a definition with one field more.
    install(&helm, &chart_with_a_new_field(&cluster)).await;
    let patch = json!({"spec": {"note": "written with the new definition"}}).to_string();
    let patched = [
        "patch",
        "imagecatalog",
        "stays",
        "--type=merge",
        "--patch",
        &patch,
    ];
    namespace.kubectl(&patched).await.unwrap();
    ready(&namespace, "stays").await;
    assert_eq!(
        stored(&namespace, "stays").await["spec"]["note"],
        "written with the new definition"
    );

    // An image deleted on purpose goes.
    namespace
        .kubectl(&["delete", "imagecatalog", "goes", "--timeout=60s"])
        .await
        .unwrap();
    assert_eq!(image_names(&simulator).await, ["stays"]);

    // Nothing was refused to the operator, and nothing granted that it did not use.
    operator.terminate().await;
    let entries = audit.since(begin);
    assert_eq!(audit.forbidden(begin), []);
    let mut granted = rights::granted(&cluster, RELEASE);
    // A resource is read again only where somebody edits it while a remote write is under way.
    granted.remove("get <kind>");
    let mut used = rights::used(&entries);
    used.remove("get <kind>");
    assert_eq!(granted, used, "left: granted, right: used");

    // Uninstalled: definitions, resources and images stay.
    uninstall(&helm).await;
    let left = cluster
        .kubectl()
        .run(&["get", "clusterrole,clusterrolebinding", "--output=name"])
        .unwrap();
    assert!(!left.contains(RELEASE), "{left}");
    ready(&namespace, "stays").await;
    assert_eq!(image_names(&simulator).await, ["stays"]);

    // Installed again, it takes over what it left.
    simulator.clear_requests().await;
    install(&helm, &repository().join("charts/image-operator")).await;
    let _operator = Deployed::start(&cluster, OPERATOR_NAMESPACE, RELEASE).await;
    let annotate = [
        "annotate",
        "imagecatalog",
        "stays",
        "image-operator.dev/reconcile-requested-at=now",
    ];
    namespace.kubectl(&annotate).await.unwrap();
    eventually(DEADLINE, "the request to look again is answered", async || {
        let seen = stored(&namespace, "stays").await;
        match &seen["status"]["lastHandledReconcileAt"] {
            handled if handled == "now" => Ok(()),
            other => Err(other.to_string()),
        }
    })
    .await;
    ready(&namespace, "stays").await;
    let writes = simulator.requests().await;
    assert!(
        writes.iter().all(|request| !request.changed),
        "nothing is written anew: {writes:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rehearsal_brings_its_connection_together_with_the_definition_of_it() {
    let cluster = Cluster::bare(Workplace::for_tests().unwrap()).unwrap();
    let helm = Helm::new(&cluster);
    let chart = repository().join("charts/image-operator");
    let get = [
        "get",
        "conn,secret",
        "simulator",
        "--namespace",
        OPERATOR_NAMESPACE,
    ];

    // The second upgrade renders the connection as an ordinary part of the release.
    for _ in 0..3 {
        upgrade(&helm, &chart, &["--set", "simulator.enabled=true"]).await;
        cluster.kubectl().run(&get).unwrap();
    }
    uninstall(&helm).await;
    let left = cluster.kubectl().run(&get).unwrap();
    assert!(
        left.contains("cloudconnection.image-operator.dev/simulator"),
        "{left}"
    );

    // Everything else that can be turned on, but what needs definitions of others.
    for namespace in ["blue", "green"] {
        cluster
            .kubectl()
            .run(&["create", "namespace", namespace])
            .unwrap();
    }
    let everything = repository().join("tests/packaging/values/everything.yaml");
    let others = "metrics.serviceMonitor.enabled=false,metrics.podMonitor.enabled=false,\
                  metrics.prometheusRule.enabled=false";
    upgrade(
        &helm,
        &chart,
        &["--values", &everything.to_string_lossy(), "--set", others],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_namespaces_named_the_operator_works_there_and_is_refused_nothing() {
    let cluster = Cluster::bare(Workplace::for_tests().unwrap()).unwrap();
    let begin = cluster.audit().position();
    let (inside, outside) = (cluster.namespace().await, cluster.namespace().await);
    let values = format!("{VALUES},watchNamespaces={{{}}}", inside.name);
    let chart = repository().join("charts/image-operator");
    upgrade(&Helm::new(&cluster), &chart, &["--set", &values]).await;
    definitions_are_established(&cluster);
    let simulator = Simulator::start(&cluster, SimulatorOptions::default())
        .await
        .unwrap();
    let _operator = Deployed::start(&cluster, OPERATOR_NAMESPACE, RELEASE).await;

    for namespace in [&outside, &inside] {
        gallery::connect(namespace, simulator.url(), Limits::default()).await;
        gallery::create(namespace, &gallery::catalog("win11")).await;
    }
    ready(&inside, "win11").await;

    assert_eq!(
        stored(&outside, "win11").await["status"]["observedGeneration"],
        -1
    );
    assert_eq!(cluster.audit().forbidden(begin), []);
    let secret = [
        "auth",
        "can-i",
        "get",
        "secrets",
        "--namespace",
        &outside.name,
        "--as",
    ];
    let account = format!("system:serviceaccount:{OPERATOR_NAMESPACE}:{RELEASE}");
    let answer = cluster.kubectl().run(&[&secret[..], &[&account]].concat());
    assert!(answer.is_err(), "it may read Secrets elsewhere: {answer:?}");
}

pub(crate) async fn install(helm: &Helm, chart: &Path) {
    upgrade(helm, chart, &["--set", VALUES]).await;
}

async fn upgrade(helm: &Helm, chart: &Path, values: &[&str]) {
    let chart = chart.to_string_lossy();
    let fixed = [
        "upgrade",
        "--install",
        RELEASE,
        &chart,
        "--namespace",
        OPERATOR_NAMESPACE,
        "--create-namespace",
    ];
    helm.run(&[&fixed[..], values].concat())
        .await
        .unwrap_or_else(|said| panic!("{said}"));
}

async fn uninstall(helm: &Helm) {
    let uninstall = ["uninstall", RELEASE, "--namespace", OPERATOR_NAMESPACE, "--wait"];
    helm.run(&uninstall).await.unwrap_or_else(|said| panic!("{said}"));
}

pub(crate) fn definitions_are_established(cluster: &Cluster) {
    let wait = [
        "wait",
        "--for=condition=Established",
        "crd",
        "--all",
        "--timeout=60s",
    ];
    cluster.kubectl().run(&wait).unwrap();
}

/// A later chart, whose ImageCatalog knows the field `spec.note`.
fn chart_with_a_new_field(cluster: &Cluster) -> std::path::PathBuf {
    let chart = copy_of_the_chart(cluster, "later-chart");
    let file = chart.join("files/crds/imagecatalogs.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut definition: Value = serde_saphyr::from_str(&text).unwrap();
    let schema = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    schema["properties"]["spec"]["properties"]["note"] = json!({"type": "string", "maxLength": 64});
    std::fs::write(file, definition.to_string()).unwrap();
    chart
}

async fn ready(namespace: &Namespace, name: &str) {
    let catalogs = namespace.api::<ImageCatalog>();
    eventually(DEADLINE, &format!("{name} is Ready"), async || {
        let catalog = catalogs.get(name).await.map_err(|error| error.to_string())?;
        let observed = catalog
            .status
            .as_ref()
            .map(|status| status.managed.observed_generation);
        if observed != catalog.metadata.generation {
            return Err(format!("observed generation {observed:?}"));
        }
        gallery::ready(&catalog)
    })
    .await;
}

/// A catalog as the API server has it.
async fn stored(namespace: &Namespace, name: &str) -> Value {
    let get = ["get", "imagecatalog", name, "--output=json"];
    serde_json::from_str(&namespace.kubectl(&get).await.unwrap()).unwrap()
}

async fn image_names(simulator: &Simulator) -> Vec<String> {
    let images = simulator.images().await;
    images
        .iter()
        .map(|image| image["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}
