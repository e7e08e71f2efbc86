//! What is written and what is left out, without a network.

use std::sync::Arc;

use serde_json::{Value, json};

use super::plan::{NoSuchImage, Plan, Wish, plan};
use crate::api::{DeletionPolicy, ImageCatalog, ImageVersion};
use crate::cli::estate::{Estate, Holding};
use crate::cli::residents::{Residents, Resources};
use crate::inventory::Entry;
use crate::lifecycle::{Described, Install, Mark, ObjectPart};

const CLUSTER: &str = "here";

fn merged(mut object: Value, more: Value) -> Value {
    let Value::Object(fields) = more else {
        panic!("{more} has no fields")
    };
    for (field, value) in fields {
        object[field] = value;
    }
    object
}

fn version(id: &str, name: &str, more: Value) -> Value {
    merged(
        json!({ "id": id, "name": name, "status": "AVAILABLE", "description": "by hand" }),
        more,
    )
}

fn copy(id: &str, version: &str, provider: &str, created_at: &str) -> Value {
    json!({
        "id": id, "versionId": version, "providerInstanceId": provider, "providerLabel": "AZURE",
        "status": "AVAILABLE", "createdAt": created_at,
    })
}

/// An image with these fields besides, and its versions.
fn holding(id: &str, more: Value, versions: &[Value]) -> Holding {
    let image = json!({
        "id": id, "name": "win11", "status": "AVAILABLE", "description": "text", "os": "Windows 11", "osType": "WINDOWS",
        "gpuType": "NONE", "sourceType": "AZURE_SIG",
    });
    let image = serde_json::from_value(merged(image, more)).unwrap();
    let copies = ["late", "home"].map(|provider| {
        let created_at = if provider == "home" {
            "2025-01-01"
        } else {
            "2025-06-01"
        };
        serde_json::from_value(copy(provider, "v1", provider, created_at)).unwrap()
    });
    let versions: Vec<_> = versions
        .iter()
        .map(|version| serde_json::from_value(version.clone()).unwrap())
        .collect();
    Holding::new(Arc::new(Entry::new(image, copies.into())), &versions)
}

fn plan_of(holdings: Vec<Holding>, residents: &Residents, catalogs: &[&str]) -> Result<Plan, NoSuchImage> {
    let catalogs: Vec<String> = catalogs.iter().map(|&catalog| catalog.to_owned()).collect();
    let wish = Wish {
        namespace: "team",
        connection: "prod",
        catalogs: &catalogs,
    };
    plan(&Estate { holdings }, residents, &wish)
}

fn planned(holdings: Vec<Holding>) -> Plan {
    plan_of(holdings, &nobody(), &[]).unwrap()
}

fn nobody() -> Residents {
    residents(vec![])
}

fn residents(catalogs: Vec<ImageCatalog>) -> Residents {
    let resources = Resources {
        catalogs,
        ..Resources::default()
    };
    Residents::new(Install::of_cluster(CLUSTER), "horizonCloud/o1", &resources)
}

fn read(plan: &Plan) -> Vec<Value> {
    let read = |yaml: String| serde_saphyr::from_str(&yaml).unwrap();
    plan.manifests
        .iter()
        .map(|manifest| read(manifest.yaml().unwrap()))
        .collect()
}

fn names(plan: &Plan) -> Vec<String> {
    let name = |manifest: Value| {
        format!(
            "{}/{}",
            manifest["kind"].as_str().unwrap(),
            manifest["metadata"]["name"].as_str().unwrap()
        )
    };
    read(plan).into_iter().map(name).collect()
}

/// The one thing that was left out, and why.
fn left_out(plan: &Plan) -> &str {
    let [only] = plan.left_out.as_slice() else {
        panic!("{:?}", plan.left_out)
    };
    only
}

fn marked(cluster: &str, kind: &str, name: &str, part: &str) -> String {
    let mark = Mark {
        install: Install::of_cluster(cluster),
        object: ObjectPart::of(kind, "team", name, part),
    };
    Described::render("text", mark)
}

fn resident(status: &Value) -> ImageCatalog {
    let spec = read(&planned(vec![holding("i9", json!({}), &[])])).remove(0)["spec"].clone();
    let catalog = json!({
        "apiVersion": "image-operator.dev/v1alpha1", "kind": "ImageCatalog",
        "metadata": { "namespace": "team", "name": "win11" }, "spec": spec, "status": status,
    });
    serde_json::from_value(catalog).unwrap()
}

#[test]
fn an_image_becomes_a_manifest_that_adopts_it_and_keeps_it() {
    let markers = json!({ "markers": [{ "name": "default", "versionId": "v1" }] });
    let plan = planned(vec![holding("i1", markers, &[version("v1", "1.0.0", json!({}))])]);
    let expected = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "ImageCatalog",
        "metadata": { "name": "win11", "namespace": "team" },
        "spec": {
            "connectionRef": { "name": "prod" },
            "streamId": "i1",
            "streamName": "win11",
            "streamDescription": "text",
            "sourceStreamType": "AZURE_SIG",
            "os": "Windows 11",
            "osType": "WINDOWS",
            "gpuType": "NONE",
            "providerLabel": "AZURE",
            "providerInstanceId": "home",
            "markers": [{ "name": "default", "versionName": "1.0.0" }],
            "deletionPolicy": "Retain",
        },
    });
    assert_eq!(read(&plan), std::slice::from_ref(&expected));
    let catalog: ImageCatalog = serde_json::from_value(expected).unwrap();
    assert_eq!(catalog.spec.deletion_policy, DeletionPolicy::Retain);
    assert!(plan.left_out.is_empty());
}

#[test]
fn every_version_but_the_oldest_becomes_a_manifest_of_its_own() {
    let versions = [
        version("v10", "1.10.0", json!({})),
        version("v2", "1.2.0", json!({ "versionType": "MINOR" })),
        version("v1", "1.1.0", json!({})),
        version("v3", "2.0.0", json!({})),
        version("v4", "2.0.1", json!({})),
    ];
    let plan = planned(vec![holding("i1", json!({}), &versions)]);
    let expected = |id: &str, name: &str, version_type: &str| {
        json!({
            "apiVersion": "image-operator.dev/v1alpha1",
            "kind": "ImageVersion",
            "metadata": { "name": name, "namespace": "team" },
            "spec": {
                "catalogRef": { "name": "win11" },
                "versionId": id,
                "versionType": version_type,
                "deletionPolicy": "Retain",
            },
        })
    };
    let manifests = read(&plan);
    assert_eq!(
        manifests[1..],
        [
            expected("v2", "win11-1.2.0", "MINOR"),
            expected("v10", "win11-1.10.0", "MINOR"),
            expected("v3", "win11-2.0.0", "MAJOR"),
            expected("v4", "win11-2.0.1", "PATCH"),
        ]
    );
    serde_json::from_value::<ImageVersion>(manifests[1].clone()).unwrap();
}

#[test]
fn an_id_that_looks_like_a_number_stays_a_text() {
    for id in [
        "650000000000000000000000",
        "65e000000000000000000012",
        "0x10",
        "1e5",
        "null",
        "true",
        "1_0",
        "12:30:45",
        "0o7",
        "2025-01-01",
        ".5",
    ] {
        let yaml = planned(vec![holding(id, json!({}), &[])]).manifests[0]
            .yaml()
            .unwrap();
        let quoted = [format!("streamId: '{id}'"), format!("streamId: \"{id}\"")];
        assert!(quoted.iter().any(|line| yaml.contains(line)), "{yaml}");
    }
}

#[test]
fn a_marker_is_written_where_it_points_or_is_moving_to() {
    let markers = json!({ "markers": [
        { "name": "moving", "versionId": "v1", "nextVersionId": "v2", "status": "UPDATES_INITIATED" },
        { "name": "failed", "versionId": "v1", "nextVersionId": "v2", "status": "UPDATES_FAILED" },
        { "name": "oddly-named", "versionId": "v3" },
        { "name": "nowhere" },
    ] });
    let versions = [
        version("v1", "1.0.0", json!({})),
        version("v2", "2.0.0", json!({})),
        version("v3", "three", json!({})),
    ];
    let plan = planned(vec![holding("i1", markers, &versions)]);
    assert_eq!(
        read(&plan)[0]["spec"]["markers"],
        json!([
            { "name": "moving", "versionName": "2.0.0" },
            { "name": "failed", "versionName": "1.0.0" },
            { "name": "oddly-named", "versionId": "v3" },
        ])
    );
}

#[test]
fn what_the_remote_does_not_tell_is_not_made_up() {
    let plan = planned(vec![holding("i1", json!({ "gpuType": null, "os": "" }), &[])]);
    assert!(plan.manifests.is_empty());
    assert!(
        left_out(&plan).contains("does not tell its os, gpuType"),
        "{plan:?}"
    );
}

#[test]
fn a_version_of_a_type_that_no_manifest_holds_is_left_out() {
    let versions = [
        version("v1", "1.0.0", json!({})),
        version("v2", "2.0.0", json!({ "versionType": "SPECIAL" })),
    ];
    let plan = planned(vec![holding("i1", json!({}), &versions)]);
    assert_eq!(names(&plan), ["ImageCatalog/win11"]);
    assert!(left_out(&plan).contains("\"SPECIAL\""), "{plan:?}");
}

#[test]
fn what_is_being_deleted_is_left_out() {
    let going = json!({ "status": "DELETING" });
    let plan = planned(vec![
        holding("i1", going.clone(), &[]),
        holding(
            "i2",
            json!({}),
            &[version("v1", "1.0.0", json!({})), version("v2", "2.0.0", going)],
        ),
    ]);
    assert_eq!(names(&plan), ["ImageCatalog/win11"]);
    assert_eq!(plan.left_out.len(), 2);
}

#[test]
fn names_are_made_unique() {
    let versions = |id: &str| {
        [
            version(&format!("{id}a"), "1.0.0", json!({})),
            version(&format!("{id}b"), "2.0.0", json!({})),
        ]
    };
    let plan = planned(vec![
        holding("i1", json!({}), &versions("i1")),
        holding("i2", json!({ "name": "Win11" }), &versions("i2")),
    ]);
    assert_eq!(
        names(&plan),
        [
            "ImageCatalog/win11",
            "ImageVersion/win11-2.0.0",
            "ImageCatalog/win11-2",
            "ImageVersion/win11-2-2.0.0"
        ]
    );
}

#[test]
fn what_belongs_to_a_resource_is_left_out_and_its_further_versions_are_not() {
    let status = json!({ "versionId": "v1", "parts": [{ "name": "image", "id": "i1" }] });
    let residents = residents(vec![resident(&status)]);
    let versions = [
        version("v0", "0.9.0", json!({})),
        version("v1", "1.0.0", json!({})),
    ];
    let plan = plan_of(vec![holding("i1", json!({}), &versions)], &residents, &[]).unwrap();
    assert_eq!(names(&plan), ["ImageVersion/win11-0.9.0"]);
    assert_eq!(plan.left_out.len(), 2);
    assert!(plan.left_out[0].contains("ImageCatalog team/win11"), "{plan:?}");
}

#[test]
fn the_first_version_of_a_resource_that_nobody_has_looked_at_yet_is_left_to_it() {
    let residents = residents(vec![resident(&json!({}))]);
    let versions = [
        version("v1", "1.0.0", json!({})),
        version("v2", "2.0.0", json!({})),
    ];
    let plan = plan_of(vec![holding("i9", json!({}), &versions)], &residents, &[]).unwrap();
    assert_eq!(names(&plan), ["ImageVersion/win11-2.0.0"]);
}

#[test]
fn a_mark_of_somebody_else_is_respected() {
    let rows = [
        (
            marked("elsewhere", "ImageCatalog", "win11", "image"),
            "--cluster-id",
        ),
        (
            marked(CLUSTER, "ImageCatalog", "gone", "image"),
            "create that again",
        ),
    ];
    for (description, why) in rows {
        let plan = planned(vec![holding("i1", json!({ "description": description }), &[])]);
        assert!(plan.manifests.is_empty(), "{plan:?}");
        assert!(left_out(&plan).contains(why), "{plan:?}");
    }
}

#[test]
fn what_was_ours_under_the_same_name_is_taken_back() {
    let image = json!({ "description": marked(CLUSTER, "ImageCatalog", "win11", "image") });
    let ours =
        |kind: &str, name: &str, part: &str| json!({ "description": marked(CLUSTER, kind, name, part) });
    let versions = [
        version("v1", "1.0.0", json!({})),
        version("v2", "2.0.0", ours("ImageCatalog", "win11", "initial-version")),
        version("v3", "3.0.0", ours("ImageVersion", "win11-3.0.0", "version")),
    ];
    let plan = planned(vec![holding("i1", image, &versions)]);
    assert_eq!(
        names(&plan),
        [
            "ImageCatalog/win11",
            "ImageVersion/win11-1.0.0",
            "ImageVersion/win11-3.0.0"
        ]
    );
    assert_eq!(read(&plan)[0]["spec"]["streamDescription"], "text");
}

#[test]
fn only_the_images_that_are_asked_for_are_written() {
    let estate = || {
        vec![
            holding("i1", json!({}), &[]),
            holding("i2", json!({ "name": "win10" }), &[]),
        ]
    };
    let plan = |catalogs: &[&str]| plan_of(estate(), &nobody(), catalogs);
    assert_eq!(names(&plan(&["win10"]).unwrap()), ["ImageCatalog/win10"]);
    assert_eq!(
        names(&plan(&["i1", "win10"]).unwrap()),
        ["ImageCatalog/win11", "ImageCatalog/win10"]
    );
    let missing = plan(&["win10", "win12"]).unwrap_err().to_string();
    assert!(missing.contains("win12"), "{missing}");
}
