//! What the API server refuses, and with which words. The rules run here as they do there, without a server.
// Helpers of tests are tests too: a panic in them is a failed test.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use image_operator::api::{self, CloudConnection, CustomImage, ImageCatalog};
use kube::CustomResourceExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

// CloudConnection

#[test]
fn the_sample_connection_is_accepted() {
    assert_eq!(refusals::<CloudConnection>(&connection(), None), NONE);
}

#[test]
fn a_connection_has_exactly_one_kind_of_account() {
    let words = "give exactly one kind of account: horizonCloud, citrixCloud or surferCloud";
    let mut none = connection();
    remove(&mut none, "/spec", "horizonCloud");
    assert_eq!(refusals::<CloudConnection>(&none, None), [words]);
    let mut both = connection();
    both["spec"]["citrixCloud"] = citrix();
    assert_eq!(refusals::<CloudConnection>(&both, None), [words]);
    remove(&mut both, "/spec", "horizonCloud");
    assert_eq!(refusals::<CloudConnection>(&both, None), NONE);
}

#[test]
fn an_account_has_exactly_one_way_to_sign_in() {
    let mut connection = connection();
    connection["spec"]["horizonCloud"]["oauthApp"] = client();
    assert_eq!(
        refusals::<CloudConnection>(&connection, None),
        ["give exactly one way to sign in: apiToken, oauthApp or serviceOAuth"]
    );
    remove(&mut connection, "/spec/horizonCloud", "apiToken");
    assert_eq!(refusals::<CloudConnection>(&connection, None), NONE);
}

#[test]
fn a_client_id_is_given_once() {
    let mut connection = connection();
    remove(&mut connection, "/spec/horizonCloud", "apiToken");
    connection["spec"]["horizonCloud"]["serviceOAuth"] = client();
    connection["spec"]["horizonCloud"]["serviceOAuth"]["clientIdRef"] = json!({"name": "s", "key": "id"});
    assert_eq!(
        refusals::<CloudConnection>(&connection, None),
        ["give exactly one of clientId and clientIdRef"]
    );
}

#[test]
fn an_address_is_that_of_a_host() {
    for address in [
        "ftp://host",
        "host",
        "https://user:secret@host",
        "https://host?q=1",
        "https://host#f",
    ] {
        let mut connection = connection();
        connection["spec"]["horizonCloud"]["baseUrl"] = json!(address);
        let refusals = refusals::<CloudConnection>(&connection, None);
        assert!(
            refusals
                .iter()
                .all(|words| words.starts_with("give the address of a host"))
        );
        assert_eq!(refusals.len(), 1, "{address}");
    }
}

#[test]
fn intervals_have_bounds_and_an_order() {
    let polling = |active: &str, idle: &str| {
        let mut connection = connection();
        connection["spec"]["polling"] = json!({"activeInterval": active, "idleInterval": idle});
        refusals::<CloudConnection>(&connection, None)
    };
    assert_eq!(polling("1s", "24h"), NONE);
    let active = "give a length of time from 1s to 1h, such as 15s or 1h30m";
    let idle = "give a length of time from 10s to 24h, such as 15s or 1h30m";
    assert_eq!(polling("999ms", "10m"), [active]);
    assert_eq!(polling("1s", "25h"), [idle]);
    assert_eq!(
        polling("20m", "10m"),
        ["activeInterval cannot be longer than idleInterval"]
    );
}

#[test]
fn certificates_come_from_one_place_and_are_pem() {
    let tls = |tls: Value| {
        let mut connection = connection();
        connection["spec"]["tls"] = tls;
        refusals::<CloudConnection>(&connection, None)
    };
    let pem = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----";
    assert_eq!(tls(json!({"caBundle": pem})), NONE);
    assert_eq!(
        tls(json!({"caBundle": pem, "caBundleRef": {"name": "s", "key": "ca"}})),
        ["give exactly one of caBundle and caBundleRef"]
    );
    assert_eq!(tls(json!({"caBundle": "MA=="})).len(), 1);
}

#[test]
fn the_identity_of_an_account_never_changes() {
    let horizon = connection();
    let mut other = horizon.clone();
    other["spec"]["horizonCloud"]["orgId"] = json!("another");
    assert_eq!(
        refusals::<CloudConnection>(&other, Some(&horizon)),
        ["orgId cannot be changed: create another CloudConnection"]
    );
    let mut citrix_account = horizon.clone();
    remove(&mut citrix_account, "/spec", "horizonCloud");
    citrix_account["spec"]["citrixCloud"] = citrix();
    assert_eq!(
        refusals::<CloudConnection>(&citrix_account, Some(&horizon)),
        ["the kind of account cannot be changed: create another CloudConnection"]
    );
    let surfer = surfer_connection();
    let mut moved = surfer.clone();
    moved["spec"]["surferCloud"]["region"] = json!("sg");
    moved["spec"]["surferCloud"]["projectId"] = json!("org-other");
    assert_eq!(
        refusals::<CloudConnection>(&moved, Some(&surfer)),
        [
            "region cannot be changed: create another CloudConnection",
            "projectId cannot be changed: create another CloudConnection",
        ]
    );
    assert_eq!(
        refusals::<CloudConnection>(&surfer, Some(&horizon)),
        ["the kind of account cannot be changed: create another CloudConnection"]
    );
    let mut customer = citrix_account.clone();
    customer["spec"]["citrixCloud"]["customerId"] = json!("another");
    customer["spec"]["citrixCloud"]["orgId"] = json!("added");
    assert_eq!(
        refusals::<CloudConnection>(&customer, Some(&citrix_account)),
        [
            "customerId cannot be changed: create another CloudConnection",
            "orgId cannot be changed: create another CloudConnection",
        ]
    );
}

#[test]
fn addresses_and_credentials_of_an_account_may_change() {
    let before = connection();
    let mut after = before.clone();
    after["spec"]["horizonCloud"]["baseUrl"] = json!("https://elsewhere.example.com");
    after["spec"]["horizonCloud"]["apiToken"]["secretRef"]["name"] = json!("rotated");
    assert_eq!(refusals::<CloudConnection>(&after, Some(&before)), NONE);
}

// ImageCatalog

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
        ("markers", json!([{"name": "other"}])),
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

// CustomImage

fn custom_image() -> Value {
    json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "CustomImage",
        "metadata": {"name": "debian-12", "namespace": "default"},
        "spec": {
            "connectionRef": {"name": "surfer"},
            "ufileUrl": "https://images.hk.ufileos.com/debian-12.qcow2",
            "osType": "Other",
            "osName": "Other",
            "format": "qcow2",
            "copies": [{"region": "sg", "projectId": "org-demo"}],
        },
    })
}

/// What is said to a CustomImage with these fields of spec in place of its own; null takes one away.
fn said_to(changes: &Value) -> Vec<String> {
    refusals::<CustomImage>(&changed(&custom_image(), changes), None)
}

fn changed(object: &Value, changes: &Value) -> Value {
    let mut object = object.clone();
    let spec = object["spec"].as_object_mut().expect("there is a spec");
    for (field, value) in changes.as_object().expect("changes are an object") {
        if value.is_null() {
            spec.remove(field);
        } else {
            spec.insert(field.clone(), value.clone());
        }
    }
    object
}

#[test]
fn a_custom_image_has_exactly_one_file() {
    assert_eq!(said_to(&json!({})), NONE);
    let words = "give exactly one of ufileUrl and ufileUrlSecretRef";
    let secret = json!({"name": "s", "key": "url"});
    assert_eq!(said_to(&json!({"ufileUrlSecretRef": secret})), [words]);
    assert_eq!(said_to(&json!({"ufileUrl": null})), [words]);
    assert_eq!(
        said_to(&json!({"ufileUrl": null, "ufileUrlSecretRef": secret})),
        NONE
    );
}

#[test]
fn the_file_of_a_custom_image_is_on_the_web_and_its_address_is_no_credential() {
    for address in [
        "ftp://host/disk",
        "disk.qcow2",
        "https://u:p@host/disk",
        "https://host",
    ] {
        let said = said_to(&json!({"ufileUrl": address}));
        assert!(
            matches!(said.as_slice(), [one] if one.starts_with("give the address of a file")),
            "{address}: {said:?}"
        );
    }
    for query in ["UCloudPublicKey=k&Signature=s&Expires=1", "X-Amz-Signature=s"] {
        let said = said_to(&json!({"ufileUrl": format!("https://host/disk?{query}")}));
        assert!(
            matches!(said.as_slice(), [one] if one.starts_with("a presigned address is a credential")),
            "{query}: {said:?}"
        );
    }
    assert_eq!(
        said_to(&json!({"ufileUrl": "https://host/disk?versionId=3"})),
        NONE
    );
}

#[test]
fn the_name_of_a_custom_image_is_one_that_the_remote_takes() {
    let words = "give up to 63 letters, digits, dashes, underscores and dots";
    assert_eq!(said_to(&json!({"imageName": "a b"})), [words]);
    assert_eq!(said_to(&json!({"imageName": "桌面_1.0"})), NONE);
    let mut long = custom_image();
    long["metadata"]["name"] = "x".repeat(64).into();
    let said = refusals::<CustomImage>(&long, None);
    assert!(said[0].ends_with("set spec.imageName"), "{said:?}");
    long["spec"]["imageName"] = json!("x");
    assert_eq!(refusals::<CustomImage>(&long, None), NONE);
}

#[test]
fn an_other_system_has_no_name_of_its_own() {
    assert_eq!(
        said_to(&json!({"osName": "CentOS 7.2 64位"})),
        ["osType Other needs osName Other"]
    );
    assert_eq!(
        said_to(&json!({"osType": "CentOS", "osName": "CentOS 7.2 64位"})),
        NONE
    );
}

#[test]
fn a_custom_image_is_not_copied_to_where_it_is() {
    let said = said_to(&json!({"region": "sg", "projectId": "org-demo"}));
    assert!(
        said[0].starts_with("an image cannot be copied to where it is"),
        "{said:?}"
    );
    assert_eq!(said_to(&json!({"region": "sg", "projectId": "org-other"})), NONE);
}

#[test]
fn a_custom_image_keeps_what_it_was_imported_with() {
    let before = custom_image();
    let mut imported = before.clone();
    imported["status"] = json!({"imageId": "uimage-1", "parts": [{"name": "image", "id": "uimage-1"}]});
    for (field, value) in [
        ("ufileUrl", json!("https://host/other")),
        ("imageName", json!("other")),
        ("format", json!("RAW")),
        ("imageDescription", json!("other")),
        ("region", json!("us-ca")),
        ("projectId", json!("org-other")),
    ] {
        let change = json!({field: value});
        assert_eq!(
            refusals::<CustomImage>(&changed(&before, &change), Some(&before)),
            NONE,
            "{field}"
        );
        let words = format!("{field} cannot be changed once the image may exist: create another CustomImage");
        let after = changed(&imported, &change);
        assert_eq!(refusals::<CustomImage>(&after, Some(&imported)), [words]);
    }
    let free =
        json!({"copies": [], "imageName": "debian-12", "imageId": "uimage-1", "deletionPolicy": "Retain"});
    assert_eq!(
        refusals::<CustomImage>(&changed(&imported, &free), Some(&imported)),
        NONE
    );
    let moved = json!({"ufileUrl": null, "ufileUrlSecretRef": {"name": "s", "key": "url"}});
    assert_eq!(
        refusals::<CustomImage>(&changed(&imported, &moved), Some(&imported)),
        NONE
    );
    let other = changed(&imported, &json!({"imageId": "uimage-2"}));
    assert_eq!(refusals::<CustomImage>(&other, Some(&imported)).len(), 1);
}

fn open_intent(operation: &str) -> Value {
    json!({"operation": operation, "attempt": "a-1", "startedAt": "2026-01-01T00:00:00.000000Z", "attempts": 1})
}

fn created() -> Value {
    json!({
        "streamId": "65f0", "versionStatus": "IMPORT_COMPLETE", "parts": [{"name": "image", "id": "65f0"}]
    })
}

fn with_status(mut object: Value, status: Value) -> Value {
    object["status"] = status;
    object
}

fn surfer_connection() -> Value {
    let mut connection = connection();
    remove(&mut connection, "/spec", "horizonCloud");
    connection["spec"]["surferCloud"] = json!({"region": "hk", "projectId": "org-demo", "credentials": {
        "publicKeyRef": {"name": "s", "key": "public"}, "privateKeyRef": {"name": "s", "key": "private"},
    }});
    connection
}

fn citrix() -> Value {
    json!({"customerId": "acme", "clientCredentials": client()})
}

fn client() -> Value {
    json!({"clientId": "id", "secretRef": {"name": "s", "key": "secret"}})
}

fn connection() -> Value {
    sample(include_str!("../deploy/samples/cloudconnection.yaml"))
}

fn gallery() -> Value {
    sample(include_str!("../deploy/samples/imagecatalog-gallery.yaml"))
}

fn marketplace() -> Value {
    sample(include_str!("../deploy/samples/imagecatalog-marketplace.yaml"))
}

/// The custom resource in a sample.
fn sample(yaml: &str) -> Value {
    let documents: Vec<Value> = serde_saphyr::from_multiple(yaml).expect("a sample is YAML");
    documents
        .into_iter()
        .find(|document| document["apiVersion"] == "image-operator.dev/v1alpha1")
        .expect("a sample holds a custom resource")
}

const NONE: [&str; 0] = [];

/// What the API server would say to a create, or to an update of `old`. Both pass through the types of the operator,
/// which sets the defaults that the API server would set, and shows that the types can read what it accepts.
fn refusals<K: CustomResourceExt + Serialize + DeserializeOwned>(
    new: &Value,
    old: Option<&Value>,
) -> Vec<String> {
    let stored = |object: &Value| {
        let typed: K = serde_json::from_value(object.clone()).expect("the types can read it");
        serde_json::to_value(typed).expect("a resource is JSON")
    };
    let definition = serde_json::to_value(K::crd()).expect("a definition is JSON");
    let schema = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let old = old.map(stored);
    match kube_cel::Validator::new().validate(schema, &stored(new), old.as_ref()) {
        Ok(()) => Vec::new(),
        Err(errors) => errors.into_vec().into_iter().map(|error| error.message).collect(),
    }
}

fn remove(object: &mut Value, parent: &str, field: &str) {
    let parent = object.pointer_mut(parent).and_then(Value::as_object_mut);
    let removed = parent.and_then(|fields| fields.remove(field));
    assert!(removed.is_some(), "there is no {field} to remove");
}
