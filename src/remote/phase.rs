//! What the status words of remotes mean. Their sets grow, so a word is kept as it came.

/// What a status means for what may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The remote is at work and will move on by itself.
    InTransition,
    /// Imported; the next move is a person's or a publish.
    WaitingForUser,
    /// Done and usable.
    Available,
    /// Usable, but some copies failed.
    Degraded,
    /// It will not become usable by itself.
    Failed,
    /// On its way out.
    Deleting,
    /// Switched off by an administrator.
    Disabled,
}

/// A status word of a remote: kept verbatim, with what it means.
macro_rules! status_word {
    ($(#[$doc:meta])* $name:ident, $phase_of:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The remote's own word; empty where it gave none.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// What the word means.
            pub fn phase(&self) -> $crate::remote::phase::Phase {
                $phase_of(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                $name(word.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl $crate::remote::loose::Loose for $name {
            fn read(json: serde_json::Value) -> Option<Self> {
                <String as $crate::remote::loose::Loose>::read(json).map($name)
            }
        }
    };
}
pub(in crate::remote) use status_word;
