//! What an operation answers, before it becomes bytes on the wire.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Vec<u8>,
    /// Whether the request changed a remote object.
    pub(crate) changed: bool,
    /// The custom image that the request made or deleted; of everything else the path tells.
    pub(crate) image_id: Option<String>,
}

impl Reply {
    /// A JSON body.
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Reply::text(status, "application/json", body.to_string())
    }

    /// A body of any kind.
    pub(crate) fn text(status: StatusCode, content_type: &'static str, body: String) -> Self {
        Reply {
            status,
            headers: vec![(header::CONTENT_TYPE, HeaderValue::from_static(content_type))],
            body: body.into_bytes(),
            changed: false,
            image_id: None,
        }
    }

    /// No body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Reply {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            changed: false,
            image_id: None,
        }
    }

    /// The same answer, to a request that changed a remote object.
    pub(crate) fn changing(mut self) -> Self {
        self.changed = true;
        self
    }

    /// The same answer, to a request that made or deleted this custom image.
    pub(crate) fn changing_image(mut self, id: Option<String>) -> Self {
        self.image_id = id;
        self.changing()
    }

    /// The same answer with one more header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}
