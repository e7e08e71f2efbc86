//! What the operator would do next with manifests is told, and nothing is written anywhere.

use std::path::PathBuf;

use image_operator::api::{self, CloudConnection, ImageCatalog};
use kube::ResourceExt;
use serde_json::{Value, json};

use crate::scene::{CONNECTION, DEMO, Said, Scene, sample};
use crate::support::cluster;
use crate::support::cluster::OPERATOR_NAMESPACE;

/// The name of a ServiceAccount that may only read. The API server logs what those beside the operator's do.
const READER: &str = "reader";

fn catalog(name: &str) -> Value {
    let mut catalog = sample(include_str!("../../deploy/samples/imagecatalog-gallery.yaml"));
    catalog["metadata"]["name"] = json!(name);
    catalog["spec"]["providerInstanceId"] = json!(DEMO.provider_instance);
    catalog
}

fn with(mut manifest: Value, field: &str, value: &str) -> Value {
    manifest["spec"][field] = json!(value);
    manifest
}

async fn apply_and_wait(scene: &Scene, catalogs: &[Value], count: usize) {
    for catalog in catalogs {
        scene.namespace.apply(&catalog.to_string()).await.unwrap();
    }
    scene.all_ready::<ImageCatalog>(count).await;
}

/// The kubeconfig of somebody who may read what a preview reads, and nothing else.
fn reader() -> PathBuf {
    let kubectl = cluster().kubectl();
    let ours = api::definitions()
        .unwrap()
        .into_iter()
        .map(|ours| ours.name_any());
    let others = [
        "secrets",
        "namespaces",
        "customresourcedefinitions.apiextensions.k8s.io",
    ];
    let all: Vec<String> = ours.chain(others.map(str::to_owned)).collect();
    let resources = format!("--resource={}", all.join(","));
    let account = format!("--serviceaccount={OPERATOR_NAMESPACE}:{READER}");
    let in_its_namespace = ["--namespace", OPERATOR_NAMESPACE];
    for arguments in [
        &["create", "serviceaccount", READER][..],
        &["create", "clusterrole", READER, "--verb=get,list", &resources],
        &[
            "create",
            "clusterrolebinding",
            READER,
            "--clusterrole=reader",
            &account,
        ],
    ] {
        kubectl.run(&[arguments, &in_its_namespace].concat()).unwrap();
    }
    cluster()
        .service_account_kubeconfig(OPERATOR_NAMESPACE, READER)
        .unwrap()
}

/// Writes manifests into a file of a test.
fn written(scene: &Scene, name: &str, manifests: &[Value]) -> String {
    let path = scene.path(name).with_extension("yaml");
    let documents: Vec<String> = manifests.iter().map(Value::to_string).collect();
    std::fs::write(&path, documents.join("\n---\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Name, next step and reason of each resource.
fn told(said: &Said) -> Vec<[String; 3]> {
    let rows: Vec<Value> = serde_json::from_str(&said.results).unwrap_or_else(|_| panic!("{said:?}"));
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| ["name", "next", "reason"].map(|field| text(row, field)))
        .collect()
}

#[tokio::test]
async fn what_would_be_done_with_manifests_is_told_and_nothing_is_written() {
    let scene = Scene::set(&DEMO).await;
    let mut operator = scene.operator().await;
    // The first ids are those of another test's images, in the same account.
    apply_and_wait(&scene, &[catalog("first")], 1).await;
    let left = with(catalog("left"), "deletionPolicy", "Retain");
    apply_and_wait(&scene, &[catalog("same"), catalog("edited"), left.clone()], 4).await;
    scene
        .namespace
        .kubectl(&["delete", "imagecatalog", "left"])
        .await
        .unwrap();
    operator.terminate().await.unwrap();
    let api = scene.namespace.api::<ImageCatalog>();
    let same = api.get("same").await.unwrap().status.unwrap();
    let before = scene.changes().await;

    let mut staging = sample(include_str!("../../deploy/samples/cloudconnection.yaml"));
    staging["metadata"]["name"] = json!("staging");
    let mut staged = catalog("staged");
    staged["spec"]["connectionRef"]["name"] = json!("staging");
    let mut lost = catalog("lost");
    lost["spec"]["connectionRef"]["name"] = json!("nowhere");
    let version = json!({
        "apiVersion": "image-operator.dev/v1alpha1", "kind": "ImageVersion",
        "metadata": { "name": "new-2" },
        "spec": { "catalogRef": { "name": "new" }, "versionType": "MAJOR", "versionId": "65f0c0ffee00000000000e02" },
    });
    let connections = scene.namespace.api::<CloudConnection>();
    let connection = serde_json::to_value(connections.get(CONNECTION).await.unwrap()).unwrap();
    let mut changed = connection.clone();
    changed["spec"]["polling"]["idleInterval"] = json!("20s");
    let manifests = [
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "other" } }),
        version,
        catalog("new"),
        catalog("same"),
        with(catalog("edited"), "versionDescription", "in other words"),
        left,
        with(catalog("copy"), "streamId", &same.stream_id.unwrap()),
        changed,
        staging,
        staged,
        lost,
    ];
    let file = written(&scene, "manifests", &manifests);
    let reader = reader();
    let audit = cluster().audit();
    let position = audit.position();
    let preview = async |arguments: &[&str]| scene.run_as(&reader, "preview", arguments).await;

    let said = preview(&["-f", &file, "--output", "json"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(
        told(&said),
        [
            ["new-2", "wait", "CatalogNotReady"],
            ["new", "create", "Creating"],
            ["same", "nothing", "Available"],
            ["edited", "change", "Patching"],
            ["left", "adopt", "Available"],
            ["copy", "stop", "OwnedByOther"],
            [CONNECTION, "check", ""],
            ["staging", "check", ""],
            ["staged", "wait", "ConnectionNotReady"],
            ["lost", "wait", "ConnectionNotFound"],
        ],
        "{said:?}"
    );
    assert!(
        said.remarks.contains("1 resources of other kinds left out"),
        "{said:?}"
    );

    let table = preview(&["-f", &file, "--exit-code"]).await;
    assert_eq!(table.code, Some(3), "{table:?}");
    assert!(table.results.starts_with("KIND "), "{table:?}");
    let unchanged = written(&scene, "unchanged", &[catalog("same"), connection]);
    let nothing = preview(&["-f", &unchanged, "--exit-code", "--output", "json"]).await;
    assert_eq!(nothing.code, Some(0), "{nothing:?}");
    assert_eq!(
        told(&nothing),
        [
            ["same", "nothing", "Available"],
            [CONNECTION, "nothing", "Connected"],
        ]
    );

    assert_eq!(scene.changes().await, before, "remote writes");
    let mut asked = audit.since(position);
    asked.retain(|entry| entry.user.ends_with(":reader"));
    assert!(!asked.is_empty());
    for entry in asked {
        assert!(!entry.is_write() && !entry.is_forbidden(), "{entry:?}");
    }
}

#[tokio::test]
async fn a_manifest_that_cannot_be_meant_is_refused_with_what_is_wrong() {
    let scene = Scene::set(&DEMO).await;
    let typing_error = with(catalog("win11"), "osTyp", "WINDOWS");
    let mut incomplete = catalog("win11");
    incomplete["spec"].as_object_mut().unwrap().remove("os");
    let secret = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "a" } });
    for (name, manifests, words) in [
        ("typing-error", vec![typing_error], "spec.osTyp"),
        ("incomplete", vec![incomplete], "missing field `os`"),
        ("twice", vec![catalog("a"), catalog("a")], "is given twice"),
        ("foreign", vec![secret], "no resource of image-operator.dev"),
    ] {
        let file = written(&scene, name, &manifests);
        let said = scene.run("preview", &["-f", &file]).await;
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.remarks.contains(words), "{said:?}");
    }
    let gone = scene.run("preview", &["-f", "/nowhere.yaml"]).await;
    assert!(gone.remarks.contains("reading /nowhere.yaml"), "{gone:?}");

    scene
        .namespace
        .kubectl(&["delete", "secret", "demo-token"])
        .await
        .unwrap();
    let file = written(&scene, "closed", &[catalog("win11")]);
    let said = scene.run("preview", &["-f", &file, "--output", "json"]).await;
    assert_eq!(told(&said), [["win11", "wait", "ConnectionNotReady"]], "{said:?}");
    let words = format!("{CONNECTION} cannot be used: SecretNotFound");
    assert!(said.remarks.contains(&words), "{said:?}");
}
