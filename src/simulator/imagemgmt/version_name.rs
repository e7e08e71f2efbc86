//! Version names: `major.minor.patch`, and which one comes next.

use std::fmt;
use std::str::FromStr;

use super::words::VersionType;

/// A version's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VersionName {
    pub(crate) major: u32,
    pub(crate) minor: u32,
    pub(crate) patch: u32,
}

impl VersionName {
    /// What follows this one alone: how a first version is numbered after its `versionSource`. The public OpenAPI
    /// document gives `0.0` with MAJOR → 1.0.0; other sources are inferred.
    pub(crate) fn following(self, version_type: VersionType) -> VersionName {
        let VersionName { major, minor, patch } = self;
        match version_type {
            VersionType::Major => VersionName {
                major: major + 1,
                minor: 0,
                patch: 0,
            },
            VersionType::Minor => VersionName {
                major,
                minor: minor + 1,
                patch: 0,
            },
            VersionType::Patch => VersionName {
                major,
                minor,
                patch: patch + 1,
            },
        }
    }

    /// The next free name in an image (inferred): the highest of its sort plus one, after the source's numbers.
    pub(crate) fn next(
        source: VersionName,
        existing: &[VersionName],
        version_type: VersionType,
    ) -> VersionName {
        let same_line = |name: &&VersionName| match version_type {
            VersionType::Major => true,
            VersionType::Minor => name.major == source.major,
            VersionType::Patch => name.major == source.major && name.minor == source.minor,
        };
        let highest = existing.iter().filter(same_line).max().copied().unwrap_or(source);
        highest.following(version_type)
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for VersionName {
    type Err = std::num::ParseIntError;

    /// Reads one to three numbers: `0`, `0.0` and `1.2.3` have all been sent by clients.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut numbers = text.splitn(3, '.');
        let mut number = || numbers.next().map_or(Ok(0), str::parse::<u32>);
        Ok(VersionName {
            major: number()?,
            minor: number()?,
            patch: number()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> VersionName {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_and_major_make_the_first_version() {
        for source in ["0", "0.0", "0.0.0"] {
            assert_eq!(name(source).following(VersionType::Major).to_string(), "1.0.0");
        }
    }

    #[test]
    fn a_major_version_follows_the_highest_one() {
        let existing = [name("1.0.0"), name("3.2.0"), name("2.0.0")];
        assert_eq!(
            VersionName::next(name("1.0.0"), &existing, VersionType::Major),
            name("4.0.0")
        );
    }

    #[test]
    fn a_minor_version_follows_the_highest_of_its_source() {
        let existing = [name("1.0.0"), name("1.4.0"), name("2.7.0")];
        assert_eq!(
            VersionName::next(name("1.0.0"), &existing, VersionType::Minor),
            name("1.5.0")
        );
    }

    #[test]
    fn a_name_with_letters_is_refused() {
        assert!("1.x".parse::<VersionName>().is_err());
    }
}
