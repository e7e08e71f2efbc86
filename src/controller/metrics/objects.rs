//! How many objects are in which state, counted from the caches when somebody asks.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use prometheus_client::encoding::EncodeLabelSet;

use crate::api::{ConditionType, Reason};
use crate::controller::key::Kind;

/// What stands for a word that is not one of ours.
const OTHER: &str = "other";

/// The state of one condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EncodeLabelSet)]
pub struct ObjectState {
    kind: &'static str,
    condition: &'static str,
    status: &'static str,
    reason: &'static str,
}

/// How many objects are in which state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectCounts(BTreeMap<ObjectState, usize>);

impl ObjectCounts {
    /// Counts one object by each of its conditions. One without any counts as not ready for no reason.
    pub fn count(&mut self, kind: Kind, conditions: &[Condition]) {
        if conditions.is_empty() {
            self.add(ObjectState {
                kind: kind.as_str(),
                condition: ConditionType::Ready.as_str(),
                status: "Unknown",
                reason: "",
            });
        }
        for condition in conditions {
            self.add(ObjectState::of(kind, condition));
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&ObjectState, usize)> {
        self.0.iter().map(|(state, count)| (state, *count))
    }

    fn add(&mut self, state: ObjectState) {
        *self.0.entry(state).or_default() += 1;
    }
}

impl ObjectState {
    /// Anybody may write into a status that has the right to; here only words of our own get through.
    fn of(kind: Kind, condition: &Condition) -> Self {
        let types = ConditionType::ALL.iter().map(|known| known.as_str());
        ObjectState {
            kind: kind.as_str(),
            condition: known(types, &condition.type_),
            status: known(["True", "False", "Unknown"], &condition.status),
            reason: known_reason(&condition.reason),
        }
    }
}

/// The reason, if it is one of ours.
pub(super) fn known_reason(reason: &str) -> &'static str {
    known(Reason::ALL.iter().map(|known| known.as_str()), reason)
}

fn known(words: impl IntoIterator<Item = &'static str>, word: &str) -> &'static str {
    words.into_iter().find(|known| *known == word).unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

    fn condition(type_: &str, reason: &str) -> Condition {
        Condition {
            type_: type_.to_owned(),
            status: "True".to_owned(),
            reason: reason.to_owned(),
            message: String::new(),
            observed_generation: None,
            last_transition_time: Time(jiff::Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn objects_are_counted_by_each_of_their_conditions() {
        let mut counts = ObjectCounts::default();
        counts.count(Kind::ImageCatalog, &[condition("Ready", "Available")]);
        counts.count(
            Kind::ImageCatalog,
            &[condition("Ready", "Available"), condition("InUse", "Available")],
        );
        let counted: Vec<_> = counts
            .iter()
            .map(|(state, count)| (state.condition, count))
            .collect();
        assert_eq!(counted, [("InUse", 1), ("Ready", 2)]);
    }

    #[test]
    fn a_foreign_word_does_not_become_a_label() {
        let mut counts = ObjectCounts::default();
        counts.count(Kind::ImageCatalog, &[condition("Mine", "Attack")]);
        let (state, _) = counts.iter().next().unwrap();
        assert_eq!((state.condition, state.reason), (OTHER, OTHER));
    }

    #[test]
    fn an_object_nobody_has_looked_at_counts_as_unknown() {
        let mut counts = ObjectCounts::default();
        counts.count(Kind::CloudConnection, &[]);
        let (state, _) = counts.iter().next().unwrap();
        assert_eq!((state.condition, state.status), ("Ready", "Unknown"));
    }
}
