//! ImageCatalog.

use image_operator::api::{self, ImageCatalog};
use serde_json::{Value, json};

use crate::{NONE, open_intent, refusals, remove, sample, with_status};

#[test]
fn the_sample_images_are_accepted() {
    assert_eq!(refusals::<ImageCatalog>(&gallery(), None), NONE);
    assert_eq!(refusals::<ImageCatalog>(&marketplace(), None), NONE);
}

#[test]
fn an_action_fits_its_source() {
    let mut image = gallery();
    image["spec"]["action"] = json!("copy-existing-image");
    assert_eq!(refusals::<ImageCatalog>(&image, None), NONE);
    image["spec"]["action"] = json!("import");
    assert_eq!(
        refusals::<ImageCatalog>(&image, None),
        ["AZURE_SIG is made with action copy-existing-image: set that, or leave action out"]
    );
}

#[test]
fn an_asset_type_fits_its_source() {
    let mut image = gallery();
    image["spec"]["assetDetails"]["type"] = json!("VIEW_VM");
    assert_eq!(
        refusals::<ImageCatalog>(&image, None),
        ["AZURE_SIG needs assetDetails.type AZURE_IMAGE_IN_SIG"]
    );
}

#[test]
fn a_source_has_the_data_it_needs() {
    let vm = json!({
        "licenseType": "l", "publisher": "p", "offer": "o", "sku": "s", "vmSize": "v", "vmName": "n",
        "resourceGroupName": "g"
    });
    let template = json!({
        "sourceVmOrTemplateName": "t", "vsphereOsType": "o", "imageDeployType": "TEMPLATE", "vmMoValue": "vm-1"
    });
    let sources = [
        ("AZURE_SIG", gallery()["spec"]["assetDetails"].clone()),
        (
            "AZURE_MARKET_PLACE",
            marketplace()["spec"]["assetDetails"].clone(),
        ),
        ("AZURE_CUSTOM_VM", json!({"type": "AZURE_VM_IN_RG", "data": vm})),
        ("VIEW_IMAGES", json!({"type": "VIEW_VM", "data": template})),
    ];
    for (source, details) in sources {
        let mut image = gallery();
        image["spec"]["sourceStreamType"] = json!(source);
        image["spec"]["assetDetails"] = details.clone();
        assert_eq!(refusals::<ImageCatalog>(&image, None), NONE, "{source}");
        let keys = details["data"].as_object().unwrap().keys();
        for key in keys.filter(|key| *key != "multiSession") {
            let mut incomplete = image.clone();
            remove(&mut incomplete, "/spec/assetDetails/data", key);
            let refusals = refusals::<ImageCatalog>(&incomplete, None);
            let words = format!("{source} needs these keys in assetDetails.data: ");
            assert!(
                matches!(refusals.as_slice(), [one] if one.starts_with(&words) && one.contains(key.as_str())),
                "{source} without {key}: {refusals:?}"
            );
        }
    }
}

#[test]
fn what_an_image_is_made_from_is_told_unless_it_exists() {
    let mut image = gallery();
    remove(&mut image, "/spec", "assetDetails");
    assert_eq!(
        refusals::<ImageCatalog>(&image, None),
        ["give assetDetails, so that the image can be made, or streamId for one that exists"]
    );
    image["spec"]["streamId"] = json!("65f0");
    assert_eq!(refusals::<ImageCatalog>(&image, None), NONE);
    image["spec"]["recreatePolicy"] = json!("WhenGone");
    assert_eq!(
        refusals::<ImageCatalog>(&image, None),
        ["recreatePolicy WhenGone needs to know what the image is made from: give assetDetails"]
    );
}

#[test]
fn what_an_adopted_image_was_made_from_can_be_told_later_and_not_be_taken_back() {
    let told = with_status(
        gallery(),
        json!({"streamId": "65f0", "parts": [{"name": "image", "id": "65f0"}]}),
    );
    let mut untold = told.clone();
    untold["spec"]["streamId"] = json!("65f0");
    remove(&mut untold, "/spec", "assetDetails");
    let mut both = told.clone();
    both["spec"]["streamId"] = json!("65f0");
    assert_eq!(refusals::<ImageCatalog>(&both, Some(&untold)), NONE);
    assert_eq!(
        refusals::<ImageCatalog>(&untold, Some(&both)),
        ["assetDetails.type cannot be changed once the image may exist: create another ImageCatalog"]
    );
}

#[test]
fn a_snapshot_is_named() {
    let mut image = gallery();
    image["spec"]["sourceStreamType"] = json!("VIEW_IMAGES");
    image["spec"]["assetDetails"] = json!({"type": "VIEW_VM", "data": {
        "sourceVmOrTemplateName": "t", "vsphereOsType": "o", "imageDeployType": "SNAPSHOT", "vmMoValue": "vm-1"
    }});
    assert_eq!(
        refusals::<ImageCatalog>(&image, None),
        ["imageDeployType SNAPSHOT needs snapshotMoValue in assetDetails.data"]
    );
}

#[test]
fn a_source_that_is_not_known_is_left_to_the_remote() {
    let mut image = gallery();
    image["spec"]["sourceStreamType"] = json!("A_NEW_SOURCE");
    image["spec"]["assetDetails"] = json!({"type": "A_NEW_TYPE", "data": {"any": {"thing": [1, 2]}}});
    assert_eq!(refusals::<ImageCatalog>(&image, None), NONE);
}

#[test]
fn a_public_linux_opens_ssh() {
    let mut image = marketplace();
    image["spec"]["osType"] = json!("LINUX");
    image["spec"]["assetDetails"]["options"] = json!({"createPublicIp": true});
    assert_eq!(
        refusals::<ImageCatalog>(&image, None),
        ["a LINUX image with createPublicIp needs openSSHPort: true"]
    );
    image["spec"]["assetDetails"]["options"]["openSSHPort"] = json!(true);
    assert_eq!(refusals::<ImageCatalog>(&image, None), NONE);
}

#[test]
fn publishing_fits_the_provider() {
    let mut image = gallery();
    image["spec"]["publish"] = json!({"vsphere": {"installAgent": true}});
    let words = "an image in VIEW is published with publish.vsphere, one in AZURE without it";
    assert_eq!(refusals::<ImageCatalog>(&image, None), [words]);
    image["spec"]["providerLabel"] = json!("VIEW");
    assert_eq!(refusals::<ImageCatalog>(&image, None), NONE);
    image["spec"]["publish"]["proxyServer"] = json!("proxy:3128");
    assert_eq!(
        refusals::<ImageCatalog>(&image, None),
        ["publish.vsphere stands alone: move what you need into it and remove the other fields of publish"]
    );
}

#[test]
fn a_name_that_the_remote_does_not_take_needs_a_stream_name() {
    for name in ["11win", "win.11", "w"] {
        let mut image = gallery();
        image["metadata"]["name"] = json!(name);
        let refusals_without = refusals::<ImageCatalog>(&image, None);
        assert!(
            matches!(refusals_without.as_slice(), [one] if one.ends_with("set spec.streamName")),
            "{name}"
        );
        image["spec"]["streamName"] = json!("win-11");
        assert_eq!(refusals::<ImageCatalog>(&image, None), NONE, "{name}");
    }
}

#[test]
fn a_description_does_not_pretend_to_be_marked() {
    for field in ["streamDescription", "versionDescription"] {
        let mut image = gallery();
        image["spec"][field] = json!("mine [io1:00000000:0000000000000000]");
        assert_eq!(refusals::<ImageCatalog>(&image, None).len(), 1, "{field}");
    }
}

#[test]
fn what_was_sent_cannot_be_changed_once_the_image_may_exist() {
    let changes = [
        ("connectionRef", json!({"name": "other"})),
        ("sourceStreamType", json!("A_NEW_SOURCE")),
        ("action", json!("import")),
        ("streamName", json!("other")),
        ("streamDescription", json!("other")),
        ("versionSource", json!("1.0")),
        ("versionType", json!("MINOR")),
        ("providerLabel", json!("AKKA")),
        ("providerInstanceId", json!("other")),
        ("os", json!("other")),
        ("osType", json!("SERVER")),
        ("gpuType", json!("AMD")),
        ("projectId", json!("other")),
        ("uemManaged", json!(true)),
    ];
    for (field, value) in changes {
        assert_locks(field, |image| image["spec"][field] = value.clone());
    }
    assert_locks("assetDetails.data", |image| {
        image["spec"]["assetDetails"]["data"]["aKeyThatIsNotKnown"] = json!("other");
    });
    assert_locks("assetDetails.options", |image| {
        image["spec"]["assetDetails"]["options"] = json!({"createPublicIp": true});
    });
    assert_locks("assetDetails.vmInfo", |image| {
        image["spec"]["assetDetails"]["vmInfo"]["username"] = json!("other");
    });
    assert_locks("streamDescription", |image| {
        remove(image, "/spec", "streamDescription");
    });
}

#[test]
fn a_marker_points_at_one_version_at_most() {
    let marker = |marker: Value| {
        let mut image = gallery();
        image["spec"]["markers"] = json!([marker]);
        refusals::<ImageCatalog>(&image, None)
    };
    assert_eq!(marker(json!({"name": "stable"})), NONE);
    let targets = [
        ("versionRef", json!({"name": "win11-november"})),
        ("versionName", json!("1.1.0")),
        ("versionId", json!("65f0")),
    ];
    for (field, target) in &targets {
        assert_eq!(marker(json!({"name": "stable", *field: target})), NONE, "{field}");
    }
    let words = "a marker points at one version: give at most one of versionRef, versionName and versionId; without any it points at the first version";
    for pair in targets.windows(2) {
        let mut two = json!({"name": "stable"});
        for (field, target) in pair {
            two[*field] = target.clone();
        }
        assert_eq!(marker(two), [words]);
    }
}

#[test]
fn markers_can_be_moved_added_and_removed_at_any_time() {
    let markers = |markers: Value| {
        let mut image = with_status(marketplace(), created());
        image["spec"]["markers"] = markers;
        image
    };
    let lists = [
        json!([]),
        json!([{"name": "default"}]),
        json!([{"name": "default", "versionName": "1.1.0"}, {"name": "next", "versionRef": {"name": "win11-next"}}]),
    ];
    for before in &lists {
        for after in &lists {
            let (before, after) = (markers(before.clone()), markers(after.clone()));
            assert_eq!(refusals::<ImageCatalog>(&after, Some(&before)), NONE);
        }
    }
}

#[test]
fn what_was_not_sent_may_change_at_any_time() {
    let before = with_status(marketplace(), created());
    let mut after = before.clone();
    after["spec"]["versionDescription"] = json!("other");
    after["spec"]["assetDetails"]["vmInfo"]["passwordSecretRef"]["name"] = json!("rotated");
    after["spec"]["streamName"] = before["metadata"]["name"].clone();
    after["spec"]["streamId"] = json!("65f0");
    after["spec"]["suspend"] = json!(true);
    after["spec"]["deletionPolicy"] = json!("Retain");
    assert_eq!(refusals::<ImageCatalog>(&after, Some(&before)), NONE);
}

#[test]
fn a_recorded_id_stays() {
    let words = "streamId can only be set to the id in status.streamId: to take over another image create another ImageCatalog";
    let before = with_status(marketplace(), created());
    let mut other = before.clone();
    other["spec"]["streamId"] = json!("another");
    assert_eq!(refusals::<ImageCatalog>(&other, Some(&before)), [words]);

    let mut adopted = before.clone();
    adopted["spec"]["streamId"] = json!("65f0");
    assert_eq!(refusals::<ImageCatalog>(&before, Some(&adopted)), [words]);

    let never_found = with_status(other.clone(), json!({"observedGeneration": 1}));
    assert_eq!(refusals::<ImageCatalog>(&adopted, Some(&never_found)), NONE);
}

#[test]
fn an_image_made_anew_does_not_make_its_status_unwritable() {
    let mut before = with_status(marketplace(), created());
    before["spec"]["streamId"] = json!("65f0");
    let mut after = before.clone();
    after["status"]["streamId"] = json!("77aa");
    after["status"]["parts"][0]["id"] = json!("77aa");
    assert_eq!(refusals::<ImageCatalog>(&after, Some(&before)), NONE);
    assert_eq!(refusals::<ImageCatalog>(&after, Some(&after)), NONE);
}

#[test]
fn publishing_can_be_added_later() {
    let before = with_status(gallery(), created());
    let mut after = before.clone();
    after["spec"]["publish"] = json!({"replicas": [{"providerInstanceId": "65f0"}]});
    assert_eq!(refusals::<ImageCatalog>(&after, Some(&before)), NONE);
}

#[test]
fn publishing_is_fixed_once_it_may_have_begun() {
    let mut intent = created();
    intent["parts"][0]["intent"] = open_intent(api::record::PUBLISH);
    let mut begun = created();
    begun["versionStatus"] = json!("PUBLISH_IN_PROGRESS");
    let mut unheard_of = created();
    unheard_of["versionStatus"] = json!("A_NEW_STATUS");
    for (status, expected) in [(created(), 0), (intent, 1), (begun, 1), (unheard_of, 1)] {
        let before = with_status(marketplace(), status);
        let mut changed = before.clone();
        changed["spec"]["publish"]["proxyServer"] = json!("proxy:3128");
        let mut removed = before.clone();
        remove(&mut removed, "/spec", "publish");
        for after in [changed, removed] {
            assert_eq!(
                refusals::<ImageCatalog>(&after, Some(&before)).len(),
                expected,
                "{}",
                before["status"]
            );
        }
    }
}

/// A change that is fine before anything exists and after a refusal, and refused once an intent or an id is on record.
fn assert_locks(field: &str, change: impl Fn(&mut Value)) {
    let words = format!("{field} cannot be changed once the image may exist: create another ImageCatalog");
    let refused = json!({"parts": [{"name": "image", "refusal": {
        "operation": "create", "basis": "1/1", "message": "no", "at": "2026-01-01T00:00:00.000000Z"
    }}]});
    let intent = json!({"parts": [{"name": "image", "intent": open_intent("create")}]});
    for (status, locks) in [
        (json!({}), false),
        (refused, false),
        (intent, true),
        (created(), true),
    ] {
        let before = with_status(marketplace(), status);
        let mut after = before.clone();
        change(&mut after);
        let locked = refusals::<ImageCatalog>(&after, Some(&before)).contains(&words);
        assert_eq!(locked, locks, "{field} with {}", before["status"]);
    }
}

fn created() -> Value {
    json!({
        "streamId": "65f0", "versionStatus": "IMPORT_COMPLETE", "parts": [{"name": "image", "id": "65f0"}]
    })
}

fn gallery() -> Value {
    sample(include_str!("../../deploy/samples/imagecatalog-gallery.yaml"))
}

fn marketplace() -> Value {
    sample(include_str!("../../deploy/samples/imagecatalog-marketplace.yaml"))
}
