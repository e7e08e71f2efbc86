//! Names for resources, from the names that the remote gives.

use std::collections::BTreeSet;

/// The longest name that leaves room for what is put behind it, in characters. Kubernetes takes 253.
const LONGEST: usize = 200;

/// Gives each resource of one kind a name of its own.
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// None of these is given.
    pub(super) fn besides(taken: BTreeSet<String>) -> Self {
        Names { taken }
    }

    /// The remote's name in the letters that Kubernetes takes, with a number behind it where that is taken.
    pub(super) fn give(&mut self, remote_name: &str) -> String {
        let base = spelt_for_kubernetes(remote_name);
        let mut name = base.clone();
        let mut number = 2_u32;
        while !self.taken.insert(name.clone()) {
            name = format!("{base}-{number}");
            number = number.saturating_add(1);
        }
        name
    }
}

/// Lower case letters, digits, dots and dashes; letters or digits around each dot and at both ends.
fn spelt_for_kubernetes(remote_name: &str) -> String {
    let spelt: String = remote_name
        .to_lowercase()
        .chars()
        .map(|letter| match letter {
            'a'..='z' | '0'..='9' | '.' => letter,
            _ => '-',
        })
        .take(LONGEST)
        .collect();
    let pieces: Vec<&str> = spelt
        .split('.')
        .map(|piece| piece.trim_matches('-'))
        .filter(|piece| !piece.is_empty())
        .collect();
    if pieces.is_empty() {
        return "image".to_owned();
    }
    pieces.join(".")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn give(names: &[&str]) -> Vec<String> {
        let mut given = Names::besides(BTreeSet::from(["taken".to_owned()]));
        names.iter().map(|name| given.give(name)).collect()
    }

    #[test]
    fn a_name_keeps_what_kubernetes_takes() {
        assert_eq!(
            give(&["win11", "Win-11_x", "win 11.2", "-a-", "...", "win11-1.2.0"]),
            ["win11", "win-11-x", "win-11.2", "a", "image", "win11-1.2.0"]
        );
    }

    #[test]
    fn no_name_is_given_twice_or_to_two_resources() {
        assert_eq!(
            give(&["win11", "Win11", "WIN11", "taken"]),
            ["win11", "win11-2", "win11-3", "taken-2"]
        );
    }

    proptest! {
        #[test]
        fn kubernetes_takes_every_name(remote_name in ".{0,300}") {
            let name = give(&[&remote_name]).remove(0);
            prop_assert!(name.len() <= 253);
            for piece in name.split('.') {
                prop_assert!(piece.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()), "{}", name);
                prop_assert!(piece.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()), "{}", name);
                prop_assert!(piece.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
            }
        }
    }
}
