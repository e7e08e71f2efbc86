//! What happened between two snapshots.

use std::collections::BTreeMap;

use crate::lifecycle::RemoteId;

/// What happened between two snapshots, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// In the later one only.
    pub appeared: Vec<RemoteId>,
    /// In both, and not the same.
    pub changed: Vec<RemoteId>,
    /// In the earlier one only.
    pub vanished: Vec<RemoteId>,
}

impl Difference {
    /// Compares what was with what is; `same` tells whether an object has stayed as it was.
    pub(super) fn between<T>(
        before: &BTreeMap<RemoteId, T>,
        after: &BTreeMap<RemoteId, T>,
        same: impl Fn(&T, &T) -> bool,
    ) -> Self {
        let mut difference = Difference::default();
        for (id, now) in after {
            match before.get(id) {
                None => difference.appeared.push(id.clone()),
                Some(then) if !same(then, now) => difference.changed.push(id.clone()),
                Some(_) => {}
            }
        }
        difference.vanished = before
            .keys()
            .filter(|id| !after.contains_key(*id))
            .cloned()
            .collect();
        difference
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn objects(entries: &[(&str, u8)]) -> BTreeMap<RemoteId, u8> {
        entries
            .iter()
            .map(|(id, value)| (id.parse().unwrap(), *value))
            .collect()
    }

    #[test]
    fn what_appeared_changed_and_vanished_is_told_apart() {
        let difference = Difference::between(
            &objects(&[("a", 1), ("b", 1), ("c", 1)]),
            &objects(&[("b", 1), ("c", 2), ("d", 1)]),
            u8::eq,
        );
        assert_eq!(difference.appeared, ["d".parse().unwrap()]);
        assert_eq!(difference.changed, ["c".parse().unwrap()]);
        assert_eq!(difference.vanished, ["a".parse().unwrap()]);
    }

    proptest! {
        #[test]
        fn backwards_what_appeared_has_vanished(
            one in prop::collection::btree_map("[a-e]", 0..3u8, 0..6),
            other in prop::collection::btree_map("[a-e]", 0..3u8, 0..6),
        ) {
            let parse = |map: BTreeMap<String, u8>| -> BTreeMap<RemoteId, u8> {
                map.into_iter().map(|(id, value)| (id.parse().unwrap(), value)).collect()
            };
            let (one, other) = (parse(one), parse(other));
            let forth = Difference::between(&one, &other, u8::eq);
            let back = Difference::between(&other, &one, u8::eq);
            prop_assert_eq!(forth.appeared, back.vanished);
            prop_assert_eq!(forth.changed, back.changed);
            prop_assert_eq!(forth.vanished, back.appeared);
        }
    }
}
