//! The organisation that a token belongs to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    context_name: Option<String>,
}

/// The organisation id in an access token: the claim `context_name` of its JWT (as the vendor's own command line
/// client reads it). The signature is not checked; that is for the service to do.
pub(super) fn organisation_of(access_token: &str) -> Option<String> {
    let payload = access_token.split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Claims = serde_json::from_slice(&json).ok()?;
    claims.context_name.filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn the_organisation_is_the_context_name() {
        let token = jwt(r#"{"context_name":"6d1b","perms":["x"],"exp":1}"#);
        assert_eq!(organisation_of(&token).as_deref(), Some("6d1b"));
    }

    #[test]
    fn a_token_that_is_no_jwt_names_no_organisation() {
        for token in [
            "",
            "opaque",
            "a.b.c",
            "a.!!.c",
            &jwt("{}"),
            &jwt(r#"{"context_name":7}"#),
        ] {
            assert_eq!(organisation_of(token), None, "{token}");
        }
    }
}
