//! The four sign-ins, the built-in accounts and the access tokens.

use std::collections::HashMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::json;

use super::clock::seconds_after;
use super::ids::Ids;
use super::query::Query;
use super::reply::Reply;
use super::route::SignIn;
use super::settings::{BadTokenAnswer, Settings};

/// An account that may sign in.
pub(crate) struct Account {
    pub(crate) org: &'static str,
    api_token: &'static str,
    client_id: &'static str,
    client_secret: &'static str,
    /// The customer id of Citrix Cloud.
    customer: &'static str,
}

/// The built-in accounts: the one of the documentation, and one of another organisation.
pub(crate) const ACCOUNTS: [Account; 2] = [
    Account {
        org: "00000000-0000-4000-8000-000000000001",
        api_token: "demo-api-token",
        client_id: "demo-client",
        client_secret: "demo-secret",
        customer: "democust",
    },
    Account {
        org: "00000000-0000-4000-8000-000000000002",
        api_token: "other-api-token",
        client_id: "other-client",
        client_secret: "other-secret",
        customer: "othercust",
    },
];

/// How a token has to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `Authorization: Bearer …`
    Bearer,
    /// `Authorization: CwsAuth Bearer=…` and `Citrix-CustomerId`
    CwsAuth,
}

struct Grant {
    account: &'static Account,
    scheme: Scheme,
    expires: Timestamp,
}

/// Who asks, once the token has been looked at.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    account: &'static Account,
    scheme: Scheme,
}

impl Caller {
    pub(crate) fn org(self) -> &'static str {
        self.account.org
    }

    /// A body that is not JSON, refused in the words of the caller's sign-in.
    pub(crate) fn wrong_media_type(self) -> Denied {
        Denied::WrongMediaType(self.scheme)
    }

    /// Whether an `org_id` names the caller's organisation; to Citrix Cloud the customer id is one (inferred).
    pub(crate) fn is_of(self, org: &str) -> bool {
        org == self.account.org || (self.scheme == Scheme::CwsAuth && org == self.account.customer)
    }
}

/// The access tokens that were given out.
#[derive(Default)]
pub(crate) struct Tokens {
    grants: HashMap<String, Grant>,
}

impl Tokens {
    /// Every token has expired.
    pub(crate) fn expire_all(&mut self) {
        self.grants.clear();
    }

    /// Makes a token that lives so many seconds.
    fn issue(
        &mut self,
        account: &'static Account,
        scheme: Scheme,
        lifetime: u64,
        now: Timestamp,
        ids: &mut Ids,
    ) -> String {
        let expires = seconds_after(now, lifetime);
        self.grants.retain(|_, grant| grant.expires > now);
        let claims = json!({
            "sub": account.client_id,
            "context_name": account.org,
            "perms": ["csp:org_member", "external/horizon/admin"],
            "jti": ids.uuid(),
            "iat": now.as_second(),
            "exp": expires.as_second(),
        });
        let head = json!({"alg": "none", "typ": "JWT"});
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!(
            "{}.{}.{}",
            part(head),
            part(claims),
            URL_SAFE_NO_PAD.encode("simulated")
        );
        self.grants.insert(
            token.clone(),
            Grant {
                account,
                scheme,
                expires,
            },
        );
        token
    }

    /// Who sends a request with these headers; else the refusal.
    pub(crate) fn caller(&self, headers: &HeaderMap, now: Timestamp) -> Result<Caller, Denied> {
        let Some(authorization) = text(headers, &header::AUTHORIZATION) else {
            return Err(Denied::NoToken);
        };
        let (scheme, token) = shown(authorization).ok_or(Denied::BadToken(Scheme::Bearer))?;
        let grant = self
            .grants
            .get(token)
            .filter(|grant| grant.scheme == scheme && grant.expires > now)
            .ok_or(Denied::BadToken(scheme))?;
        if scheme == Scheme::CwsAuth {
            check_citrix_headers(headers, grant.account)?;
        }
        Ok(Caller {
            account: grant.account,
            scheme,
        })
    }
}

/// The token in an Authorization header. `CwsAuth Bearer=` is seen in several spellings, so case is ignored.
fn shown(authorization: &str) -> Option<(Scheme, &str)> {
    for (prefix, scheme) in [("Bearer ", Scheme::Bearer), ("CwsAuth Bearer=", Scheme::CwsAuth)] {
        if let Some((start, token)) = authorization.split_at_checked(prefix.len())
            && start.eq_ignore_ascii_case(prefix)
        {
            return Some((scheme, token.trim()));
        }
    }
    None
}

/// What Citrix Cloud asks of each call: the customer, and exact media types (public Citrix Cloud API pages).
fn check_citrix_headers(headers: &HeaderMap, account: &Account) -> Result<(), Denied> {
    match text(headers, &HeaderName::from_static("citrix-customerid")) {
        None => return Err(Denied::NoCustomer),
        Some(customer) if customer != account.customer => return Err(Denied::OtherCustomer),
        Some(_) => {}
    }
    if text(headers, &header::ACCEPT) != Some("application/json") {
        return Err(Denied::NotAcceptable);
    }
    Ok(())
}

/// Why a request was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    NoToken,
    BadToken(Scheme),
    NoCustomer,
    OtherCustomer,
    NotAcceptable,
    WrongMediaType(Scheme),
}

/// What a sign-in is decided with; `tokens` remembers what was given out.
pub(crate) struct Desk<'d> {
    pub(crate) tokens: &'d mut Tokens,
    pub(crate) ids: &'d mut Ids,
    pub(crate) settings: &'d Settings,
    pub(crate) now: Timestamp,
}

impl Desk<'_> {
    /// Signs in, or says why not.
    pub(crate) fn sign_in(&mut self, kind: SignIn<'_>, request: &Form<'_>) -> Reply {
        match kind {
            SignIn::CspApiToken => csp_api_token(self, request),
            SignIn::CspOauthApp => csp_oauth_app(self, request),
            SignIn::ServiceOauth => service_oauth(self, request),
            SignIn::CitrixCloud { customer } => citrix_cloud(self, customer, request),
        }
    }

    /// Makes a token; returns it with its life in seconds.
    fn issue(&mut self, account: &'static Account, scheme: Scheme, usual_lifetime: u64) -> (String, u64) {
        let lifetime = self.settings.token_lifetime_seconds.unwrap_or(usual_lifetime);
        (
            self.tokens.issue(account, scheme, lifetime, self.now, self.ids),
            lifetime,
        )
    }
}

/// A sign-in request.
pub(crate) struct Form<'r> {
    pub(crate) headers: &'r HeaderMap,
    pub(crate) query: &'r Query,
    pub(crate) body: &'r [u8],
}

impl Form<'_> {
    fn fields(&self) -> Query {
        Query::parse(&String::from_utf8_lossy(self.body))
    }

    fn media_type(&self) -> &str {
        text(self.headers, &header::CONTENT_TYPE).unwrap_or_default()
    }

    fn is_form(&self) -> bool {
        let kind = self.media_type().split(';').next().unwrap_or_default();
        kind.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }

    /// The account whose id and secret stand in the Basic header.
    fn basic_account(&self) -> Option<&'static Account> {
        let encoded = text(self.headers, &header::AUTHORIZATION)?.strip_prefix("Basic ")?;
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        client(id, secret)
    }
}

fn client(id: &str, secret: &str) -> Option<&'static Account> {
    ACCOUNTS
        .iter()
        .find(|account| account.client_id == id && account.client_secret == secret)
}

/// Origin: the vendor's getting-started page (`refresh_token=`); `api_token=` is what its command line sends.
fn csp_api_token(desk: &mut Desk<'_>, request: &Form<'_>) -> Reply {
    if !request.is_form() {
        return csp_error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type: a form is expected",
            desk.ids,
        );
    }
    let fields = request.fields();
    let Some(given) = fields.get("refresh_token").or_else(|| fields.get("api_token")) else {
        return csp_error(
            StatusCode::BAD_REQUEST,
            "invalid_request: refresh_token is missing",
            desk.ids,
        );
    };
    let Some(account) = ACCOUNTS.iter().find(|account| account.api_token == given) else {
        let status = match desk.settings.bad_token_answer {
            BadTokenAnswer::BadRequest => StatusCode::BAD_REQUEST,
            BadTokenAnswer::NotFound => StatusCode::NOT_FOUND,
        };
        return csp_error(status, "invalid_grant: Invalid refresh token: xxxxx", desk.ids);
    };
    let (token, lifetime) = desk.issue(account, Scheme::Bearer, 1799);
    Reply::json(
        StatusCode::OK,
        &json!({
            "id_token": token,
            "token_type": "bearer",
            "expires_in": lifetime,
            "scope": "ALL_PERMISSIONS openid",
            "access_token": token,
            "refresh_token": given,
        }),
    )
}

/// Origin: the vendor's getting-started page; its command line sends `grant_type` in the query.
fn csp_oauth_app(desk: &mut Desk<'_>, request: &Form<'_>) -> Reply {
    let fields = request.fields();
    if fields
        .get("grant_type")
        .or_else(|| request.query.get("grant_type"))
        != Some("client_credentials")
    {
        return csp_error(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type: client_credentials is expected",
            desk.ids,
        );
    }
    // The answer to a wrong secret is unknown; 400 is what the API token's is likest to.
    let Some(account) = request.basic_account() else {
        return csp_error(
            StatusCode::BAD_REQUEST,
            "invalid_client: Invalid client credentials",
            desk.ids,
        );
    };
    let (token, lifetime) = desk.issue(account, Scheme::Bearer, 1799);
    Reply::json(
        StatusCode::OK,
        &json!({
            "id_token": null,
            "token_type": "bearer",
            "expires_in": lifetime,
            "scope": "ALL_PERMISSIONS",
            "access_token": token,
            "refresh_token": null,
        }),
    )
}

/// Origin: the public OpenAPI document, oAuthAuthorize.
fn service_oauth(desk: &mut Desk<'_>, request: &Form<'_>) -> Reply {
    if request.fields().get("grant_type") != Some("client_credentials") {
        let body = json!({"error": "unsupported_grant_type"});
        return Reply::json(StatusCode::BAD_REQUEST, &body);
    }
    // The shape of this refusal is unknown; it is the one of RFC 6749.
    let Some(account) = request.basic_account() else {
        return Reply::json(StatusCode::UNAUTHORIZED, &json!({"error": "invalid_client"}));
    };
    let (token, lifetime) = desk.issue(account, Scheme::Bearer, 17_999);
    let body = json!({"access_token": token, "token_type": "bearer", "expires_in": lifetime});
    Reply::json(StatusCode::OK, &body)
}

/// Origin: the public Citrix Cloud pages "Get started with Citrix Cloud APIs" and its troubleshooting: a form
/// without a charset, an exact Accept, `expires_in` as a string, a body that begins with white space.
fn citrix_cloud(desk: &mut Desk<'_>, customer: &str, request: &Form<'_>) -> Reply {
    if request.media_type() != "application/x-www-form-urlencoded" {
        let detail = "Content-Type must be set to application/x-www-form-urlencoded";
        return citrix_error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupportedMediaType",
            detail,
            &[],
        );
    }
    if text(request.headers, &header::ACCEPT) != Some("application/json") {
        return citrix_error(
            StatusCode::NOT_ACCEPTABLE,
            "notAcceptable",
            "Accept must be application/json",
            &[],
        );
    }
    let fields = request.fields();
    let field = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let account = client(&field("client_id"), &field("client_secret"))
        .filter(|account| customer == "root" || customer == account.customer)
        .filter(|_| field("grant_type") == "client_credentials");
    let Some(account) = account else {
        let body = json!({
            "error": "invalid_client",
            "error_description": "Invalid client id or client secret.",
        });
        return Reply::json(StatusCode::BAD_REQUEST, &body);
    };
    let (token, lifetime) = desk.issue(account, Scheme::CwsAuth, 3600);
    let body = format!(
        "\n  {{\n    \"token_type\": \"bearer\",\n    \"access_token\": \"{token}\",\n    \"expires_in\": \"{lifetime}\"\n  }}\n"
    );
    let transaction = HeaderValue::from_str(&desk.ids.uuid()).unwrap_or(HeaderValue::from_static("unknown"));
    Reply::text(StatusCode::OK, "application/json", body)
        .with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .with_header(header::PRAGMA, HeaderValue::from_static("no-cache"))
        .with_header(HeaderName::from_static("x-cws-transactionid"), transaction)
}

/// The error body of the token service, as a public client's test shows it.
fn csp_error(status: StatusCode, message: &str, ids: &mut Ids) -> Reply {
    let body = json!({
        "metadata": null,
        "traceId": ids.uuid(),
        "statusCode": status.as_u16(),
        "message": message,
        "requestId": ids.uuid(),
        "moduleCode": "540",
        "cspErrorCode": "540.120-340.800",
    });
    Reply::json(status, &body)
}

/// The common error body of Citrix Cloud.
pub(crate) fn citrix_error(
    status: StatusCode,
    kind: &str,
    detail: &str,
    parameters: &[(&str, &str)],
) -> Reply {
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let body = json!({
        "type": format!("https://errors-api.cloud.com/common/{kind}"),
        "detail": detail,
        "parameters": parameters,
    });
    Reply::json(status, &body)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_citrix_scheme_is_read_in_every_spelling_seen() {
        for spelling in ["CwsAuth Bearer=abc", "CWSAuth bearer=abc", "cwsauth BEARER=abc"] {
            assert_eq!(shown(spelling), Some((Scheme::CwsAuth, "abc")));
        }
        assert_eq!(shown("Bearer abc"), Some((Scheme::Bearer, "abc")));
        assert_eq!(shown("Basic abc"), None);
    }

    #[test]
    fn a_token_dies_when_its_time_is_over() {
        let mut tokens = Tokens::default();
        let start = Timestamp::UNIX_EPOCH;
        let token = tokens.issue(&ACCOUNTS[0], Scheme::Bearer, 10, start, &mut Ids::new(1));
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        assert!(tokens.caller(&headers, seconds_after(start, 9)).is_ok());
        assert!(tokens.caller(&headers, seconds_after(start, 10)).is_err());
    }

    #[test]
    fn a_citrix_token_is_not_a_bearer_token() {
        let mut tokens = Tokens::default();
        let start = Timestamp::UNIX_EPOCH;
        let token = tokens.issue(&ACCOUNTS[0], Scheme::CwsAuth, 10, start, &mut Ids::new(1));
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        assert!(tokens.caller(&headers, start).is_err());
    }
}
