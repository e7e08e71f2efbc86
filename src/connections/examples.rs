//! Connections for tests.

use serde_json::{Value, json};

use super::secrets::{Looked, ResolvedSecrets, secret_references};
use crate::api::CloudConnectionSpec;
use crate::remote::http::{AllowedHosts, PlainHttp};

/// A spec from JSON.
pub(crate) fn spec(json: Value) -> CloudConnectionSpec {
    serde_json::from_value(json).unwrap()
}

/// A Horizon Cloud account with an API token, and these fields besides.
pub(crate) fn horizon_spec(more: &Value) -> CloudConnectionSpec {
    let mut horizon = json!({
        "orgId": "org-1", "apiToken": { "secretRef": { "name": "prod-token", "key": "token" } },
    });
    for (key, value) in more.as_object().unwrap() {
        horizon[key] = value.clone();
    }
    spec(json!({ "horizonCloud": horizon }))
}

/// All the Secrets that a spec asks for, each with this content.
pub(crate) fn secrets_of(spec: &CloudConnectionSpec, content: &str) -> ResolvedSecrets {
    let mut secrets = ResolvedSecrets::default();
    for reference in secret_references(spec) {
        let bytes = content.as_bytes().to_vec();
        secrets.insert(&reference, Looked::Found(bytes.into()));
    }
    secrets
}

/// These hosts, with or without TLS.
pub(crate) fn allowed(patterns: &[&str]) -> AllowedHosts {
    let patterns = patterns.iter().map(|pattern| pattern.parse().unwrap());
    AllowedHosts::new(patterns, PlainHttp::Allowed)
}
