//! Recognises a resource in the cache that is older than what this process has seen of it.
//!
//! A cache is behind the API server. A pass over an old state would have all its writes refused, and when a thousand
//! resources are applied at once those refusals are what the API server is busy with.

use std::time::Duration;

use kube::Resource;
use tokio::time::Instant;

/// For how long a newer version is waited for. A cluster that was restored from a backup counts its versions from an
/// earlier number on, so waiting for one must end.
const PATIENCE: Duration = Duration::from_mins(1);

/// A resource version, as the API server counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ResourceVersion(u64);

impl ResourceVersion {
    /// The version of what is gone.
    pub(super) const LAST: Self = ResourceVersion(u64::MAX);

    /// The version of an object; none where it cannot be compared.
    pub(super) fn of<K: Resource>(object: &K) -> Option<Self> {
        let version = object.meta().resource_version.as_deref()?;
        version.parse().ok().map(ResourceVersion)
    }

    /// The next one: whatever replaced this version has this number or a higher one.
    pub(super) fn next(self) -> Self {
        ResourceVersion(self.0.saturating_add(1))
    }
}

/// The newest version of one resource that this process knows of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Newest(Option<(ResourceVersion, Instant)>);

impl Newest {
    /// This version exists.
    pub(super) fn saw(&mut self, version: ResourceVersion, now: Instant) {
        self.0 = Some((version, now));
    }

    /// Whether something newer than this version is known, and was seen a short while ago.
    pub(super) fn is_after(&self, version: ResourceVersion, now: Instant) -> bool {
        self.is_recent(now) && self.0.is_some_and(|(newest, _)| version < newest)
    }

    /// Whether it was seen a short while ago.
    pub(super) fn is_recent(&self, now: Instant) -> bool {
        self.0
            .is_some_and(|(_, seen)| now.duration_since(seen) < PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_version_is_recognised_for_a_while() {
        let now = Instant::now();
        let mut newest = Newest::default();
        assert!(!newest.is_after(ResourceVersion(7), now));
        newest.saw(ResourceVersion(7), now);
        let rows = [
            (6, 0, true),
            (7, 0, false),
            (8, 0, false),
            (6, 59, true),
            (6, 60, false),
        ];
        for (version, seconds, expected) in rows {
            let later = now + Duration::from_secs(seconds);
            assert_eq!(
                newest.is_after(ResourceVersion(version), later),
                expected,
                "{version} {seconds}"
            );
        }
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(ResourceVersion(9) < ResourceVersion(10));
        assert_eq!(ResourceVersion(9).next(), ResourceVersion(10));
    }
}
