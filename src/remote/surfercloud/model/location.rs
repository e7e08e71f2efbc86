//! Where images are: each belongs to a region and a project.

use std::fmt;
use std::str::FromStr;

/// The short id of a region, such as `hk` or `us-ca`: lower case letters, digits and dashes, up to 32.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(String);

/// The id of a project, such as `org-abc123`: letters, digits, dashes and underscores, up to 64.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectId(String);

/// A region and a project. Without a project the remote takes the account's default one, and refuses sub-accounts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The region.
    pub region: Region,
    /// The project.
    pub project_id: Option<ProjectId>,
}

/// The text is not the id of a region.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a region: give its short id, such as hk, in lower case letters, digits and dashes")]
pub struct InvalidRegion(String);

/// The text is not the id of a project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a project id: give it as the console shows it, such as org-abc123")]
pub struct InvalidProjectId(String);

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if text.is_empty() || text.len() > 32 || !text.bytes().all(plain) {
            return Err(InvalidRegion(text.chars().take(64).collect()));
        }
        Ok(Region(text.to_owned()))
    }
}

impl FromStr for ProjectId {
    type Err = InvalidProjectId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if text.is_empty() || text.len() > 64 || !text.bytes().all(plain) {
            return Err(InvalidProjectId(text.chars().take(64).collect()));
        }
        Ok(ProjectId(text.to_owned()))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Location {
    /// The region, and the project where one is named.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.project_id {
            Some(project_id) => write!(f, "{}/{project_id}", self.region),
            None => self.region.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_and_projects_are_plain_words() {
        for good in ["hk", "cn-bj2", "us-ca"] {
            assert!(good.parse::<Region>().is_ok(), "{good}");
        }
        for bad in ["", "HK", "hk 1", "hk/1", &"x".repeat(33)] {
            assert!(bad.parse::<Region>().is_err(), "{bad}");
        }
        assert!("org-AbC_1".parse::<ProjectId>().is_ok());
        for bad in ["", "org/1", "org 1", &"x".repeat(65)] {
            assert!(bad.parse::<ProjectId>().is_err(), "{bad}");
        }
    }
}
