//! What cannot be changed any more once the image may exist remotely.

use kube::core::Rule;

use crate::api::image::locks::{Locks, publish_may_be_sent, same_vm_user};

pub(super) const IMAGE: Locks = Locks {
    object: "image",
    kind: "ImageCatalog",
};

/// Writing down the default changes nothing.
pub(super) fn stream_name() -> Rule {
    let name_in = |object: &str| {
        format!("(has({object}.spec.streamName) ? {object}.spec.streamName : {object}.metadata.name)")
    };
    IMAGE.locked(
        "streamName",
        &format!("{} == {}", name_in("self"), name_in("oldSelf")),
    )
}

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
