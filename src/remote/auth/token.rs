//! A token, and reading the answer that brings it.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use tokio::time::Instant;

use super::organisation::organisation_of;

/// The life of a token whose answer names none.
const DEFAULT_LIFE: Duration = Duration::from_mins(5);

/// The longest life that is believed.
const LONGEST_LIFE: Duration = Duration::from_hours(24);

/// A token is renewed so long before its end, or in the last quarter of its life where that is shorter.
const EARLY: Duration = Duration::from_mins(5);

/// An access token.
#[derive(Clone, Debug)]
pub struct Token {
    /// The token itself.
    pub secret: SecretString,
    /// The id of the organisation that it belongs to, where it tells.
    pub organisation: Option<String>,
    /// When it ends.
    pub expires_at: Instant,
    /// When it is renewed.
    pub(super) renew_at: Instant,
    /// When it was brought.
    pub(super) since: Instant,
}

/// What a sign-in service answered.
#[derive(Debug)]
pub(super) enum TokenAnswer {
    /// A token.
    Token(Token),
    /// An error, be it with status 200.
    Error { code: String, message: Option<String> },
    /// Something else.
    Unreadable,
}

/// Reads a successful answer, brought at `now`.
pub(super) fn read_token(body: &[u8], now: Instant) -> TokenAnswer {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return TokenAnswer::Unreadable;
    };
    if let Some(code) = text(&body, "error") {
        let message = text(&body, "error_description");
        return TokenAnswer::Error { code, message };
    }
    let Some(access_token) = text(&body, "access_token") else {
        return TokenAnswer::Unreadable;
    };
    let life = life(body.get("expires_in"));
    TokenAnswer::Token(Token {
        organisation: organisation_of(&access_token),
        secret: access_token.into(),
        expires_at: now + life,
        renew_at: now + life.saturating_sub(EARLY.min(life / 4)),
        since: now,
    })
}

/// What a failed answer says.
pub(super) fn read_failure(body: &[u8]) -> Option<(Option<String>, Option<String>)> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let code = text(&body, "error").or_else(|| text(&body, "cspErrorCode"));
    let message = ["error_description", "message", "detail"]
        .iter()
        .find_map(|key| text(&body, key));
    Some((code, message))
}

/// `expires_in`: seconds, as a number or as a string.
fn life(value: Option<&Value>) -> Duration {
    let seconds = match value {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    seconds
        .and_then(|seconds: f64| Duration::try_from_secs_f64(seconds.max(0.0)).ok())
        .map_or(DEFAULT_LIFE, |life| life.min(LONGEST_LIFE))
}

fn text(body: &Value, key: &str) -> Option<String> {
    let text = body.get(key)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn token(body: &str) -> Token {
        match read_token(body.as_bytes(), Instant::now()) {
            TokenAnswer::Token(token) => token,
            other => panic!("{other:?}"),
        }
    }

    fn life_of(expires_in: &str) -> (u64, u64) {
        let token = token(&format!("\n  {{\"access_token\":\"t\"{expires_in}}}"));
        (
            (token.expires_at - token.since).as_secs(),
            (token.expires_at - token.renew_at).as_secs(),
        )
    }

    #[test]
    fn a_life_may_be_a_number_or_a_string_and_ends_early() {
        assert_eq!(life_of(r#","expires_in":"3600""#), (3600, 300));
        assert_eq!(life_of(r#","expires_in":1799"#), (1799, 300));
        assert_eq!(life_of(r#","expires_in":40"#), (40, 10));
        assert_eq!(life_of(r#","expires_in":-1"#), (0, 0));
        assert_eq!(life_of(r#","expires_in":"soon""#), (300, 75));
        assert_eq!(life_of(""), (300, 75));
        assert_eq!(life_of(r#","expires_in":1e300"#), (300, 75));
    }

    #[test]
    fn an_answer_with_an_error_is_no_token_whatever_else_it_holds() {
        let body = br#"{"error":"invalid_client","error_description":"no","access_token":"t"}"#;
        assert!(matches!(
            read_token(body, Instant::now()),
            TokenAnswer::Error { .. }
        ));
    }

    #[test]
    fn an_answer_without_a_token_is_unreadable() {
        for body in [
            "",
            "<html>",
            "{}",
            r#"{"access_token":null}"#,
            r#"{"access_token":""}"#,
        ] {
            let answer = read_token(body.as_bytes(), Instant::now());
            assert!(matches!(answer, TokenAnswer::Unreadable), "{body}");
        }
    }

    #[test]
    fn a_token_is_kept_secret() {
        let token = token(r#"{"access_token":"tell-nobody","id_token":null}"#);
        assert_eq!(token.secret.expose_secret(), "tell-nobody");
        assert!(!format!("{token:?}").contains("tell-nobody"));
    }
}
