//! What cannot be changed any more once the image may exist remotely, and what is published.

use kube::core::Rule;

use crate::api::locks::Locks;
use crate::api::record;

pub(super) const LOCKS: Locks = Locks::of("ImageCatalog");

/// The user of the VM; where the password comes from may change.
pub(super) fn vm_user() -> Rule {
    let same = "has(self.spec.assetDetails.vmInfo) == has(oldSelf.spec.assetDetails.vmInfo) && \
                (!has(self.spec.assetDetails.vmInfo) || \
                self.spec.assetDetails.vmInfo.username == oldSelf.spec.assetDetails.vmInfo.username)";
    LOCKS.locked("assetDetails.vmInfo", same)
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
