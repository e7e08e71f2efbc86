//! A refusal, and the error body of the image management API.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use super::reply::Reply;

/// A refusal of the image management API.
///
/// The statuses are those of the public OpenAPI document; which `code` goes with which is inferred from the names
/// in its error enums.
#[derive(Debug, thiserror::Error)]
#[error("{status} {code}: {message}")]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        ApiError {
            status,
            code,
            message: message.into(),
        }
    }

    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        ApiError::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "RESOURCE_NOT_FOUND",
            format!("{what} {id} is not found"),
        )
    }

    pub(crate) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        ApiError::new(StatusCode::CONFLICT, code, message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        ApiError::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
    }
}

/// The error body of the public OpenAPI document (ErrorResponse, ErrorDetail).
///
/// `timestampInUtc` is declared a date-time there, but its example is written the way `date` prints it; so is this.
pub(crate) fn error_reply(
    status: StatusCode,
    code: &str,
    message: &str,
    now: Timestamp,
    trace_id: &str,
    resource: &str,
) -> Reply {
    let body = json!({
        "status": status.as_u16(),
        "errors": [{
            "code": code,
            "message": message,
            "detail": message,
            "domain": "Image",
            "severity": "Critical",
            "timestampInUtc": now.strftime("%a %b %d %H:%M:%S UTC %Y").to_string(),
            "parameters": {},
        }],
        "traceId": trace_id,
        "resource": resource,
    });
    Reply::json(status, &body)
}
