//! ImageVersion.

use image_operator::api::{self, ImageVersion};
use serde_json::{Value, json};

use crate::{NONE, open_intent, refusals, remove, with_status};

#[test]
fn every_way_to_make_a_version_is_accepted() {
    for version in [added(), custom_vm(), cloned(), existing()] {
        assert_eq!(refusals::<ImageVersion>(&version, None), NONE, "{version}");
    }
}

#[test]
fn a_version_is_made_in_exactly_one_way() {
    let words = "give exactly one way to make the version: sourceType with assetDetails to add it, or clone to clone one (none is needed with versionId)";
    let mut both = added();
    both["spec"]["clone"] = cloned()["spec"]["clone"].clone();
    assert_eq!(refusals::<ImageVersion>(&both, None), [words]);
    let mut none = existing();
    remove(&mut none, "/spec", "versionId");
    assert_eq!(refusals::<ImageVersion>(&none, None), [words]);
}

#[test]
fn asset_details_go_with_the_source_type() {
    let words = "assetDetails and sourceType go together: give both to add a version, none to clone one";
    let mut without_details = added();
    remove(&mut without_details, "/spec", "assetDetails");
    assert_eq!(refusals::<ImageVersion>(&without_details, None), [words]);
    let mut cloned_with_details = cloned();
    cloned_with_details["spec"]["assetDetails"] = added()["spec"]["assetDetails"].clone();
    assert_eq!(refusals::<ImageVersion>(&cloned_with_details, None), [words]);
}

#[test]
fn nothing_is_added_from_the_market_place() {
    let words = "a version can be added from AZURE_SIG or AZURE_CUSTOM_VM only: to change an image of another source, clone one of its versions with spec.clone";
    for (source, details) in [
        ("AZURE_MARKET_PLACE", "AZURE_VM_IN_RG"),
        ("VIEW_IMAGES", "VIEW_VM"),
    ] {
        let mut version = added();
        version["spec"]["sourceType"] = json!(source);
        version["spec"]["assetDetails"]["type"] = json!(details);
        assert_eq!(refusals::<ImageVersion>(&version, None), [words], "{source}");
    }
}

#[test]
fn a_source_that_is_not_known_is_left_to_the_remote() {
    let mut version = added();
    version["spec"]["sourceType"] = json!("A_NEW_SOURCE");
    version["spec"]["assetDetails"] = json!({"type": "A_NEW_TYPE", "data": {"any": {"thing": [1, 2]}}});
    assert_eq!(refusals::<ImageVersion>(&version, None), NONE);
}

#[test]
fn a_source_has_the_type_and_the_data_it_needs() {
    let mut wrong_type = added();
    wrong_type["spec"]["assetDetails"]["type"] = json!("AZURE_VM_IN_RG");
    assert_eq!(
        refusals::<ImageVersion>(&wrong_type, None),
        ["AZURE_SIG needs assetDetails.type AZURE_IMAGE_IN_SIG"]
    );
    for (version, key) in [(added(), "galleryImageResourceId"), (custom_vm(), "vmName")] {
        let mut incomplete = version;
        remove(&mut incomplete, "/spec/assetDetails/data", key);
        let refusals = refusals::<ImageVersion>(&incomplete, None);
        assert!(
            matches!(refusals.as_slice(), [one] if one.contains("needs these keys in assetDetails.data") && one.contains(key)),
            "{key}: {refusals:?}"
        );
    }
}

#[test]
fn a_public_linux_opens_ssh() {
    let mut version = custom_vm();
    version["spec"]["osType"] = json!("LINUX");
    version["spec"]["assetDetails"]["options"] = json!({"createPublicIp": true});
    assert_eq!(
        refusals::<ImageVersion>(&version, None),
        ["a LINUX image with createPublicIp needs openSSHPort: true"]
    );
    version["spec"]["assetDetails"]["options"]["openSSHPort"] = json!(true);
    assert_eq!(refusals::<ImageVersion>(&version, None), NONE);
}

#[test]
fn a_patch_version_cannot_be_added() {
    let mut version = added();
    version["spec"]["versionType"] = json!("PATCH");
    assert_eq!(
        refusals::<ImageVersion>(&version, None),
        ["a PATCH version cannot be added: set versionType to MAJOR or MINOR"]
    );
    let mut clone = cloned();
    clone["spec"]["versionType"] = json!("PATCH");
    assert_eq!(refusals::<ImageVersion>(&clone, None), NONE);
}

#[test]
fn a_minor_version_and_a_clone_name_their_source() {
    let mut minor = added();
    remove(&mut minor, "/spec", "sourceVersionRef");
    assert_eq!(
        refusals::<ImageVersion>(&minor, None),
        ["a MINOR version follows another one: name that with sourceVersionRef or sourceVersionId"]
    );
    minor["spec"]["versionType"] = json!("MAJOR");
    assert_eq!(refusals::<ImageVersion>(&minor, None), NONE);

    let mut clone = cloned();
    remove(&mut clone, "/spec", "sourceVersionId");
    clone["spec"]["versionType"] = json!("MAJOR");
    assert_eq!(
        refusals::<ImageVersion>(&clone, None),
        ["clone needs the version that is cloned: name it with sourceVersionRef or sourceVersionId"]
    );
}

#[test]
fn a_source_is_named_once_and_is_another_version_of_the_same_image() {
    let mut twice = added();
    twice["spec"]["sourceVersionId"] = json!("65f0");
    assert_eq!(
        refusals::<ImageVersion>(&twice, None),
        ["give at most one of sourceVersionRef and sourceVersionId"]
    );
    let mut itself = added();
    itself["spec"]["sourceVersionRef"] = json!({"name": "win11-november"});
    assert_eq!(
        refusals::<ImageVersion>(&itself, None),
        ["a version cannot be made from itself: name another one in sourceVersionRef"]
    );
    let mut first = added();
    first["spec"]["sourceVersionRef"] = json!({"kind": "ImageCatalog", "name": "win11"});
    assert_eq!(refusals::<ImageVersion>(&first, None), NONE);
    first["spec"]["sourceVersionRef"]["name"] = json!("win10");
    assert_eq!(
        refusals::<ImageVersion>(&first, None),
        [
            "a version is made from one of the same image: give the same name in sourceVersionRef as in catalogRef"
        ]
    );
}

#[test]
fn a_clone_takes_after_its_source() {
    for (field, value) in [("os", "Windows 11"), ("osType", "WINDOWS"), ("gpuType", "NONE")] {
        let mut clone = cloned();
        clone["spec"][field] = json!(value);
        assert_eq!(
            refusals::<ImageVersion>(&clone, None),
            ["a clone has the os, osType and gpuType of its source: leave them out"],
            "{field}"
        );
    }
}

#[test]
fn an_azure_clone_has_a_network_and_one_on_vsphere_needs_none() {
    let words = "AZURE_NETWORK_RESOURCE needs these keys in clone.assetDetails.data: vNet, subNet";
    let mut clone = cloned();
    remove(&mut clone, "/spec/clone/assetDetails/data", "subNet");
    assert_eq!(refusals::<ImageVersion>(&clone, None), [words]);
    remove(&mut clone, "/spec/clone/assetDetails", "data");
    assert_eq!(refusals::<ImageVersion>(&clone, None), [words]);
    clone["spec"]["clone"]["assetDetails"]["type"] = json!("VIEW_INFRA_RESOURCE");
    assert_eq!(refusals::<ImageVersion>(&clone, None), NONE);
}

#[test]
fn what_is_made_again_says_how() {
    let mut version = existing();
    version["spec"]["recreatePolicy"] = json!("WhenGone");
    assert_eq!(
        refusals::<ImageVersion>(&version, None),
        [
            "recreatePolicy WhenGone needs to know how the version is made: give sourceType with assetDetails, or clone"
        ]
    );
}

#[test]
fn publishing_fits_the_provider_where_one_is_given() {
    let mut version = cloned();
    version["spec"]["publish"] = json!({"vsphere": {"installAgent": true}});
    assert_eq!(refusals::<ImageVersion>(&version, None), NONE);
    version["spec"]["providerLabel"] = json!("AZURE");
    assert_eq!(
        refusals::<ImageVersion>(&version, None),
        ["an image in VIEW is published with publish.vsphere, one in AZURE without it"]
    );
}

#[test]
fn a_description_does_not_pretend_to_be_marked() {
    let mut version = added();
    version["spec"]["versionDescription"] = json!("mine [io1:00000000:0000000000000000]");
    assert_eq!(refusals::<ImageVersion>(&version, None).len(), 1);
}

#[test]
fn what_was_sent_cannot_be_changed_once_the_version_may_exist() {
    for (field, value) in [
        ("catalogRef", json!({"name": "other"})),
        ("versionType", json!("MAJOR")),
        (
            "sourceVersionRef",
            json!({"kind": "ImageVersion", "name": "other"}),
        ),
        ("sourceType", json!("A_NEW_SOURCE")),
        ("providerLabel", json!("AKKA")),
        ("providerInstanceId", json!("other")),
        ("os", json!("other")),
        ("osType", json!("SERVER")),
        ("gpuType", json!("AMD")),
        ("projectId", json!("other")),
    ] {
        assert_locks(&custom_vm(), field, |version| {
            version["spec"][field] = value.clone();
        });
    }
    assert_locks(&custom_vm(), "assetDetails", |version| {
        version["spec"]["assetDetails"]["data"]["aKeyThatIsNotKnown"] = json!("other");
    });
    assert_locks(&custom_vm(), "assetDetails", |version| {
        version["spec"]["assetDetails"]["options"] = json!({"createPublicIp": true});
    });
    assert_locks(&custom_vm(), "assetDetails.vmInfo", |version| {
        version["spec"]["assetDetails"]["vmInfo"]["username"] = json!("other");
    });
    assert_locks(&cloned(), "clone", |version| {
        version["spec"]["clone"]["assetDetails"]["data"]["vNet"] = json!("/other");
    });
    assert_locks(&cloned(), "sourceVersionId", |version| {
        version["spec"]["sourceVersionId"] = json!("other");
    });
}

#[test]
fn what_was_not_sent_may_change_at_any_time() {
    let before = with_status(custom_vm(), available());
    let mut after = before.clone();
    after["spec"]["versionDescription"] = json!("other");
    after["spec"]["assetDetails"]["vmInfo"]["passwordSecretRef"]["name"] = json!("rotated");
    after["spec"]["versionId"] = json!("66aa");
    after["spec"]["validate"] = json!({"request": "today", "validationInfraResourceDetails": {}});
    after["spec"]["suspend"] = json!(true);
    after["spec"]["deletionPolicy"] = json!("Retain");
    assert_eq!(refusals::<ImageVersion>(&after, Some(&before)), NONE);
}

#[test]
fn a_recorded_id_stays() {
    let words = "versionId can only be set to the id in status.versionId: to take over another version create another ImageVersion";
    let before = with_status(added(), available());
    let mut other = before.clone();
    other["spec"]["versionId"] = json!("another");
    assert_eq!(refusals::<ImageVersion>(&other, Some(&before)), [words]);
    let never_found = with_status(other, json!({"observedGeneration": 1}));
    let mut corrected = never_found.clone();
    corrected["spec"]["versionId"] = json!("66aa");
    assert_eq!(refusals::<ImageVersion>(&corrected, Some(&never_found)), NONE);
}

#[test]
fn replicas_and_proxies_change_after_publishing_and_nothing_else_does() {
    let published = || with_status(with_publish(added()), available());
    let words = "once the version may be published, publish cannot be removed and only its replicas and proxies can be changed (in vsphere: targetProviders and stagingAreaConfigId): create another ImageVersion to publish differently";
    let free = [
        ("replicas", json!([])),
        ("proxyServer", json!("proxy:3128")),
        ("proxyBypass", json!("10.0.0.1")),
    ];
    for (field, value) in free {
        let mut after = published();
        after["spec"]["publish"][field] = value;
        assert_eq!(
            refusals::<ImageVersion>(&after, Some(&published())),
            NONE,
            "{field}"
        );
    }
    let fixed = [
        ("description", json!("other")),
        ("options", json!({"validateImage": true})),
        ("migrationPublish", json!(true)),
        ("ignoreProviderTags", json!(true)),
        ("imsTags", json!({"team": "other"})),
    ];
    for (field, value) in fixed {
        let mut after = published();
        after["spec"]["publish"][field] = value;
        assert_eq!(
            refusals::<ImageVersion>(&after, Some(&published())),
            [words],
            "{field}"
        );
    }
    let mut removed = published();
    remove(&mut removed, "/spec", "publish");
    assert_eq!(refusals::<ImageVersion>(&removed, Some(&published())), [words]);
    let added_later = refusals::<ImageVersion>(&published(), Some(&removed));
    assert_eq!(added_later, NONE);
}

#[test]
fn publishing_changes_freely_until_it_may_be_sent() {
    let mut intent = imported();
    intent["parts"][0]["intent"] = open_intent(api::record::PUBLISH);
    for (status, expected) in [(json!({}), 0), (imported(), 0), (intent, 1), (available(), 1)] {
        let before = with_status(with_publish(added()), status);
        let mut after = before.clone();
        after["spec"]["publish"]["description"] = json!("other");
        let refusals = refusals::<ImageVersion>(&after, Some(&before));
        assert_eq!(refusals.len(), expected, "{}", before["status"]);
    }
}

#[test]
fn a_vsphere_provider_is_added_and_removed_but_not_changed() {
    let version = |providers: Value| {
        let mut version = with_status(cloned(), available());
        version["spec"]["publish"] = json!({"vsphere": {"targetProviders": providers}});
        version
    };
    let one = json!({"providerInstanceId": "p1", "providerLabel": "VIEW"});
    let other = json!({"providerInstanceId": "p2", "providerLabel": "VIEW"});
    let before = version(json!([one]));
    for after in [version(json!([one, other])), version(json!([]))] {
        assert_eq!(refusals::<ImageVersion>(&after, Some(&before)), NONE);
    }
    let mut changed = one.clone();
    changed["providerData"] = json!({"cloneType": "FULL_CLONE"});
    assert_eq!(
        refusals::<ImageVersion>(&version(json!([changed])), Some(&before)),
        [
            "a provider instance that the version may be published to keeps its providerLabel and providerData: put the entry back as it was, or remove it"
        ]
    );
    let mut agent = version(json!([one]));
    agent["spec"]["publish"]["vsphere"]["installAgent"] = json!(true);
    assert_eq!(refusals::<ImageVersion>(&agent, Some(&before)).len(), 1);
}

/// A change that is fine before anything exists and after a refusal, and refused once an intent or an id is on record.
fn assert_locks(version: &Value, field: &str, change: impl Fn(&mut Value)) {
    let words = format!("{field} cannot be changed once the version may exist: create another ImageVersion");
    let refused = json!({"parts": [{"name": "version", "refusal": {
        "operation": "create", "basis": "1/1", "message": "no", "at": "2026-01-01T00:00:00.000000Z"
    }}]});
    let intent = json!({"parts": [{"name": "version", "intent": open_intent("create")}]});
    for (status, locks) in [
        (json!({}), false),
        (refused, false),
        (intent, true),
        (imported(), true),
    ] {
        let before = with_status(version.clone(), status);
        let mut after = before.clone();
        change(&mut after);
        let locked = refusals::<ImageVersion>(&after, Some(&before)).contains(&words);
        assert_eq!(locked, locks, "{field} with {}", before["status"]);
    }
}

fn imported() -> Value {
    json!({"versionId": "66aa", "versionStatus": "IMPORT_COMPLETE", "parts": [{"name": "version", "id": "66aa"}]})
}

fn available() -> Value {
    json!({"versionId": "66aa", "versionStatus": "AVAILABLE", "parts": [{"name": "version", "id": "66aa"}]})
}

fn with_publish(mut version: Value) -> Value {
    version["spec"]["publish"] = json!({
        "description": "for everybody", "replicas": [{"providerInstanceId": "p2"}], "imsTags": {"team": "desk"}
    });
    version
}

fn version(mut spec: Value) -> Value {
    spec["catalogRef"] = json!({"name": "win11"});
    json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "ImageVersion",
        "metadata": {"name": "win11-november"},
        "spec": spec,
    })
}

/// A MINOR version from a gallery that follows that of another resource.
fn added() -> Value {
    version(json!({
        "versionType": "MINOR",
        "sourceVersionRef": {"name": "win11-october"},
        "sourceType": "AZURE_SIG",
        "assetDetails": {"type": "AZURE_IMAGE_IN_SIG", "data": {
            "galleryAzureADTenantId": "t", "galleryImageResourceId": "/i", "mspOrgId": "o", "multiSession": true,
        }},
    }))
}

/// A MINOR version from a VM, with its administrator.
fn custom_vm() -> Value {
    let mut version = added();
    version["spec"]["sourceType"] = json!("AZURE_CUSTOM_VM");
    version["spec"]["assetDetails"] = json!({
        "type": "AZURE_VM_IN_RG",
        "data": {
            "licenseType": "l", "publisher": "p", "offer": "o", "sku": "s", "vmSize": "v", "vmName": "n",
            "resourceGroupName": "g"
        },
        "vmInfo": {"username": "admin", "passwordSecretRef": {"name": "vm", "key": "password"}},
    });
    version
}

/// A clone of a version that no resource stands for.
fn cloned() -> Value {
    version(json!({
        "versionType": "MINOR",
        "sourceVersionId": "65f0",
        "clone": {"assetDetails": {"type": "AZURE_NETWORK_RESOURCE", "data": {"vNet": "/v", "subNet": "/s"}}},
    }))
}

/// A version that exists.
fn existing() -> Value {
    version(json!({"versionType": "MAJOR", "versionId": "66aa"}))
}
