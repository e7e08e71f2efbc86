//! The conditions of every kind, in the way that kstatus reads them.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use crate::api::{ConditionType, Reason};

/// Where a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// As the spec says.
    Ready,
    /// On its way, by itself.
    Reconciling,
    /// It will not become ready by itself.
    Stalled,
    /// Stopped on purpose, neither ready nor on its way.
    Paused,
}

/// What is to be said about a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Where it stands.
    pub standing: Standing,
    /// Why, in one word.
    pub reason: Reason,
    /// Why, in a sentence.
    pub message: String,
}

impl Report {
    /// It is as the spec says.
    pub fn ready(reason: Reason, message: impl Into<String>) -> Self {
        Report {
            standing: Standing::Ready,
            reason,
            message: message.into(),
        }
    }

    /// It is on its way.
    pub fn reconciling(reason: Reason, message: impl Into<String>) -> Self {
        Report {
            standing: Standing::Reconciling,
            reason,
            message: message.into(),
        }
    }

    /// It will not become ready by itself.
    pub fn stalled(reason: Reason, message: impl Into<String>) -> Self {
        Report {
            standing: Standing::Stalled,
            reason,
            message: message.into(),
        }
    }

    /// It was stopped on purpose.
    pub fn paused(reason: Reason, message: impl Into<String>) -> Self {
        Report {
            standing: Standing::Paused,
            reason,
            message: message.into(),
        }
    }

    /// The conditions that say this, with the moment of the last change kept where the status of a condition is the
    /// same. `Reconciling` and `Stalled` are there only while they hold.
    pub fn conditions(&self, before: &[Condition], generation: i64, now: Timestamp) -> Vec<Condition> {
        let ready = if self.standing == Standing::Ready {
            "True"
        } else {
            "False"
        };
        let mut conditions = vec![self.condition(ConditionType::Ready, ready)];
        match self.standing {
            Standing::Reconciling => conditions.push(self.condition(ConditionType::Reconciling, "True")),
            Standing::Stalled => conditions.push(self.condition(ConditionType::Stalled, "True")),
            Standing::Ready | Standing::Paused => {}
        }
        conditions
            .into_iter()
            .map(|condition| dated(condition, before, generation, now))
            .collect()
    }

    fn condition(&self, kind: ConditionType, status: &str) -> Condition {
        condition(kind, status, self.reason, &self.message)
    }
}

/// A condition that has no date yet.
pub fn condition(kind: ConditionType, status: &str, reason: Reason, message: &str) -> Condition {
    Condition {
        type_: kind.as_str().to_owned(),
        status: status.to_owned(),
        reason: reason.as_str().to_owned(),
        message: message.to_owned(),
        observed_generation: None,
        last_transition_time: Time(Timestamp::UNIX_EPOCH),
    }
}

/// Gives a condition its generation and the moment at which its status last changed, in whole seconds.
pub fn dated(mut condition: Condition, before: &[Condition], generation: i64, now: Timestamp) -> Condition {
    let same = before
        .iter()
        .find(|old| old.type_ == condition.type_ && old.status == condition.status);
    let whole_second = Timestamp::from_second(now.as_second()).unwrap_or(now);
    condition.last_transition_time = same.map_or(Time(whole_second), |old| old.last_transition_time.clone());
    condition.observed_generation = Some(generation);
    condition
}

/// The conditions that say more than where a resource stands.
pub fn further(conditions: &[Condition]) -> Vec<Condition> {
    let standing = [
        ConditionType::Ready,
        ConditionType::Reconciling,
        ConditionType::Stalled,
    ];
    let says_more = |condition: &&Condition| standing.iter().all(|kind| kind.as_str() != condition.type_);
    conditions.iter().filter(says_more).cloned().collect()
}

/// These conditions, with those that say more than where a resource stands replaced.
pub fn with_further(
    before: &[Condition],
    further_now: Vec<Condition>,
    generation: i64,
    now: Timestamp,
) -> Vec<Condition> {
    let replaced = further(before);
    let kept = before.iter().filter(|condition| !replaced.contains(condition));
    let dated = further_now
        .into_iter()
        .map(|condition| dated(condition, before, generation, now));
    kept.cloned().chain(dated).collect()
}

/// The `Ready` condition, if there is one.
pub fn ready(conditions: &[Condition]) -> Option<&Condition> {
    conditions
        .iter()
        .find(|condition| condition.type_ == ConditionType::Ready.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_condition_keeps_its_date_while_its_status_is_the_same() {
        let first = Report::reconciling(Reason::Importing, "10 %").conditions(&[], 1, at(100));
        let second = Report::reconciling(Reason::Importing, "20 %").conditions(&first, 1, at(200));
        assert_eq!(second[0].last_transition_time, Time(at(100)));
        let third = Report::ready(Reason::Available, "done").conditions(&second, 1, at(300));
        assert_eq!(third[0].last_transition_time, Time(at(300)));
    }

    #[test]
    fn what_says_more_is_replaced_and_the_standing_stays() {
        let say = |status| condition(ConditionType::MarkersCurrent, status, Reason::MarkersInPlace, "");
        let standing = Report::ready(Reason::Available, "").conditions(&[], 1, at(100));
        let first = with_further(&standing, vec![say("False")], 1, at(100));
        let same = with_further(&first, vec![say("False")], 2, at(200));
        assert_eq!(same[0], standing[0]);
        assert_eq!(
            (same[1].last_transition_time.clone(), same[1].observed_generation),
            (Time(at(100)), Some(2))
        );
        let changed = with_further(&same, vec![say("True")], 2, at(300));
        assert_eq!(further(&changed)[0].last_transition_time, Time(at(300)));
        assert_eq!(with_further(&changed, Vec::new(), 2, at(400)), standing);
    }

    #[test]
    fn reconciling_and_stalled_are_there_only_while_they_hold() {
        let types = |report: Report| -> Vec<String> {
            report
                .conditions(&[], 1, at(0))
                .into_iter()
                .map(|c| format!("{}={}", c.type_, c.status))
                .collect()
        };
        assert_eq!(types(Report::ready(Reason::Available, "")), ["Ready=True"]);
        assert_eq!(
            types(Report::reconciling(Reason::Creating, "")),
            ["Ready=False", "Reconciling=True"]
        );
        assert_eq!(
            types(Report::stalled(Reason::NameTaken, "")),
            ["Ready=False", "Stalled=True"]
        );
        assert_eq!(types(Report::paused(Reason::Suspended, "")), ["Ready=False"]);
    }
}
