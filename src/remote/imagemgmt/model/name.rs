//! The checked words of a create request.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// The name of an image: letters, digits and dashes, at least two characters, a letter first, no dash last
/// (the pattern of `streamName` in the public OpenAPI document).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct StreamName(String);

/// The text is not a name for an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a stream name: give at least two letters, digits or dashes, starting with a letter and not ending with a dash"
)]
pub struct InvalidStreamName(String);

impl StreamName {
    /// The name as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StreamName {
    type Err = InvalidStreamName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let ends = text.ends_with(|c: char| c.is_ascii_alphanumeric());
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if text.len() < 2 || !starts || !ends || !plain {
            return Err(InvalidStreamName(text.chars().take(128).collect()));
        }
        Ok(StreamName(text.to_owned()))
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The graphics hardware that an image is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum GpuType {
    /// No graphics card.
    None,
    /// AMD.
    Amd,
    /// NVIDIA.
    Nvidia,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_pattern_of_the_remote() {
        for good in ["ab", "win11", "Win-11-x"] {
            assert!(good.parse::<StreamName>().is_ok(), "{good}");
        }
        for bad in ["", "a", "1win", "win-", "win 11", "win_11", "-win", "wïn11"] {
            assert!(bad.parse::<StreamName>().is_err(), "{bad}");
        }
    }
}
