//! The mark that an object of ours carries at the end of its remote description.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How long a mark is at most, in characters, the space before it included.
pub const MARK_MAX_LENGTH: usize = 40;

/// Which operator install an object belongs to: a short hash of the cluster id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Install(u32);

/// Which part of which resource an object is: a hash of kind, namespace, name and part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectPart(u64);

/// The owner mark ` [io1:<install>:<object>]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mark {
    /// The operator install that made the object.
    pub install: Install,
    /// The part of the resource that the object is.
    pub object: ObjectPart,
}

/// The text is not a mark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an owner mark of the form [io1:<install>:<object>]")]
pub struct InvalidMark;

impl Install {
    /// The install that a cluster id stands for.
    pub fn of_cluster(cluster_id: &str) -> Self {
        Install((hash(&[cluster_id]) >> 32) as u32)
    }
}

impl ObjectPart {
    /// The object that stands for one part of one resource.
    pub fn of(kind: &str, namespace: &str, name: &str, part: &str) -> Self {
        ObjectPart(hash(&[kind, namespace, name, part]))
    }
}

/// A description as the remote keeps it, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The user's own text.
    pub text: String,
    /// The mark behind it, if there is one.
    pub mark: Option<Mark>,
}

impl Described {
    /// Takes a remote description apart. Only a mark at the very end counts.
    pub fn parse(description: &str) -> Self {
        let trimmed = description.trim_end();
        let found = trimmed.rfind("[io1:").and_then(|start| {
            let (text, mark) = trimmed.split_at_checked(start)?;
            Some((text.strip_suffix(' ').unwrap_or(text), mark.parse::<Mark>().ok()?))
        });
        match found {
            Some((text, mark)) => Described {
                text: text.to_owned(),
                mark: Some(mark),
            },
            None => Described {
                text: description.to_owned(),
                mark: None,
            },
        }
    }

    /// The description as it is sent: the text, then the mark.
    pub fn render(text: &str, mark: Mark) -> String {
        if text.is_empty() {
            mark.to_string()
        } else {
            format!("{text} {mark}")
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[io1:{:08x}:{:016x}]", self.install.0, self.object.0)
    }
}

impl FromStr for Mark {
    type Err = InvalidMark;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = text
            .strip_prefix("[io1:")
            .and_then(|rest| rest.strip_suffix(']'))
            .ok_or(InvalidMark)?;
        let (install, object) = inner.split_once(':').ok_or(InvalidMark)?;
        if install.len() != 8 || object.len() != 16 {
            return Err(InvalidMark);
        }
        let install = Install(u32::from_str_radix(install, 16).map_err(|_| InvalidMark)?);
        let object = ObjectPart(u64::from_str_radix(object, 16).map_err(|_| InvalidMark)?);
        Ok(Mark { install, object })
    }
}

impl TryFrom<String> for Mark {
    type Error = InvalidMark;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        mark.to_string()
    }
}

/// The first 64 bits of SHA-256 over the pieces, each ended by a zero byte so that no two lists run together.
fn hash(pieces: &[&str]) -> u64 {
    let mut digest = Sha256::new();
    for piece in pieces {
        digest.update(piece.as_bytes());
        digest.update([0]);
    }
    digest
        .finalize()
        .iter()
        .take(8)
        .fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mark() -> Mark {
        Mark {
            install: Install::of_cluster("cluster-a"),
            object: ObjectPart::of("ImageCatalog", "team", "win11", "image"),
        }
    }

    #[test]
    fn a_mark_fits_its_bound_with_the_space_before_it() {
        assert!(Described::render("", mark()).len() < MARK_MAX_LENGTH);
    }

    #[test]
    fn names_that_run_together_are_told_apart() {
        assert_ne!(
            ObjectPart::of("K", "ab", "c", "p"),
            ObjectPart::of("K", "a", "bc", "p")
        );
    }

    #[test]
    fn a_mark_in_the_middle_of_a_text_is_only_text() {
        let text = format!("see {} for more", mark());
        assert_eq!(Described::parse(&text), Described { text, mark: None });
    }

    proptest! {
        #[test]
        fn what_is_rendered_is_taken_apart_again(text in "[^\\[]{0,60}") {
            let described = Described::parse(&Described::render(&text, mark()));
            prop_assert_eq!(described, Described { text, mark: Some(mark()) });
        }
    }
}
