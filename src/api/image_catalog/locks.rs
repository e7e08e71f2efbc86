//! What cannot be changed any more once the image may exist remotely.

use kube::core::Rule;

use crate::api::image::locks::{publish_may_be_sent, same_vm_user};
use crate::api::locks::{Lock, Locks, lock, name, optional, reference, required, same_or_absent};

pub(super) const IMAGE: Locks = Locks {
    object: "image",
    kind: "ImageCatalog",
};

/// What was asked for.
pub(super) fn image() -> Rule {
    IMAGE.rule(&[
        reference("connectionRef"),
        required("sourceStreamType"),
        optional("action"),
        name("streamName"),
        optional("streamDescription"),
        required("versionSource"),
        required("versionType"),
        required("providerLabel"),
        required("providerInstanceId"),
        asset_detail(
            "type",
            "self.spec.assetDetails.type == oldSelf.spec.assetDetails.type",
        ),
        asset_detail(
            "data",
            "self.spec.assetDetails.data == oldSelf.spec.assetDetails.data",
        ),
        asset_detail("options", &same_or_absent("assetDetails.options")),
        asset_detail("vmInfo", &same_vm_user()),
        required("os"),
        required("osType"),
        required("gpuType"),
        optional("projectId"),
        optional("uemManaged"),
    ])
}

/// What an image was made from may be told later, and then stays.
fn asset_detail(field: &str, same: &str) -> Lock {
    lock(
        &format!("assetDetails.{field}"),
        format!("!has(oldSelf.spec.assetDetails) || (has(self.spec.assetDetails) && {same})"),
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
