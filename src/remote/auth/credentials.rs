//! The kinds of credentials, how each asks for a token, and how its token is shown.
//!
//! CSP API token and CSP OAuth app: the authentication page beside the public OpenAPI document of Horizon Cloud
//! next-gen. Service OAuth: that document's `oAuthAuthorize`. Citrix Cloud: the "getting started" page of its
//! developer documentation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue, InvalidHeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::remote::http::{BaseUrl, WireRequest, encode};

/// Where CSP tokens come from unless said otherwise.
pub const CSP: &str = "https://connect.omnissa.com";

/// Where Citrix Cloud tokens come from unless said otherwise (Japan and the regions have hosts of their own).
pub const CITRIX_CLOUD: &str = "https://api.cloud.com";

/// An id with its secret.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// The id.
    pub client_id: String,
    /// The secret.
    pub client_secret: SecretString,
}

/// How to sign in to an account.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// An API token that a person made in the CSP console.
    CspApiToken {
        /// The sign-in service.
        base_url: BaseUrl,
        /// The API token.
        api_token: SecretString,
    },
    /// An OAuth app registered in the CSP console.
    CspOAuthApp {
        /// The sign-in service.
        base_url: BaseUrl,
        /// The app's id and secret.
        client: ClientCredentials,
    },
    /// The service's own OAuth, at the service's own address.
    ServiceOAuth {
        /// The service.
        base_url: BaseUrl,
        /// The client's id and secret.
        client: ClientCredentials,
    },
    /// A Citrix Cloud secure client or service principal.
    CitrixCloud {
        /// The sign-in service.
        base_url: BaseUrl,
        /// The customer that the client belongs to; every request names it.
        customer_id: String,
        /// The client's id and secret.
        client: ClientCredentials,
    },
}

impl Credentials {
    /// The request for a token.
    pub(super) fn token_request(&self) -> WireRequest {
        match self {
            Credentials::CspApiToken { base_url, api_token } => form_request(
                base_url,
                &["csp", "gateway", "am", "api", "auth", "api-tokens", "authorize"],
                &[("refresh_token", api_token.expose_secret())],
            ),
            Credentials::CspOAuthApp { base_url, client } => {
                let path = ["csp", "gateway", "am", "api", "auth", "authorize"];
                with_basic(form_request(base_url, &path, &GRANT), client)
            }
            Credentials::ServiceOAuth { base_url, client } => with_basic(
                form_request(base_url, &["auth", "v1", "oauth", "token"], &GRANT),
                client,
            ),
            Credentials::CitrixCloud {
                base_url,
                customer_id,
                client,
            } => form_request(
                base_url,
                &["cctrustoauth2", customer_id, "tokens", "clients"],
                &[
                    ("grant_type", "client_credentials"),
                    ("client_id", &client.client_id),
                    ("client_secret", client.client_secret.expose_secret()),
                ],
            ),
        }
    }

    /// The headers that show a token.
    pub(super) fn headers(
        &self,
        token: &SecretString,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, InvalidHeaderValue> {
        let token = token.expose_secret();
        match self {
            Credentials::CitrixCloud { customer_id, .. } => Ok(vec![
                (AUTHORIZATION, sensitive(&format!("CwsAuth Bearer={token}"))?),
                (
                    HeaderName::from_static("citrix-customerid"),
                    HeaderValue::from_str(customer_id)?,
                ),
            ]),
            Credentials::CspApiToken { .. }
            | Credentials::CspOAuthApp { .. }
            | Credentials::ServiceOAuth { .. } => {
                Ok(vec![(AUTHORIZATION, sensitive(&format!("Bearer {token}"))?)])
            }
        }
    }

    /// What must never show in a message.
    pub(super) fn secret(&self) -> &SecretString {
        match self {
            Credentials::CspApiToken { api_token, .. } => api_token,
            Credentials::CspOAuthApp { client, .. }
            | Credentials::ServiceOAuth { client, .. }
            | Credentials::CitrixCloud { client, .. } => &client.client_secret,
        }
    }

    /// The host of the sign-in service, for messages.
    pub(super) fn host(&self) -> &str {
        match self {
            Credentials::CspApiToken { base_url, .. }
            | Credentials::CspOAuthApp { base_url, .. }
            | Credentials::ServiceOAuth { base_url, .. }
            | Credentials::CitrixCloud { base_url, .. } => base_url.host(),
        }
    }
}

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// A form without a charset in its content type: Citrix Cloud refuses one.
fn form_request(base_url: &BaseUrl, path: &[&str], pairs: &[(&str, &str)]) -> WireRequest {
    let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    WireRequest {
        method: Method::POST,
        url: base_url.join(path.iter().copied(), &[]),
        headers: Vec::new(),
        body: Some((content_type, Bytes::from(encode(pairs.iter().copied())))),
    }
}

fn with_basic(mut request: WireRequest, client: &ClientCredentials) -> WireRequest {
    let pair = format!("{}:{}", client.client_id, client.client_secret.expose_secret());
    // Base64 holds nothing that a header could not.
    if let Ok(value) = sensitive(&format!("Basic {}", STANDARD.encode(pair))) {
        request.headers.push((AUTHORIZATION, value));
    }
    request
}

fn sensitive(text: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> ClientCredentials {
        ClientCredentials {
            client_id: "id".into(),
            client_secret: "se+cret/==".into(),
        }
    }

    fn base() -> BaseUrl {
        "https://host.example".parse().unwrap()
    }

    fn body(request: &WireRequest) -> String {
        let (content_type, body) = request.body.as_ref().unwrap();
        assert_eq!(content_type, "application/x-www-form-urlencoded");
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[test]
    fn a_csp_api_token_is_sent_as_a_refresh_token() {
        let request = Credentials::CspApiToken {
            base_url: base(),
            api_token: "a=b".into(),
        }
        .token_request();
        assert_eq!(
            request.url.as_str(),
            "https://host.example/csp/gateway/am/api/auth/api-tokens/authorize"
        );
        assert_eq!(body(&request), "refresh_token=a%3Db");
        assert!(request.headers.is_empty());
    }

    #[test]
    fn oauth_clients_sign_in_by_basic_authentication() {
        let app = Credentials::CspOAuthApp {
            base_url: base(),
            client: client(),
        };
        let service = Credentials::ServiceOAuth {
            base_url: base(),
            client: client(),
        };
        for (credentials, path) in [
            (app, "/csp/gateway/am/api/auth/authorize"),
            (service, "/auth/v1/oauth/token"),
        ] {
            let request = credentials.token_request();
            assert_eq!(request.url.path(), path);
            assert_eq!(body(&request), "grant_type=client_credentials");
            let (name, value) = &request.headers[0];
            assert_eq!(name, AUTHORIZATION);
            assert_eq!(value, "Basic aWQ6c2UrY3JldC89PQ==");
            assert!(value.is_sensitive());
        }
    }

    #[test]
    fn a_citrix_client_sends_its_secret_encoded_in_the_form_and_names_its_customer() {
        let credentials = Credentials::CitrixCloud {
            base_url: base(),
            customer_id: "cust".into(),
            client: client(),
        };
        let request = credentials.token_request();
        assert_eq!(request.url.path(), "/cctrustoauth2/cust/tokens/clients");
        assert_eq!(
            body(&request),
            "grant_type=client_credentials&client_id=id&client_secret=se%2Bcret%2F%3D%3D"
        );
        let headers = credentials.headers(&"t".into()).unwrap();
        assert_eq!(
            headers[0],
            (AUTHORIZATION, HeaderValue::from_static("CwsAuth Bearer=t"))
        );
        assert!(headers[0].1.is_sensitive());
        assert_eq!(headers[1].1, "cust");
    }

    #[test]
    fn a_secret_is_not_shown_by_debug() {
        let credentials = Credentials::CspOAuthApp {
            base_url: base(),
            client: client(),
        };
        assert!(!format!("{credentials:?}").contains("se+cret"));
    }
}
