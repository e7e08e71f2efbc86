use serde_json::{Value, json};

use super::*;
use crate::kinds::image_catalog::examples::{
    catalog, first_version, foreign_version, image, parse_with, recorded, seen,
};
use crate::kinds::image_catalog::{changes, mirror};
use crate::lifecycle::{MarkSeen, Operation};

fn version(name: &str, catalog: &str, more: &[(&str, Value)]) -> ImageVersion {
    let mut version = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "ImageVersion",
        "metadata": { "name": name, "namespace": "team" },
        "spec": { "catalogRef": { "name": catalog }, "versionType": "MAJOR" },
        "status": { "observedGeneration": 1, "versionId": format!("id-of-{name}") },
    });
    for (pointer, value) in more {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        version.pointer_mut(parent).unwrap()[field] = value.clone();
    }
    serde_json::from_value(version).unwrap()
}

fn going() -> (&'static str, Value) {
    ("/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z"))
}

fn holders(versions: &[ImageVersion]) -> Holders {
    Holders::of(Some("team"), "win11", versions)
}

fn wanted_with(versions: &[ImageVersion]) -> Wanted {
    parse_with(&catalog(json!({})), &holders(versions)).unwrap()
}

fn wanted_in_deletion(versions: &[ImageVersion]) -> Wanted {
    let mut catalog = catalog(json!({}));
    catalog.metadata.deletion_timestamp =
        Some(serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap());
    parse_with(&catalog, &holders(versions)).unwrap()
}

#[test]
fn only_imageversions_that_name_the_catalog_in_its_namespace_count() {
    let elsewhere = ("/metadata/namespace", json!("other"));
    let all = [
        version("nov", "win11", &[]),
        version("dec", "win10", &[]),
        version("jan", "win11", &[elsewhere]),
    ];
    let holders = holders(&all);
    assert_eq!(holders.named("nov").unwrap().version_id, "id-of-nov".parse().ok());
    assert_eq!((holders.named("dec"), holders.named("jan")), (None, None));
}

#[test]
fn one_that_lives_and_has_no_version_yet_is_expected_to_get_one() {
    let unmade = ("/status", json!({ "observedGeneration": 1 }));
    let rows = [
        (vec![], false),
        (vec![unmade.clone()], true),
        (vec![unmade, going()], false),
    ];
    for (more, expected) in rows {
        let holders = holders(&[version("nov", "win11", &more)]);
        assert_eq!(holders.expect_more(), expected, "{more:?}");
    }
}

#[test]
fn a_deletion_waits_for_every_imageversion_that_may_have_a_version_and_a_recreation_for_those_with_one() {
    let unmade = || ("/status", json!({ "observedGeneration": 1 }));
    let finalizer = || ("/metadata/finalizers", json!([FINALIZER]));
    let asked_for = (
        "/status",
        json!({ "observedGeneration": 1, "parts": [{ "name": "version" }] }),
    );
    let all = [
        version("nov", "win11", &[]),
        version("dec", "win11", &[unmade(), finalizer(), going()]),
        version("jan", "win11", &[asked_for]),
        version("feb", "win11", &[unmade()]),
    ];
    let names = |names: &[&str]| {
        let names = names.iter().map(|name| format!("ImageVersion/{name}"));
        Some(Blocker::Dependents(names.collect()))
    };
    assert_eq!(
        dependents(&wanted_in_deletion(&all)),
        names(&["dec", "jan", "nov"])
    );
    assert_eq!(dependents(&wanted_with(&all)), names(&["nov"]));
    assert_eq!(dependents(&wanted_in_deletion(&all[3..])), None);
    assert_eq!(dependents(&wanted_in_deletion(&[])), None);
}

#[test]
fn a_version_that_an_imageversion_holds_is_neither_foreign_nor_the_catalogs() {
    let versions = vec![
        first_version(json!({})),
        foreign_version("id-of-nov", "2.0.0", "AVAILABLE"),
        foreign_version("v9", "9.0.0", "AVAILABLE"),
    ];
    let seen = seen(image(json!({})), versions, vec![]);
    let wanted = wanted_with(&[version("nov", "win11", &[])]);
    let mut status = recorded(Some("v1"));
    assert_eq!(
        changes::delete_blocker(&wanted, &seen, &status),
        Some(Blocker::Foreign(vec!["9.0.0".into()]))
    );
    mirror::image(&mut status, &wanted, &seen, None);
    let managed_by: Vec<_> = status
        .versions
        .iter()
        .map(|version| version.managed_by.as_deref())
        .collect();
    assert_eq!(
        managed_by,
        [Some("ImageCatalog/win11"), Some("ImageVersion/nov"), None]
    );
}

#[test]
fn the_first_version_stays_until_an_imageversion_that_lives_has_taken_its_place() {
    let next = |versions: &[ImageVersion]| {
        let spec = json!({ "initialVersion": "Remove" });
        let wanted = parse_with(&catalog(spec), &holders(versions)).unwrap();
        let versions = vec![
            first_version(json!({})),
            foreign_version("id-of-nov", "2.0.0", "AVAILABLE"),
        ];
        let seen = seen(image(json!({})), versions, vec![]);
        changes::next(&wanted, &seen, MarkSeen::Ours, &recorded(Some("v1")))
    };
    let unmade = ("/status", json!({ "observedGeneration": 1 }));
    let dec = version("dec", "win11", &[unmade]);
    assert_eq!(next(&[dec, version("nov", "win11", &[])]), None);
    assert_eq!(next(&[version("nov", "win11", &[going()])]), None);
    assert!(next(&[version("nov", "win11", &[])]).is_some());
}

#[test]
fn a_marker_follows_an_imageversion() {
    let spec = json!({ "markers": [{ "name": "default", "versionRef": { "name": "nov" } }] });
    let next = |holder: ImageVersion| {
        let wanted = parse_with(&catalog(spec.clone()), &holders(&[holder])).unwrap();
        let versions = vec![
            first_version(json!({})),
            foreign_version("id-of-nov", "2.0.0", "AVAILABLE"),
        ];
        let seen = seen(image(json!({})), versions, vec![]);
        changes::next(&wanted, &seen, MarkSeen::Ours, &recorded(Some("v1")))
    };
    let goal = |operation: Option<Operation>| match operation {
        Some(Operation::Change { goal, .. }) => Some(goal),
        _ => None,
    };
    let elsewhere = ("/status/versionId", json!("of-another-image"));
    assert_eq!(
        goal(next(version("nov", "win11", &[]))),
        Some("default=id-of-nov".into())
    );
    assert_eq!(goal(next(version("nov", "win11", &[elsewhere]))), None);
    assert_eq!(goal(next(version("nov", "win10", &[]))), None);
}
