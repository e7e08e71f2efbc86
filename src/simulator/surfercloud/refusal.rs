//! Return codes and the envelope. Business errors come with HTTP 200.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::settings::SurferCloudSettings;
use crate::simulator::reply::Reply;

/// A business error.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(super) struct Refusal {
    code: i64,
    message: String,
}

impl Refusal {
    pub(super) fn new(code: i64, message: impl Into<String>) -> Self {
        Refusal {
            code,
            message: message.into(),
        }
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Refusal::new(210, format!("Missing params [{parameter}]"))
    }

    pub(super) fn not_available(parameter: &str) -> Self {
        Refusal::new(230, format!("Params [{parameter}] not available"))
    }
}

/// What surrounds every answer to one request.
pub(super) struct Envelope<'e> {
    pub(super) action: &'e str,
    pub(super) request_id: &'e str,
    pub(super) settings: &'e SurferCloudSettings,
}

impl Envelope<'_> {
    pub(super) fn done(&self, fields: &Value) -> Reply {
        let mut body = json!({
            "RetCode": ret_code(0, self.settings),
            "Action": format!("{}Response", self.action),
        });
        if let (Some(body), Some(fields)) = (body.as_object_mut(), fields.as_object()) {
            body.extend(fields.clone());
        }
        answer(StatusCode::OK, &body, self.request_id)
    }

    /// Errors of the gateway are published without `Action`; the services' own with it.
    pub(super) fn refused(&self, refusal: &Refusal) -> Reply {
        let mut body = json!({
            "RetCode": ret_code(refusal.code, self.settings),
            "Message": refusal.message,
        });
        if refusal.code >= 2000
            && let Some(body) = body.as_object_mut()
        {
            body.insert("Action".to_owned(), format!("{}Response", self.action).into());
        }
        answer(StatusCode::OK, &body, self.request_id)
    }
}

/// What a fault answers: a return code in an envelope, or text where the code is no number, as of a proxy.
pub(crate) fn error_reply(
    status: StatusCode,
    (code, message): (&str, &str),
    request_id: &str,
    settings: &SurferCloudSettings,
) -> Reply {
    match code.parse() {
        Ok(code) => {
            let body = json!({ "RetCode": ret_code(code, settings), "Message": message });
            answer(status, &body, request_id)
        }
        Err(_) => Reply::text(status, "text/plain", message.to_owned()),
    }
}

fn ret_code(code: i64, settings: &SurferCloudSettings) -> Value {
    if settings.text_ret_codes {
        code.to_string().into()
    } else {
        code.into()
    }
}

fn answer(status: StatusCode, body: &Value, request_id: &str) -> Reply {
    let reply = Reply::json(status, body);
    match HeaderValue::from_str(request_id) {
        Ok(id) => reply.with_header(HeaderName::from_static("x-ucloud-request-uuid"), id),
        Err(_) => reply,
    }
}
