//! What cannot be changed any more once the image may exist remotely.
//!
//! Before that everything can, so that a typo which the remote refused is corrected in place. The moment is when an id
//! or an intent is on record; the intent is written with a resourceVersion precondition before anything is sent.

use kube::core::Rule;

use crate::api::record;

const MAY_EXIST: &str = "has(oldSelf.status) && has(oldSelf.status.parts) && oldSelf.status.parts.exists(p, has(p.id) || has(p.intent))";

/// A field of spec that is always there.
pub(super) fn required(field: &str) -> Rule {
    locked(field, &format!("self.spec.{field} == oldSelf.spec.{field}"))
}

/// A field of spec that may be absent.
pub(super) fn optional(field: &str) -> Rule {
    locked(field, &same_or_absent(field))
}

pub(super) fn connection() -> Rule {
    locked(
        "connectionRef",
        "self.spec.connectionRef.name == oldSelf.spec.connectionRef.name",
    )
}

/// Writing down the default changes nothing.
pub(super) fn stream_name() -> Rule {
    let name_in = |object: &str| {
        format!("(has({object}.spec.streamName) ? {object}.spec.streamName : {object}.metadata.name)")
    };
    locked(
        "streamName",
        &format!("{} == {}", name_in("self"), name_in("oldSelf")),
    )
}

/// The user of the VM; where the password comes from may change.
pub(super) fn vm_user() -> Rule {
    let same = "has(self.spec.assetDetails.vmInfo) == has(oldSelf.spec.assetDetails.vmInfo) && \
                (!has(self.spec.assetDetails.vmInfo) || \
                self.spec.assetDetails.vmInfo.username == oldSelf.spec.assetDetails.vmInfo.username)";
    locked("assetDetails.vmInfo", same)
}

/// The id may be written down once it is known, and then stays. An id that never came to be on record is free.
pub(super) fn stream_id() -> Rule {
    Rule::new(format!(
        "!(has(oldSelf.status) && has(oldSelf.status.streamId)) || {} || \
         (has(self.spec.streamId) && self.spec.streamId == oldSelf.status.streamId)",
        same_or_absent("streamId")
    ))
    .message("streamId can only be set to the id in status.streamId: to take over another image create another ImageCatalog")
    .field_path(".spec.streamId")
}

/// Publishing may be added, and changed until it was sent: an intent to publish is on record, or the version has a
/// status that comes after its import.
pub(super) fn publish() -> Rule {
    let sent = format!(
        "has(oldSelf.status) && (has(oldSelf.status.parts) && \
         oldSelf.status.parts.exists(p, has(p.intent) && p.intent.operation == '{}') || \
         has(oldSelf.status.versionStatus) && !(oldSelf.status.versionStatus in \
         ['PENDING', 'IMPORT_IN_PROGRESS', 'IMPORT_COMPLETE', 'OPTIMIZATION_IN_PROGRESS']))",
        record::PUBLISH
    );
    Rule::new(format!(
        "!has(oldSelf.spec.publish) || !({sent}) || (has(self.spec.publish) && self.spec.publish == oldSelf.spec.publish)"
    ))
    .message(
        "publish cannot be changed or removed once the image may be published: create another ImageCatalog to publish differently",
    )
    .field_path(".spec.publish")
}

fn locked(field: &str, same: &str) -> Rule {
    Rule::new(format!("!({MAY_EXIST}) || ({same})"))
        .message(
            format!("{field} cannot be changed once the image may exist: create another ImageCatalog")
                .as_str(),
        )
        .field_path(format!(".spec.{field}"))
}

fn same_or_absent(field: &str) -> String {
    format!(
        "(has(self.spec.{field}) == has(oldSelf.spec.{field}) && \
         (!has(self.spec.{field}) || self.spec.{field} == oldSelf.spec.{field}))"
    )
}
