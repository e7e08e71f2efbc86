//! What cannot be changed any more once the remote object may exist.
//!
//! Before that everything can, so that a typo which the remote refused is corrected in place. The moment is when an id
//! or an intent is on record; the intent is written with a resourceVersion precondition before anything is sent.

use kube::core::{Message, Rule};

const MAY_EXIST: &str = "has(oldSelf.status) && has(oldSelf.status.parts) && oldSelf.status.parts.exists(p, has(p.id) || has(p.intent))";

/// What one kind calls what it locks.
pub(super) struct Locks {
    /// What the remote object is called, such as `image`.
    pub(super) object: &'static str,
    /// The kind.
    pub(super) kind: &'static str,
}

/// A field of spec that locks, and when it counts as the same.
pub(super) struct Lock {
    field: String,
    same: String,
}

/// A field of spec that is always there.
pub(super) fn required(field: &str) -> Lock {
    lock(field, format!("self.spec.{field} == oldSelf.spec.{field}"))
}

/// A field of spec that may be absent.
pub(super) fn optional(field: &str) -> Lock {
    lock(field, same_or_absent(field))
}

/// A reference, of which the name counts.
pub(super) fn reference(field: &str) -> Lock {
    lock(
        field,
        format!("self.spec.{field}.name == oldSelf.spec.{field}.name"),
    )
}

/// A field of spec whose default is the name of the resource: writing down the default changes nothing.
pub(super) fn name(field: &str) -> Lock {
    let name_in = |object: &str| {
        format!("(has({object}.spec.{field}) ? {object}.spec.{field} : {object}.metadata.name)")
    };
    lock(field, format!("{} == {}", name_in("self"), name_in("oldSelf")))
}

/// A field of spec that counts as the same as long as an expression holds.
pub(super) fn lock(field: &str, same: impl Into<String>) -> Lock {
    Lock {
        field: field.to_owned(),
        same: same.into(),
    }
}

impl Locks {
    /// All fields that lock when the remote object may exist, as one rule: the API server evaluates every rule at every
    /// write of a status, and most of what a rule for each field would cost is to find out whether it may.
    pub(super) fn rule(&self, locks: &[Lock]) -> Rule {
        let Locks { object, kind } = self;
        let same: Vec<String> = locks.iter().map(|lock| format!("({})", lock.same)).collect();
        // Whole sentences, as the API server takes a joined text for one of any length, and refuses what that may cost.
        let first_changed: Vec<String> = locks
            .iter()
            .map(|Lock { field, same }| {
                let sentence =
                    format!("{field} cannot be changed once the {object} may exist: create another {kind}");
                format!("!({same}) ? '{sentence}'")
            })
            .collect();
        Rule::new(format!(
            "self.spec == oldSelf.spec || !({MAY_EXIST}) || ({})",
            same.join(" && ")
        ))
        .message(Message::Expression(format!("{} : ''", first_changed.join(" : "))))
        .field_path(".spec")
    }

    /// The id may be written down once it is known, and then stays. An id that never came to be on record is free.
    pub(super) fn id(&self, field: &str) -> Rule {
        let Locks { object, kind } = self;
        Rule::new(format!(
            "!(has(oldSelf.status) && has(oldSelf.status.{field})) || {} || \
             (has(self.spec.{field}) && self.spec.{field} == oldSelf.status.{field})",
            same_or_absent(field)
        ))
        .message(
            format!(
                "{field} can only be set to the id in status.{field}: to take over another {object} create another {kind}"
            )
            .as_str(),
        )
        .field_path(format!(".spec.{field}"))
    }
}

/// A field of spec is absent before and after, or the same.
pub(super) fn same_or_absent(field: &str) -> String {
    format!(
        "(has(self.spec.{field}) == has(oldSelf.spec.{field}) && \
         (!has(self.spec.{field}) || self.spec.{field} == oldSelf.spec.{field}))"
    )
}
