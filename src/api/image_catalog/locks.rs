//! What cannot be changed any more once the image may exist remotely.

use kube::core::Rule;

use crate::api::image::locks::{publish_may_be_sent, same_vm_user};
use crate::api::locks::{Locks, same_or_absent};

pub(super) const IMAGE: Locks = Locks {
    object: "image",
    kind: "ImageCatalog",
};

pub(super) fn asset_type() -> Rule {
    asset_detail(
        "type",
        "self.spec.assetDetails.type == oldSelf.spec.assetDetails.type",
    )
}

pub(super) fn asset_data() -> Rule {
    asset_detail(
        "data",
        "self.spec.assetDetails.data == oldSelf.spec.assetDetails.data",
    )
}

pub(super) fn asset_options() -> Rule {
    asset_detail("options", &same_or_absent("assetDetails.options"))
}

pub(super) fn vm_user() -> Rule {
    asset_detail("vmInfo", &same_vm_user())
}

/// What an image was made from may be told later, and then stays.
fn asset_detail(field: &str, same: &str) -> Rule {
    IMAGE.locked(
        &format!("assetDetails.{field}"),
        &format!("!has(oldSelf.spec.assetDetails) || (has(self.spec.assetDetails) && {same})"),
    )
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
