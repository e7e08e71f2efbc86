//! What cannot be changed any more once the image may exist remotely.

use kube::core::Rule;

use crate::api::image::locks::{publish_may_be_sent, same_vm_user};
use crate::api::locks::Locks;

pub(super) const IMAGE: Locks = Locks {
    object: "image",
    kind: "ImageCatalog",
};

pub(super) fn vm_user() -> Rule {
    IMAGE.locked("assetDetails.vmInfo", &same_vm_user())
}

/// Publishing may be added, and changed until it was sent.
pub(super) fn publish() -> Rule {
    let sent = publish_may_be_sent();
    Rule::new(format!(
        "!has(oldSelf.spec.publish) || !({sent}) || (has(self.spec.publish) && self.spec.publish == oldSelf.spec.publish)"
    ))
    .message(
        "publish cannot be changed or removed once the image may be published: create another ImageCatalog to publish differently",
    )
    .field_path(".spec.publish")
}
