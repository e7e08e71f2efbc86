//! The name of an image.

use std::fmt;
use std::str::FromStr;

/// The name of an image: 1 to 63 Chinese or English letters, digits and `-`, `_`, `.` (public page
/// `uhost-api/specification`). It need not be unique.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageName(String);

/// The text is not a name for an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an image name: give 1 to 63 letters, digits, dashes, underscores and dots")]
pub struct InvalidImageName(String);

impl ImageName {
    /// The name as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ImageName {
    type Err = InvalidImageName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        if !(1..=63).contains(&length) || !text.chars().all(is_allowed) {
            return Err(InvalidImageName(text.chars().take(128).collect()));
        }
        Ok(ImageName(text.to_owned()))
    }
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '\u{3400}'..='\u{9fff}')
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_pattern_of_the_remote() {
        for good in ["a", "win11.2025-11", "桌面_1", &"x".repeat(63), &"桌".repeat(63)] {
            assert!(good.parse::<ImageName>().is_ok(), "{good}");
        }
        for bad in ["", "win 11", "win/11", "wïn11", &"x".repeat(64)] {
            assert!(bad.parse::<ImageName>().is_err(), "{bad}");
        }
    }
}
