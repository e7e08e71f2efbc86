//! Identifiers that remote systems hand out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The id of one remote object: 1 to 128 characters of `A-Z a-z 0-9 . _ : -`, so that it can stand in a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RemoteId(String);

/// The text is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a remote id: 1 to 128 characters of letters, digits, dot, underscore, colon and dash")]
pub struct InvalidRemoteId(String);

impl RemoteId {
    /// The longest id that is accepted, in characters.
    pub const MAX_LENGTH: usize = 128;

    /// The id as it stands in a path or a status.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RemoteId {
    type Err = InvalidRemoteId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let only_dots = text.bytes().all(|b| b == b'.');
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b));
        if only_dots || !plain || text.len() > Self::MAX_LENGTH {
            return Err(InvalidRemoteId(text.chars().take(Self::MAX_LENGTH).collect()));
        }
        Ok(RemoteId(text.to_owned()))
    }
}

impl TryFrom<String> for RemoteId {
    type Error = InvalidRemoteId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RemoteId> for String {
    fn from(id: RemoteId) -> Self {
        id.0
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_both_vendors_are_accepted() {
        assert!("65f0c0ffee0123456789abcd".parse::<RemoteId>().is_ok());
        assert!("00000000-0000-4000-8000-000000000001".parse::<RemoteId>().is_ok());
    }

    #[test]
    fn what_could_change_the_path_of_a_request_is_not_an_id() {
        for text in ["", "..", "a/b", "a b", "a?b", "a%2fb", "a#b", &"x".repeat(129)] {
            assert!(text.parse::<RemoteId>().is_err(), "{text:?}");
        }
    }
}
