//! Reading what an answer says went wrong. Business errors come with HTTP 200.

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::ret_code::RetCode;
use crate::remote::http::{Answer, RemoteError};
use crate::remote::loose::Loose;

/// The id of a request, for a support case (seen in the vendor's published SDKs).
const REQUEST_ID: &str = "x-ucloud-request-uuid";

/// What the return code says, and the request's id; nothing where the code is 0.
pub(super) fn read_error(answer: &Answer) -> Option<RemoteError> {
    let trace_id = request_id(&answer.headers);
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let Some(code) = body.get("RetCode").cloned().and_then(RetCode::read) else {
        return Some(RemoteError {
            trace_id,
            ..RemoteError::default()
        });
    };
    if code.is_success() {
        return None;
    }
    let said = body
        .get("Message")
        .cloned()
        .and_then(String::read)
        .filter(|said| !said.is_empty());
    let message = match (said, code.advice()) {
        (Some(said), Some(advice)) => format!("{said}; {advice}"),
        (Some(said), None) => said,
        (None, Some(advice)) => advice.to_owned(),
        (None, None) => "the remote gave no reason but its code".to_owned(),
    };
    Some(RemoteError {
        code: Some(code.to_string()),
        message: Some(message),
        trace_id,
        class: Some(code.class()),
        ..RemoteError::default()
    })
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    Some(id.chars().take(128).collect())
}
