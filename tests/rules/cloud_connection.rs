//! CloudConnection.

use image_operator::api::CloudConnection;
use serde_json::{Value, json};

use crate::{NONE, refusals, remove, sample};

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
    sample(include_str!("../../deploy/samples/cloudconnection.yaml"))
}
