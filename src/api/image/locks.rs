//! When the VM of an image and the way it is published lock.

use crate::api::record;

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
