//! What the writes of a pass tell: what the operator would do next, and what it would say.

use std::collections::BTreeSet;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::names::FINALIZER;
use crate::api::{ConditionType, ManagedStatus, Part};
use crate::kinds::conditions;
use crate::kinds::memory;
use crate::lifecycle::Operation;

/// What the operator would do next with a resource, and what its condition `Ready` would say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outlook {
    /// What it would do.
    pub next: Next,
    /// The ids of remote objects that would become this resource's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adopts: Vec<String>,
    /// Why, in one word. Empty where there is none.
    pub reason: String,
    /// Why, in a sentence.
    pub message: String,
}

/// What the operator would do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Next {
    /// Make a remote object.
    Create,
    /// Change a remote object.
    Change,
    /// Delete a remote object.
    Delete,
    /// Take over a remote object as it is.
    Adopt,
    /// Let the resource go.
    Release,
    /// Sign in and ask the account.
    Check,
    /// Come back later.
    Wait,
    /// Nothing, until somebody does something.
    Stop,
    /// Nothing, on purpose.
    Pause,
    /// Nothing: all is as it should be.
    Nothing,
}

impl Next {
    /// Whether something remote would be different.
    pub fn changes_the_remote(self) -> bool {
        matches!(self, Next::Create | Next::Change | Next::Delete)
    }
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Next::Create => "create",
            Next::Change => "change",
            Next::Delete => "delete",
            Next::Adopt => "adopt",
            Next::Release => "release",
            Next::Check => "check",
            Next::Wait => "wait",
            Next::Stop => "stop",
            Next::Pause => "pause",
            Next::Nothing => "nothing",
        })
    }
}

/// Whether a pass went so far as to send its one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// It did not.
    Nothing,
    /// It did.
    OneRequest,
}

/// What of a resource tells.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    metadata: Metadata,
    status: ManagedStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    uid: Option<String>,
    finalizers: Vec<String>,
}

impl Outlook {
    /// What follows from the writes of one pass over a resource, in order.
    pub(super) fn of(before: &Value, writes: &[Value], sent: Sent) -> Self {
        let before = Told::by(before);
        let writes: Vec<Told> = writes.iter().map(Told::by).collect();
        let last = writes.last().unwrap_or(&before);
        let begun = writes.iter().find_map(|write| {
            let operation = write.begun_since(&before)?;
            Some((write, operation))
        });
        if let Some((write, operation)) = begun
            && sent == Sent::OneRequest
        {
            let next = match operation {
                Operation::Create => Next::Create,
                Operation::Delete => Next::Delete,
                Operation::Change { .. } => Next::Change,
            };
            return write.outlook(next, &before);
        }
        if before.has_finalizer() && !last.has_finalizer() {
            return Outlook {
                next: Next::Release,
                adopts: Vec::new(),
                reason: String::new(),
                message: "the finalizer is removed".to_owned(),
            };
        }
        let outlook = last.outlook(last.standing(), &before);
        match outlook.next {
            Next::Nothing if !outlook.adopts.is_empty() => Outlook {
                next: Next::Adopt,
                ..outlook
            },
            _ => outlook,
        }
    }

    /// Nobody signs in over a CloudConnection that nobody has applied.
    pub(super) fn of_new_connection() -> Self {
        Outlook {
            next: Next::Check,
            adopts: Vec::new(),
            reason: String::new(),
            message: "once this is applied, its Secrets are read and its account is asked".to_owned(),
        }
    }
}

impl Told {
    /// What is not as it should be tells nothing.
    fn by(object: &Value) -> Self {
        Told::deserialize(object).unwrap_or_default()
    }

    fn has_finalizer(&self) -> bool {
        self.metadata.finalizers.iter().any(|name| name == FINALIZER)
    }

    /// What was written down to be sent, unless it was before.
    fn begun_since(&self, before: &Told) -> Option<Operation> {
        let attempts: BTreeSet<&str> = before.attempts().collect();
        self.status.parts.iter().find_map(|part| {
            let attempt = &part.intent.as_ref()?.attempt;
            let is_new = !attempts.contains(attempt.as_str());
            memory::record_of(part)
                .intent
                .filter(|intent| is_new && intent.tries > 0)
                .map(|intent| intent.operation)
        })
    }

    fn attempts(&self) -> impl Iterator<Item = &str> {
        let intents = self.status.parts.iter().filter_map(|part| part.intent.as_ref());
        intents.map(|intent| intent.attempt.as_str())
    }

    /// The ids on its own record.
    fn ids(&self) -> impl Iterator<Item = &str> {
        let own = self.status.owner_uid.is_some() && self.status.owner_uid == self.metadata.uid;
        let parts: &[Part] = if own { &self.status.parts } else { &[] };
        parts.iter().filter_map(|part| part.id.as_deref())
    }

    fn standing(&self) -> Next {
        let holds = |kind: ConditionType| {
            let mut conditions = self.status.conditions.iter();
            conditions.any(|condition| condition.type_ == kind.as_str() && condition.status == "True")
        };
        match self.ready() {
            None => Next::Nothing,
            Some(_) if holds(ConditionType::Ready) => Next::Nothing,
            Some(_) if holds(ConditionType::Stalled) => Next::Stop,
            Some(_) if holds(ConditionType::Reconciling) => Next::Wait,
            Some(_) => Next::Pause,
        }
    }

    fn ready(&self) -> Option<&Condition> {
        conditions::ready(&self.status.conditions)
    }

    fn outlook(&self, next: Next, before: &Told) -> Outlook {
        let known: BTreeSet<&str> = before.ids().collect();
        let ready = self.ready();
        Outlook {
            next,
            adopts: self
                .ids()
                .filter(|id| !known.contains(id))
                .map(str::to_owned)
                .collect(),
            reason: ready.map(|ready| ready.reason.clone()).unwrap_or_default(),
            message: ready.map(|ready| ready.message.clone()).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(parts: &Value, conditions: &Value) -> Value {
        let conditions: Vec<Value> = conditions
            .as_object()
            .into_iter()
            .flatten()
            .map(|(kind, status)| {
                json!({
                    "type": kind, "status": status, "reason": "Why", "message": "because",
                    "lastTransitionTime": "2026-01-01T00:00:00Z",
                })
            })
            .collect();
        json!({
            "metadata": { "uid": "u", "finalizers": [FINALIZER] },
            "spec": {},
            "status": { "ownerUid": "u", "parts": parts, "conditions": conditions },
        })
    }

    fn begun(operation: &str, attempt: &str, attempts: i32) -> Value {
        json!([{
            "name": "image", "id": "i1",
            "intent": {
                "operation": operation, "attempt": attempt, "startedAt": "2026-01-01T00:00:00.000000Z", "attempts": attempts,
            },
        }])
    }

    fn held() -> Value {
        json!([{ "name": "image", "id": "i1" }])
    }

    fn next(before: &Value, writes: &[Value], sent: Sent) -> Next {
        Outlook::of(before, writes, sent).next
    }

    #[test]
    fn the_request_that_is_written_down_is_next() {
        let on_its_way = json!({ "Ready": "False", "Reconciling": "True" });
        for (operation, expected) in [
            ("create", Next::Create),
            ("publish", Next::Change),
            ("delete", Next::Delete),
        ] {
            let write = object(&begun(operation, "a", 1), &on_its_way);
            let later = object(&held(), &on_its_way);
            let writes = [write, later];
            assert_eq!(
                next(&object(&held(), &json!({})), &writes, Sent::OneRequest),
                expected
            );
        }
    }

    #[test]
    fn what_was_written_down_before_or_is_not_sent_is_waited_for() {
        let on_its_way = json!({ "Ready": "False", "Reconciling": "True" });
        let open = object(&begun("publish", "a", 1), &json!({}));
        let writes = [object(&begun("publish", "a", 1), &on_its_way)];
        assert_eq!(next(&open, &writes, Sent::Nothing), Next::Wait);
        assert_eq!(next(&open, &writes, Sent::OneRequest), Next::Wait);
        let new = object(&held(), &json!({}));
        assert_eq!(next(&new, &writes, Sent::Nothing), Next::Wait);
        let presumed = [object(&begun("create", "b", 0), &on_its_way)];
        assert_eq!(next(&new, &presumed, Sent::OneRequest), Next::Wait);
    }

    #[test]
    fn without_a_request_the_conditions_tell() {
        for (conditions, expected) in [
            (json!({ "Ready": "True" }), Next::Nothing),
            (json!({ "Ready": "False", "Reconciling": "True" }), Next::Wait),
            (json!({ "Ready": "False", "Stalled": "True" }), Next::Stop),
            (json!({ "Ready": "False" }), Next::Pause),
            (json!({}), Next::Nothing),
        ] {
            let writes = [object(&held(), &conditions)];
            let before = object(&held(), &json!({}));
            assert_eq!(next(&before, &writes, Sent::Nothing), expected, "{conditions}");
        }
    }

    #[test]
    fn an_id_that_was_not_on_record_is_adopted() {
        let ready = json!({ "Ready": "True" });
        let writes = [object(&held(), &ready)];
        let outlook = Outlook::of(&object(&json!([]), &json!({})), &writes, Sent::Nothing);
        assert_eq!(
            (outlook.next, outlook.adopts),
            (Next::Adopt, vec!["i1".to_owned()])
        );

        let changed = [object(&begun("patch", "a", 1), &json!({ "Ready": "False" }))];
        let outlook = Outlook::of(&object(&json!([]), &json!({})), &changed, Sent::OneRequest);
        assert_eq!(outlook.next, Next::Change);
        assert_eq!(outlook.adopts, ["i1"]);
    }

    #[test]
    fn a_resource_that_loses_its_finalizer_is_let_go() {
        let before = object(&held(), &json!({}));
        let mut after = before.clone();
        after["metadata"]["finalizers"] = json!([]);
        assert_eq!(next(&before, &[after], Sent::Nothing), Next::Release);
    }

    #[test]
    fn a_word_pads_like_any_text() {
        assert_eq!(format!("{:8}|", Next::Wait), "wait    |");
    }
}
