//! One request, described.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::address::{BaseUrl, encode};
use super::body::Answer;
use super::classify::Class;

/// A remote API at an address.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The API's name in metrics and logs.
    pub api: &'static str,
    /// Where it lives.
    pub base_url: BaseUrl,
    /// Reads what an answer says went wrong; nothing where it says nothing.
    pub read_error: fn(&Answer) -> Option<RemoteError>,
}

/// What an answer says went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteError {
    /// The remote's own code.
    pub code: Option<String>,
    /// The remote's own sentence.
    pub message: Option<String>,
    /// The remote's trace id.
    pub trace_id: Option<String>,
    /// How long the body asks to wait.
    pub retry_after: Option<Duration>,
    /// What the error itself says of the outcome, whatever the HTTP status; without it the status decides.
    pub(in crate::remote) class: Option<Class>,
}

/// Whether a request may be sent again when its answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It changes nothing.
    Safe,
    /// It may have been carried out already.
    Never,
}

/// One request to a remote API.
#[derive(Clone)]
pub struct Request {
    pub(super) endpoint: Endpoint,
    pub(super) operation: &'static str,
    pub(super) subject: Option<String>,
    pub(super) method: Method,
    pub(super) segments: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) payload: Payload,
    pub(super) repeat: Repeat,
    pub(super) deadline: Option<Duration>,
}

/// What a request carries. It may hold secrets, so it is never shown.
#[derive(Clone)]
pub(super) enum Payload {
    Nothing,
    Json(Bytes),
    Form(Bytes),
}

impl Request {
    /// A GET, safe to repeat. `operation` names it in metrics, logs and messages, e.g. `get_image`.
    pub fn get(endpoint: &Endpoint, operation: &'static str) -> Self {
        Self::new(endpoint, operation, Method::GET, Repeat::Safe)
    }

    /// A POST, never repeated.
    pub fn post(endpoint: &Endpoint, operation: &'static str) -> Self {
        Self::new(endpoint, operation, Method::POST, Repeat::Never)
    }

    /// A PATCH, never repeated.
    pub fn patch(endpoint: &Endpoint, operation: &'static str) -> Self {
        Self::new(endpoint, operation, Method::PATCH, Repeat::Never)
    }

    /// A DELETE, never repeated.
    pub fn delete(endpoint: &Endpoint, operation: &'static str) -> Self {
        Self::new(endpoint, operation, Method::DELETE, Repeat::Never)
    }

    fn new(endpoint: &Endpoint, operation: &'static str, method: Method, repeat: Repeat) -> Self {
        Request {
            endpoint: endpoint.clone(),
            operation,
            subject: None,
            method,
            segments: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            payload: Payload::Nothing,
            repeat,
            deadline: None,
        }
    }

    /// What the request is about, for messages: a name or an id.
    #[must_use]
    pub fn about(mut self, subject: impl fmt::Display) -> Self {
        self.subject = Some(subject.to_string());
        self
    }

    /// Path segments below the base URL; each is percent-encoded.
    #[must_use]
    pub fn path<'a>(mut self, segments: impl IntoIterator<Item = &'a str>) -> Self {
        self.segments.extend(segments.into_iter().map(str::to_owned));
        self
    }

    /// A query parameter; the value is percent-encoded.
    #[must_use]
    pub fn query(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.query.push((key, value.to_string()));
        self
    }

    /// A header besides those of the sign-in.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.payload = Payload::Json(body.to_string().into());
        self
    }

    /// A form body.
    #[must_use]
    pub fn form<'a>(mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.payload = Payload::Form(encode(pairs).into());
        self
    }

    /// Says whether the request may be sent again, where its method does not tell.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Allows another time than the connection's own.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// What is being done to what, e.g. `create image win11`.
    pub(super) fn purpose(&self) -> String {
        let operation = self.operation.replace('_', " ");
        match &self.subject {
            Some(subject) => format!("{operation} {subject}"),
            None => operation,
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("subject", &self.subject)
            .field("method", &self.method)
            .field("segments", &self.segments)
            .finish_non_exhaustive()
    }
}
