//! The Secrets that a connection needs, and what came of looking for them.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::api::SecretKeyReference;
use crate::api::cloud_connection::{
    Account, ClientCredentials, CloudConnectionSpec, HorizonCredentials, SigningKeys,
};

/// One key of one Secret that a connection needs, in the namespace of the connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretReference {
    /// The Secret's name.
    pub name: String,
    /// The key in its data.
    pub key: String,
    /// The field of the CloudConnection that asks for it.
    pub field: &'static str,
}

impl SecretReference {
    fn new(field: &'static str, reference: &SecretKeyReference) -> Self {
        SecretReference {
            name: reference.name.clone(),
            key: reference.key.clone(),
            field,
        }
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {:?} of Secret {:?} ({})", self.key, self.name, self.field)
    }
}

/// What came of looking for one key of one Secret.
#[derive(Clone, Debug, Default)]
pub enum Looked {
    /// There is no such Secret.
    #[default]
    NoSecret,
    /// The Secret has no such key.
    NoKey,
    /// What the key holds.
    Found(SecretSlice<u8>),
}

/// What came of looking for all Secrets of a connection. What was never looked for counts as not there.
#[derive(Clone, Debug, Default)]
pub struct ResolvedSecrets(BTreeMap<(String, String), Looked>);

impl ResolvedSecrets {
    /// Notes what came of looking for this reference.
    pub fn insert(&mut self, reference: &SecretReference, looked: Looked) {
        let place = (reference.name.clone(), reference.key.clone());
        self.0.insert(place, looked);
    }

    pub(super) fn text(
        &self,
        field: &'static str,
        key: &SecretKeyReference,
    ) -> Result<SecretString, SecretError> {
        let reference = SecretReference::new(field, key);
        let bytes = match self.0.get(&(key.name.clone(), key.key.clone())) {
            None | Some(Looked::NoSecret) => return Err(SecretError::NotFound(reference)),
            Some(Looked::NoKey) => return Err(SecretError::KeyMissing(reference)),
            Some(Looked::Found(bytes)) => bytes,
        };
        let Ok(text) = std::str::from_utf8(bytes.expose_secret()) else {
            return Err(SecretError::NotText(reference));
        };
        // Editors and `echo` leave a line break at the end, which is never part of the secret.
        let mut trimmed = text.trim().to_owned();
        if trimmed.is_empty() {
            return Err(SecretError::Empty(reference));
        }
        let secret = SecretString::from(trimmed.as_str());
        trimmed.zeroize();
        Ok(secret)
    }
}

/// A Secret that a connection needs is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is no such Secret.
    #[error("there is no Secret {:?} in this namespace ({}): create it with the key {:?}", .0.name, .0.field, .0.key)]
    NotFound(SecretReference),
    /// The Secret has no such key.
    #[error("the Secret {:?} has no key {:?} ({})", .0.name, .0.key, .0.field)]
    KeyMissing(SecretReference),
    /// The key holds nothing, or only white space.
    #[error("{0} is empty")]
    Empty(SecretReference),
    /// The key holds something that is no text.
    #[error("{0} is not UTF-8 text")]
    NotText(SecretReference),
}

/// The Secrets that must be looked for before a connection can be made.
pub fn secret_references(spec: &CloudConnectionSpec) -> Vec<SecretReference> {
    let mut references = match spec.account() {
        Some(Account::HorizonCloud(horizon)) => match horizon.credentials() {
            Some(HorizonCredentials::ApiToken(token)) => {
                vec![SecretReference::new(API_TOKEN, &token.secret_ref)]
            }
            Some(HorizonCredentials::OAuthApp(client)) => of_client(&OAUTH_APP, client),
            Some(HorizonCredentials::ServiceOAuth(client)) => of_client(&SERVICE_OAUTH, client),
            None => Vec::new(),
        },
        Some(Account::CitrixCloud(citrix)) => of_client(&CITRIX_CLIENT, &citrix.client_credentials),
        Some(Account::SurferCloud(surfer)) => of_keys(&surfer.credentials),
        None => Vec::new(),
    };
    let bundle = spec.tls.as_ref().and_then(|tls| tls.ca_bundle_ref.as_ref());
    references.extend(bundle.map(|bundle| SecretReference::new(CA_BUNDLE, bundle)));
    references
}

pub(super) const API_TOKEN: &str = "spec.horizonCloud.apiToken.secretRef";
pub(super) const CA_BUNDLE: &str = "spec.tls.caBundleRef";

/// Where the fields of a client's credentials stand.
pub(super) struct ClientFields {
    pub(super) id: &'static str,
    pub(super) id_ref: &'static str,
    pub(super) secret_ref: &'static str,
}

pub(super) const OAUTH_APP: ClientFields = ClientFields {
    id: "spec.horizonCloud.oauthApp.clientId",
    id_ref: "spec.horizonCloud.oauthApp.clientIdRef",
    secret_ref: "spec.horizonCloud.oauthApp.secretRef",
};

pub(super) const SERVICE_OAUTH: ClientFields = ClientFields {
    id: "spec.horizonCloud.serviceOAuth.clientId",
    id_ref: "spec.horizonCloud.serviceOAuth.clientIdRef",
    secret_ref: "spec.horizonCloud.serviceOAuth.secretRef",
};

pub(super) const CITRIX_CLIENT: ClientFields = ClientFields {
    id: "spec.citrixCloud.clientCredentials.clientId",
    id_ref: "spec.citrixCloud.clientCredentials.clientIdRef",
    secret_ref: "spec.citrixCloud.clientCredentials.secretRef",
};

pub(super) const PUBLIC_KEY: &str = "spec.surferCloud.credentials.publicKeyRef";
pub(super) const PRIVATE_KEY: &str = "spec.surferCloud.credentials.privateKeyRef";
pub(super) const SECURITY_TOKEN: &str = "spec.surferCloud.credentials.securityTokenRef";

fn of_keys(keys: &SigningKeys) -> Vec<SecretReference> {
    let token = keys.security_token_ref.as_ref();
    let mut references = vec![
        SecretReference::new(PUBLIC_KEY, &keys.public_key_ref),
        SecretReference::new(PRIVATE_KEY, &keys.private_key_ref),
    ];
    references.extend(token.map(|token| SecretReference::new(SECURITY_TOKEN, token)));
    references
}

fn of_client(fields: &ClientFields, client: &ClientCredentials) -> Vec<SecretReference> {
    let id = client
        .client_id_ref
        .as_ref()
        .map(|reference| SecretReference::new(fields.id_ref, reference));
    id.into_iter()
        .chain([SecretReference::new(fields.secret_ref, &client.secret_ref)])
        .collect()
}
