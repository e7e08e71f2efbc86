//! One request on the network, and what came of it.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::allowed::AllowedHosts;
use super::body::{self, Answer};
use crate::lifecycle::{Problem, ProblemKind};

/// How many redirects of one request are followed.
const MAX_REDIRECTS: usize = 3;

/// How long the body of a request may be, in bytes. Far more than any API takes: what is longer was put into free-form
/// fields, and would be sent again and again.
const LONGEST_REQUEST: usize = 1024 * 1024;

/// Connections are not used again after this time. Many gateways close idle ones after a minute, and a write that is
/// sent into a closing connection has an unknown outcome.
const IDLE: Duration = Duration::from_secs(20);

/// How requests are put on the network.
#[derive(Clone, Debug)]
pub struct WireSettings {
    /// Which hosts may be spoken to.
    pub allowed_hosts: AllowedHosts,
    /// Issuers to trust besides those of the system, as PEM.
    pub ca_bundle: Option<Vec<u8>>,
    /// How long making a connection may take.
    pub connect_timeout: Duration,
    /// How long a request may take, redirects and reading the answer included.
    pub deadline: Duration,
    /// How much of an answer is read, in bytes after decompression.
    pub body_limit: usize,
}

impl WireSettings {
    /// The usual times and sizes for these hosts.
    pub fn for_hosts(allowed_hosts: AllowedHosts) -> Self {
        WireSettings {
            allowed_hosts,
            ca_bundle: None,
            connect_timeout: Duration::from_secs(10),
            deadline: Duration::from_secs(30),
            body_limit: 8 * 1024 * 1024,
        }
    }
}

/// The client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The CA bundle cannot be read.
    #[error("the CA bundle holds no readable certificate; give PEM with BEGIN CERTIFICATE lines")]
    CaBundle(#[source] Option<reqwest::Error>),
    /// The HTTP client cannot be made.
    #[error("preparing the HTTP client")]
    Client(#[source] reqwest::Error),
}

/// Puts requests on the network; one for all requests of a connection, so that its connections are reused.
#[derive(Debug)]
pub struct Wire {
    client: reqwest::Client,
    allowed_hosts: AllowedHosts,
    deadline: Duration,
    body_limit: usize,
}

/// A request, ready to be sent.
pub(in crate::remote) struct WireRequest {
    pub(in crate::remote) method: Method,
    pub(in crate::remote) url: Url,
    pub(in crate::remote) headers: Vec<(HeaderName, HeaderValue)>,
    pub(in crate::remote) body: Option<(HeaderValue, Bytes)>,
}

/// What came of a request.
#[derive(Debug)]
pub(in crate::remote) enum Exchange {
    /// There is an answer.
    Answered(Answer),
    /// The remote certainly did nothing.
    NotDone(Problem),
    /// It was sent, and there is no answer.
    Lost(Problem),
}

impl Wire {
    /// Prepares the client.
    pub fn new(settings: WireSettings) -> Result<Self, WireError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("image-operator/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        if let Some(pem) = &settings.ca_bundle {
            let certificates = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|error| WireError::CaBundle(Some(error)))?;
            if certificates.is_empty() {
                return Err(WireError::CaBundle(None));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        Ok(Wire {
            client: builder.build().map_err(WireError::Client)?,
            allowed_hosts: settings.allowed_hosts,
            deadline: settings.deadline,
            body_limit: settings.body_limit,
        })
    }

    /// How long a request may take.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Sends a request, follows redirects on its own host with method and body kept, and reads the answer.
    pub(in crate::remote) async fn exchange(&self, request: &WireRequest, within: Duration) -> Exchange {
        if let Some(problem) = too_long(request) {
            return Exchange::NotDone(problem);
        }
        let deadline = Instant::now() + within;
        let mut url = request.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            if let Err(problem) = self.allowed_hosts.check(&url) {
                return Exchange::NotDone(problem);
            }
            let response = match timeout_at(deadline, self.send(request, url.clone())).await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return failed(&error, &url),
                Err(_) => return Exchange::Lost(no_answer(&url)),
            };
            let answer = body::read(response, self.body_limit, deadline).await;
            if !matches!(answer.status, 301 | 302 | 307 | 308) {
                return Exchange::Answered(answer);
            }
            url = match redirect_target(&url, &answer.headers) {
                Ok(target) => target,
                Err(sentence) => return Exchange::NotDone(redirected(answer.status, sentence)),
            };
        }
        Exchange::NotDone(redirected(302, "it was redirected too often".to_owned()))
    }

    async fn send(&self, request: &WireRequest, url: Url) -> Result<reqwest::Response, reqwest::Error> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in &request.headers {
            headers.insert(name.clone(), value.clone());
        }
        let mut builder = self.client.request(request.method.clone(), url);
        if let Some((content_type, body)) = &request.body {
            headers.insert(CONTENT_TYPE, content_type.clone());
            builder = builder.body(body.clone());
        }
        builder.headers(headers).send().await
    }
}

/// Tells failures before sending from those after it: only while connecting is it certain that nothing was sent.
fn failed(error: &reqwest::Error, url: &Url) -> Exchange {
    let host = url.host_str().unwrap_or_default();
    let cause = root_cause(error);
    if is_tls(error) && error.is_connect() {
        return Exchange::NotDone(Problem::new(
            ProblemKind::Tls,
            format!("no trusted connection to {host}: {cause}; a private issuer belongs into the CA bundle"),
        ));
    }
    if error.is_connect() {
        return Exchange::NotDone(Problem::new(
            ProblemKind::Unreachable,
            format!("no connection to {host}: {cause}; check the base URL and the network"),
        ));
    }
    if error.is_builder() {
        return Exchange::NotDone(Problem::new(
            ProblemKind::Rejected,
            format!("the request cannot be written: {cause}"),
        ));
    }
    if error.is_timeout() {
        return Exchange::Lost(no_answer(url));
    }
    Exchange::Lost(Problem::new(
        ProblemKind::Unreachable,
        format!("the connection to {host} broke before an answer: {cause}"),
    ))
}

fn too_long(request: &WireRequest) -> Option<Problem> {
    let (_, body) = request.body.as_ref()?;
    let length = body.len();
    (length > LONGEST_REQUEST).then(|| {
        Problem::new(
            ProblemKind::Rejected,
            format!("not sent, because it is {length} bytes long and at most {LONGEST_REQUEST} are sent: shorten the free-form fields"),
        )
    })
}

fn no_answer(url: &Url) -> Problem {
    let host = url.host_str().unwrap_or_default();
    Problem::new(ProblemKind::Timeout, format!("no answer from {host} in time"))
}

fn redirected(status: u16, sentence: String) -> Problem {
    Problem {
        http_status: Some(status),
        ..Problem::new(ProblemKind::Rejected, sentence)
    }
}

/// Where a redirect leads, if it stays on its host. A redirect from https stays with https, whatever it says:
/// a service behind a gateway often does not know that it is spoken to over TLS.
fn redirect_target(from: &Url, headers: &HeaderMap) -> Result<Url, String> {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let Some(mut target) = location.and_then(|location| from.join(location).ok()) else {
        return Err("it was redirected without a readable Location".to_owned());
    };
    if from.scheme() == "https" && target.scheme() == "http" {
        // Both schemes are special to the url crate, so this cannot fail; if it did, the check below says no.
        let _ = target.set_scheme("https");
    }
    let same_host =
        target.host() == from.host() && target.port_or_known_default() == from.port_or_known_default();
    if same_host && target.scheme() == from.scheme() {
        return Ok(target);
    }
    let to = target.host_str().unwrap_or_default();
    Err(format!(
        "it was redirected to {to}, which is another host and so not followed; if that is right, make it the base URL"
    ))
}

type Cause<'a> = &'a (dyn Error + 'static);

/// The error and what is behind it. An I/O error hides what it wraps from `source`, so it is opened.
fn chain(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error), |error| {
        match error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => (*error).source(),
        }
    })
}

fn root_cause(error: &reqwest::Error) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

fn is_tls(error: &reqwest::Error) -> bool {
    chain(error).any(<dyn Error>::is::<rustls::Error>)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(from: &str, location: &str) -> Result<String, String> {
        let headers = [(LOCATION, location.parse().unwrap())].into_iter().collect();
        redirect_target(&Url::parse(from).unwrap(), &headers).map(String::from)
    }

    #[test]
    fn redirects_are_followed_on_the_same_host_only() {
        let from = "https://a.example/v1/images?x=1";
        assert_eq!(
            target(from, "/v2/images"),
            Ok("https://a.example/v2/images".into())
        );
        assert_eq!(
            target(from, "http://a.example/v2"),
            Ok("https://a.example/v2".into())
        );
        assert_eq!(
            target(from, "https://a.example:443/v2"),
            Ok("https://a.example/v2".into())
        );
        assert!(target(from, "https://b.example/v2").is_err());
        assert!(target(from, "//b.example/v2").is_err());
        assert!(target(from, "https://a.example:8443/v2").is_err());
        assert!(target("http://a.example/", "https://a.example/").is_err());
    }

    #[test]
    fn a_ca_bundle_without_certificates_is_refused() {
        for pem in [
            &b""[..],
            b"not pem",
            b"-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n",
        ] {
            let hosts = AllowedHosts::new([], super::super::PlainHttp::Refused);
            let settings = WireSettings {
                ca_bundle: Some(pem.to_vec()),
                ..WireSettings::for_hosts(hosts)
            };
            assert!(Wire::new(settings).is_err(), "{}", String::from_utf8_lossy(pem));
        }
    }
}
