//! What cannot be changed any more once the remote object may exist.
//!
//! Before that everything can, so that a typo which the remote refused is corrected in place. The moment is when an id
//! or an intent is on record; the intent is written with a resourceVersion precondition before anything is sent.

use kube::core::Rule;

const MAY_EXIST: &str = "has(oldSelf.status) && has(oldSelf.status.parts) && oldSelf.status.parts.exists(p, has(p.id) || has(p.intent))";

/// The locks of one kind, which differ in what they say.
pub(super) struct Locks {
    /// What the remote object is called, such as `image`.
    pub(super) object: &'static str,
    /// The kind.
    pub(super) kind: &'static str,
}

impl Locks {
    /// A field of spec that is always there.
    pub(super) fn required(&self, field: &str) -> Rule {
        self.locked(field, &format!("self.spec.{field} == oldSelf.spec.{field}"))
    }

    /// A field of spec that may be absent.
    pub(super) fn optional(&self, field: &str) -> Rule {
        self.locked(field, &same_or_absent(field))
    }

    /// A reference, of which the name counts.
    pub(super) fn reference(&self, field: &str) -> Rule {
        self.locked(
            field,
            &format!("self.spec.{field}.name == oldSelf.spec.{field}.name"),
        )
    }

    /// A field of spec whose default is the name of the resource: writing down the default changes nothing.
    pub(super) fn name(&self, field: &str) -> Rule {
        let name_in = |object: &str| {
            format!("(has({object}.spec.{field}) ? {object}.spec.{field} : {object}.metadata.name)")
        };
        self.locked(field, &format!("{} == {}", name_in("self"), name_in("oldSelf")))
    }

    /// A field of spec that holds as long as an expression does.
    pub(super) fn locked(&self, field: &str, same: &str) -> Rule {
        let Locks { object, kind } = self;
        Rule::new(format!("!({MAY_EXIST}) || ({same})"))
            .message(
                format!("{field} cannot be changed once the {object} may exist: create another {kind}")
                    .as_str(),
            )
            .field_path(format!(".spec.{field}"))
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
