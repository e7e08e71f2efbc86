//! Reading the error bodies of the image management API.
//!
//! The public document declares `ErrorResponse`; gateways in front answer in their own shapes.

use serde_json::Value;

use crate::remote::http::{Answer, RemoteError};
use crate::remote::loose::Loose;

/// What an answer without success says, or nothing where it says nothing that can be read.
pub(super) fn read_error(answer: &Answer) -> Option<RemoteError> {
    if (200..300).contains(&answer.status) {
        return None;
    }
    read_body(&answer.body)
}

fn read_body(body: &[u8]) -> Option<RemoteError> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let errors: Vec<&Value> = match body.get("errors") {
        Some(Value::Array(errors)) => errors.iter().collect(),
        Some(error @ Value::Object(_)) => vec![error],
        _ => vec![&body],
    };
    let mut sentences: Vec<String> = Vec::new();
    for error in &errors {
        let Some(sentence) = sentence(error) else { continue };
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    let code = errors
        .iter()
        .find_map(|error| text(error, &["code", "error", "cspErrorCode"]));
    if sentences.is_empty() && code.is_none() {
        return None;
    }
    Some(RemoteError {
        code,
        message: (!sentences.is_empty()).then(|| sentences.join("; ")),
        trace_id: text(&body, &["traceId", "requestId"]),
        ..RemoteError::default()
    })
}

/// The message, with the detail behind it where that says more.
fn sentence(error: &Value) -> Option<String> {
    let message = text(error, &["message", "error_description"]);
    let detail = text(error, &["detail"]);
    match (message, detail) {
        (Some(message), Some(detail)) if message != detail => Some(format!("{message}: {detail}")),
        (Some(message), _) => Some(message),
        (None, detail) => detail,
    }
}

fn text(object: &Value, keys: &[&str]) -> Option<String> {
    keys.iter()
        .filter_map(|key| object.get(key))
        .filter_map(|value| String::read(value.clone()))
        .find(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_joined_and_the_first_code_and_the_trace_id_kept() {
        let error = read_body(
            br#"{"status":400,"traceId":"t-1","resource":"/images","errors":[
                {"code":"BAD_REQUEST","message":"os is missing","timestampInUtc":"Sun Jan 21 12:30:23 100 2012"},
                {"code":"INVALID_OS_TYPE","message":"osType is unknown","detail":"got MAC","cause":{"code":"X"}}]}"#,
        );
        let expected = RemoteError {
            code: Some("BAD_REQUEST".into()),
            message: Some("os is missing; osType is unknown: got MAC".into()),
            trace_id: Some("t-1".into()),
            ..RemoteError::default()
        };
        assert_eq!(error, Some(expected));
    }

    #[test]
    fn the_shapes_of_gateways_are_read_as_well() {
        let message = |body: &[u8]| read_body(body).and_then(|error| error.message);
        assert_eq!(message(br#"{"message":"no route"}"#).as_deref(), Some("no route"));
        assert_eq!(
            message(br#"{"errors":{"code":403,"message":"no"}}"#).as_deref(),
            Some("no")
        );
        assert_eq!(
            message(br#"{"error":"x","error_description":"y"}"#).as_deref(),
            Some("y")
        );
    }

    #[test]
    fn a_body_that_says_nothing_is_no_error_body() {
        for body in [&b"<html>"[..], b"", b"{}", b"[]", br#"{"errors":[]}"#, b"null"] {
            assert_eq!(read_body(body), None);
        }
    }
}
