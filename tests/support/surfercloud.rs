//! A connection to the simulated SurferCloud, and images that it imports.

use serde_json::{Value, json};

use super::gallery::Limits;
use super::manifest::with;
use super::namespace::Namespace;

/// What the connection and its Secret are called.
pub const CONNECTION: &str = "surfercloud";

/// The public and the private key of the simulator's built-in account.
pub const KEYS: (&str, &str) = ("demo-public", "demo-private");

/// The region and the project of the connection, where images are imported.
pub const HOME: (&str, &str) = ("hk", "org-demo");

/// A region and a project to copy images to.
pub const ELSEWHERE: (&str, &str) = ("sg", "org-demo");

/// A connection to the simulator at `url`.
pub fn connection(url: &str, limits: Limits<'_>) -> Value {
    let (region, project_id) = HOME;
    let connection = json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "CloudConnection",
        "metadata": { "name": CONNECTION },
        "spec": {
            "surferCloud": {
                "region": region,
                "projectId": project_id,
                "baseUrl": url,
                "credentials": {
                    "publicKeyRef": { "name": CONNECTION, "key": "public" },
                    "privateKeyRef": { "name": CONNECTION, "key": "private" },
                },
            },
            "polling": { "activeInterval": limits.active_interval, "idleInterval": limits.idle_interval },
        },
    });
    match limits.requests_per_second {
        Some(rate) => {
            let limit = json!({ "rateLimit": { "requestsPerSecond": rate, "burst": rate } });
            with(connection, &limit)
        }
        None => connection,
    }
}

/// An image that is imported over the connection, and not copied; its remote name is its own.
pub fn image(name: &str) -> Value {
    json!({
        "apiVersion": "image-operator.dev/v1alpha1",
        "kind": "CustomImage",
        "metadata": { "name": name },
        "spec": {
            "connectionRef": { "name": CONNECTION },
            "ufileUrl": format!("https://images.hk.ufileos.com/{name}.qcow2"),
            "osType": "Other",
            "osName": "Other",
            "format": "qcow2",
        },
    })
}

/// What copies an image to these regions and projects, and to no others.
pub fn copied_to(places: &[(&str, &str)]) -> Value {
    let copies: Vec<Value> = places
        .iter()
        .map(|(region, project_id)| json!({ "region": region, "projectId": project_id }))
        .collect();
    json!({ "copies": copies })
}

/// Writes the Secret of the connection.
///
/// # Panics
/// When the API server refuses it.
pub async fn keys(namespace: &Namespace, (public, private): (&str, &str)) {
    let keys = [("public", public), ("private", private)];
    namespace.secret(CONNECTION, &keys).await;
}

/// Makes the connection and its Secret.
///
/// # Panics
/// When the API server refuses them.
pub async fn connect(namespace: &Namespace, url: &str, limits: Limits<'_>) {
    keys(namespace, KEYS).await;
    let connection = connection(url, limits).to_string();
    let applied = namespace.apply(&connection).await;
    applied.unwrap_or_else(|error| panic!("could not make the connection: {error}"));
}
