//! How large a soak is.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The size of a soak, and its seed.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) catalogs: usize,
    /// For each catalog, beside the first version that comes with it.
    pub(crate) versions: usize,
    /// How long there are faults.
    pub(crate) faults_for: Duration,
    /// How long everything may take to become Ready, or to go: what failed again and again pauses for up to five minutes.
    pub(crate) patience: Duration,
    pub(crate) seed: u64,
}

impl Plan {
    /// The small one, but for what the environment says.
    pub(crate) fn from_environment() -> Self {
        let catalogs = from_environment("SOAK_CATALOGS", 5);
        Self {
            catalogs,
            versions: from_environment("SOAK_VERSIONS", 3),
            faults_for: Duration::from_secs(from_environment("SOAK_SECONDS", 12)),
            patience: Duration::from_secs(120 + 3 * catalogs as u64),
            seed: from_environment("SOAK_SEED", fastrand::u64(..1_000_000)),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} catalogs with {} versions each, faults for {:?}, again with SOAK_SEED={}",
            self.catalogs, self.versions, self.faults_for, self.seed
        )
    }
}

fn from_environment<T: FromStr>(name: &str, otherwise: T) -> T {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is a number, not {text}")),
        Err(_) => otherwise,
    }
}
