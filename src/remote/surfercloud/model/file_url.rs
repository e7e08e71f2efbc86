//! Where the file of an import is.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::lifecycle::Outcome;
use crate::remote::redact::redacted;

/// The address of a file in object storage (`UFileUrl`). A presigned one is a credential, so it is never shown.
#[derive(Clone)]
pub struct FileUrl(SecretString);

/// The text is not the address of a file. It does not show the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFileUrl {
    /// It is no address at all.
    #[error("the address of the file does not parse: {0}; give it as https://bucket.host/key")]
    Unparseable(#[from] url::ParseError),
    /// Its scheme is neither http nor https.
    #[error("the address of the file begins with neither http:// nor https://")]
    Scheme,
    /// It holds a user or a password.
    #[error("the address of the file holds a user or a password; give a presigned address instead")]
    User,
}

impl FileUrl {
    /// Checks an address.
    pub fn new(text: &str) -> Result<Self, InvalidFileUrl> {
        let url = Url::parse(text)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidFileUrl::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidFileUrl::User);
        }
        Ok(FileUrl(SecretString::from(text)))
    }

    /// The address as it is sent.
    pub(in crate::remote::surfercloud) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// A remote that finds fault with the address may repeat it. What its query holds is what is secret.
    pub(in crate::remote::surfercloud) fn taken_out_of<T>(&self, outcome: Outcome<T>) -> Outcome<T> {
        let Some((_, query)) = self.expose().split_once('?') else {
            return outcome;
        };
        let encoded = query.split('&').filter_map(|pair| pair.split_once('='));
        let encoded = encoded.map(|(_, value)| value.to_owned());
        let decoded = url::form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned());
        encoded
            .chain(decoded)
            .fold(outcome, |outcome, value| redacted(outcome, &value))
    }
}

impl fmt::Debug for FileUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileUrl(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRESIGNED: &str =
        "https://b.hk.ufileos.com/a.qcow2?UCloudPublicKey=TOKEN_1&Signature=c2VjcmV0cw%3D%3D";

    #[test]
    fn only_addresses_on_the_web_without_a_user_are_taken() {
        assert!(FileUrl::new(PRESIGNED).is_ok());
        assert_eq!(FileUrl::new("ftp://host/a").unwrap_err(), InvalidFileUrl::Scheme);
        assert_eq!(
            FileUrl::new("https://u:p@host/a").unwrap_err(),
            InvalidFileUrl::User
        );
        assert!(FileUrl::new("a.qcow2").is_err());
    }

    #[test]
    fn an_address_is_not_shown() {
        assert!(!format!("{:?}", FileUrl::new(PRESIGNED)).contains("ufileos"));
    }
}
