//! The kinds of account, and how to sign in to them.

use std::fmt;

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rules;
use crate::api::references::SecretKeyReference;

/// The account that a connection leads to. Prints as the identity under which remote ids are recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Account<'a> {
    /// Horizon Cloud next-gen.
    HorizonCloud(&'a HorizonCloud),
    /// Citrix Cloud.
    CitrixCloud(&'a CitrixCloud),
    /// SurferCloud.
    SurferCloud(&'a SurferCloud),
}

impl Account<'_> {
    /// The organisation that the credentials must belong to, where one is named.
    pub fn organisation(&self) -> Option<&str> {
        match self {
            Account::HorizonCloud(horizon) => Some(&horizon.org_id),
            Account::CitrixCloud(citrix) => citrix.org_id.as_deref(),
            Account::SurferCloud(_) => None,
        }
    }
}

impl fmt::Display for Account<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Account::HorizonCloud(horizon) => write!(f, "horizonCloud/{}", horizon.org_id),
            Account::CitrixCloud(citrix) => {
                write!(f, "citrixCloud/{}", citrix.customer_id)?;
                citrix.org_id.iter().try_for_each(|org_id| write!(f, "/{org_id}"))
            }
            Account::SurferCloud(surfer) => {
                write!(f, "surferCloud/{}", surfer.region)?;
                let mut project_id = surfer.project_id.iter();
                project_id.try_for_each(|project_id| write!(f, "/{project_id}"))
            }
        }
    }
}

/// An account of Horizon Cloud next-gen. Exactly one of `apiToken`, `oauthApp` and `serviceOAuth` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rules::exactly_one_sign_in())]
pub struct HorizonCloud {
    /// Id of the organisation that owns the images. Never changes: the credentials must belong to it.
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub org_id: String,
    /// Where the API is, without a path of the API itself; default: the vendor's public host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    #[x_kube(validation = rules::base_url())]
    pub base_url: Option<String>,
    /// Where tokens are given out, without a path of the API itself; default: the vendor's public host for `apiToken` and `oauthApp`, `baseUrl` for `serviceOAuth`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    #[x_kube(validation = rules::base_url())]
    pub token_url: Option<String>,
    /// Which of the vendor's two services answers reads: `ims-catalog` (default) or `imagemgmt`.
    #[serde(default)]
    pub read_service: ReadService,
    /// Sign in with an API token of a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_token: Option<ApiToken>,
    /// Sign in as an OAuth app of the vendor's cloud services console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_app: Option<ClientCredentials>,
    /// Sign in as an OAuth client of the service itself.
    #[serde(default, rename = "serviceOAuth", skip_serializing_if = "Option::is_none")]
    pub service_oauth: Option<ClientCredentials>,
}

impl HorizonCloud {
    /// How to sign in, or `None` when the spec names no way or several (which the API server refuses).
    pub fn credentials(&self) -> Option<HorizonCredentials<'_>> {
        match (&self.api_token, &self.oauth_app, &self.service_oauth) {
            (Some(token), None, None) => Some(HorizonCredentials::ApiToken(token)),
            (None, Some(app), None) => Some(HorizonCredentials::OAuthApp(app)),
            (None, None, Some(client)) => Some(HorizonCredentials::ServiceOAuth(client)),
            _ => None,
        }
    }
}

/// The one way in which a Horizon Cloud account is signed in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HorizonCredentials<'a> {
    /// An API token of a user.
    ApiToken(&'a ApiToken),
    /// An OAuth app of the vendor's cloud services console.
    OAuthApp(&'a ClientCredentials),
    /// An OAuth client of the service itself.
    ServiceOAuth(&'a ClientCredentials),
}

/// Which of the vendor's two services answers reads (public OpenAPI document of Horizon Cloud next-gen).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReadService {
    /// The service made for reads; it tells which image a copy belongs to.
    #[default]
    ImsCatalog,
    /// The service that also takes writes.
    Imagemgmt,
}

/// An API token of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiToken {
    /// Key of the Secret that holds the token.
    pub secret_ref: SecretKeyReference,
}

/// A client id and its secret. Exactly one of `clientId` and `clientIdRef` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rules::exactly_one_client_id())]
pub struct ClientCredentials {
    /// The client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256))]
    pub client_id: Option<String>,
    /// Key of the Secret that holds the client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id_ref: Option<SecretKeyReference>,
    /// Key of the Secret that holds the client secret.
    pub secret_ref: SecretKeyReference,
}

/// An account of Citrix Cloud.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct CitrixCloud {
    /// The Citrix customer id. Never changes.
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._-]+$"))]
    pub customer_id: String,
    /// Id of the organisation that owns the images, where the API asks for one. Never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9._:-]+$"))]
    pub org_id: Option<String>,
    /// Where the API is, without a path of the API itself; default: the vendor's public host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    #[x_kube(validation = rules::base_url())]
    pub base_url: Option<String>,
    /// Where tokens are given out, without a path of the API itself; default: the vendor's public host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    #[x_kube(validation = rules::base_url())]
    pub token_url: Option<String>,
    /// Sign in as an API client (a secure client or a service principal).
    pub client_credentials: ClientCredentials,
}

/// An account of SurferCloud. Its resources belong to a region and a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurferCloud {
    /// The region that images are in unless they say otherwise, by its short id, such as `hk`. Never changes.
    #[schemars(length(min = 1, max = 32), regex(pattern = "^[a-z0-9-]+$"))]
    pub region: String,
    /// Id of the project that images are in unless they say otherwise; default: the account's default project. Keys of a sub-account need it. Never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = "^[A-Za-z0-9_-]+$"))]
    pub project_id: Option<String>,
    /// Where the API is; default: the vendor's public host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    #[x_kube(validation = rules::base_url())]
    pub base_url: Option<String>,
    /// The keys that requests are signed with.
    pub credentials: SigningKeys,
}

/// The keys that requests are signed with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SigningKeys {
    /// Key of the Secret that holds the public key.
    pub public_key_ref: SecretKeyReference,
    /// Key of the Secret that holds the private key.
    pub private_key_ref: SecretKeyReference,
    /// Key of the Secret that holds the security token, where the keys are temporary ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_token_ref: Option<SecretKeyReference>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_prints_as_its_identity() {
        let horizon = HorizonCloud {
            org_id: "o-1".into(),
            ..HorizonCloud::default()
        };
        let citrix = CitrixCloud {
            customer_id: "acme".into(),
            org_id: Some("o-2".into()),
            ..CitrixCloud::default()
        };
        assert_eq!(Account::HorizonCloud(&horizon).to_string(), "horizonCloud/o-1");
        assert_eq!(Account::CitrixCloud(&citrix).to_string(), "citrixCloud/acme/o-2");
        let mut surfer = SurferCloud {
            region: "hk".into(),
            ..SurferCloud::default()
        };
        assert_eq!(Account::SurferCloud(&surfer).to_string(), "surferCloud/hk");
        surfer.project_id = Some("org-1".into());
        assert_eq!(Account::SurferCloud(&surfer).to_string(), "surferCloud/hk/org-1");
    }

    #[test]
    fn two_ways_to_sign_in_are_none() {
        let horizon = HorizonCloud {
            api_token: Some(ApiToken::default()),
            oauth_app: Some(ClientCredentials::default()),
            ..HorizonCloud::default()
        };
        assert_eq!(horizon.credentials(), None);
    }
}
