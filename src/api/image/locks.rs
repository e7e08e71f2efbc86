//! What cannot be changed any more once the remote object may exist.
//!
//! Before that everything can, so that a typo which the remote refused is corrected in place. The moment is when an id
//! or an intent is on record; the intent is written with a resourceVersion precondition before anything is sent.

use kube::core::Rule;

use crate::api::record;

const MAY_EXIST: &str = "has(oldSelf.status) && has(oldSelf.status.parts) && oldSelf.status.parts.exists(p, has(p.id) || has(p.intent))";

/// The locks of one kind, which differ in what they say.
pub(in crate::api) struct Locks {
    /// What the remote object is called, such as `image`.
    pub(in crate::api) object: &'static str,
    /// The kind.
    pub(in crate::api) kind: &'static str,
}

impl Locks {
    /// A field of spec that is always there.
    pub(in crate::api) fn required(&self, field: &str) -> Rule {
        self.locked(field, &format!("self.spec.{field} == oldSelf.spec.{field}"))
    }

    /// A field of spec that may be absent.
    pub(in crate::api) fn optional(&self, field: &str) -> Rule {
        self.locked(field, &same_or_absent(field))
    }

    /// A reference, of which the name counts.
    pub(in crate::api) fn reference(&self, field: &str) -> Rule {
        self.locked(
            field,
            &format!("self.spec.{field}.name == oldSelf.spec.{field}.name"),
        )
    }

    /// A field of spec that holds as long as an expression does.
    pub(in crate::api) fn locked(&self, field: &str, same: &str) -> Rule {
        let Locks { object, kind } = self;
        Rule::new(format!("!({MAY_EXIST}) || ({same})"))
            .message(
                format!("{field} cannot be changed once the {object} may exist: create another {kind}")
                    .as_str(),
            )
            .field_path(format!(".spec.{field}"))
    }

    /// The id may be written down once it is known, and then stays. An id that never came to be on record is free.
    pub(in crate::api) fn id(&self, field: &str) -> Rule {
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

/// The user of the VM in `assetDetails`; where the password comes from may change.
pub(in crate::api) fn same_vm_user() -> String {
    "has(self.spec.assetDetails.vmInfo) == has(oldSelf.spec.assetDetails.vmInfo) && \
     (!has(self.spec.assetDetails.vmInfo) || \
     self.spec.assetDetails.vmInfo.username == oldSelf.spec.assetDetails.vmInfo.username)"
        .to_owned()
}

/// Whether publishing may have been sent: an intent to publish is on record, or the version has a status that comes
/// after its import.
pub(in crate::api) fn publish_may_be_sent() -> String {
    format!(
        "has(oldSelf.status) && (has(oldSelf.status.parts) && \
         oldSelf.status.parts.exists(p, has(p.intent) && p.intent.operation == '{}') || \
         has(oldSelf.status.versionStatus) && !(oldSelf.status.versionStatus in \
         ['PENDING', 'IMPORT_IN_PROGRESS', 'IMPORT_COMPLETE', 'OPTIMIZATION_IN_PROGRESS']))",
        record::PUBLISH
    )
}

/// A field of spec is absent before and after, or the same.
pub(in crate::api) fn same_or_absent(field: &str) -> String {
    format!(
        "(has(self.spec.{field}) == has(oldSelf.spec.{field}) && \
         (!has(self.spec.{field}) || self.spec.{field} == oldSelf.spec.{field}))"
    )
}
