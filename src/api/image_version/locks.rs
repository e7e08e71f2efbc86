//! What cannot be changed any more once the version may exist remotely.

use kube::core::Rule;

use crate::api::image::locks::{publish_may_be_sent, same_vm_user};
use crate::api::locks::{Locks, same_or_absent};

pub(super) const VERSION: Locks = Locks {
    object: "version",
    kind: "ImageVersion",
};

/// What a request to publish carries and one to publish again does not.
const PUBLISHED_ONCE: [&str; 5] = [
    "publish.description",
    "publish.options",
    "publish.migrationPublish",
    "publish.ignoreProviderTags",
    "publish.imsTags",
];

/// The same for vSphere.
const PUBLISHED_ONCE_TO_VSPHERE: [&str; 4] = [
    "publish.vsphere.description",
    "publish.vsphere.installAgent",
    "publish.vsphere.installAppVolumesAgentForEnterprise",
    "publish.vsphere.installDemAgentForEnterprise",
];

/// Where the source is and how the VM is reached; the user of the VM has a lock of its own.
pub(super) fn asset_details() -> Rule {
    let same = [
        "self.spec.assetDetails.type == oldSelf.spec.assetDetails.type",
        "self.spec.assetDetails.data == oldSelf.spec.assetDetails.data",
        &same_or_absent("assetDetails.options"),
    ];
    VERSION.locked(
        "assetDetails",
        &both_or_neither("assetDetails", &same.join(" && ")),
    )
}

/// The user of the VM; where the password comes from may change.
pub(super) fn vm_user() -> Rule {
    VERSION.locked(
        "assetDetails.vmInfo",
        &format!(
            "!has(self.spec.assetDetails) || !has(oldSelf.spec.assetDetails) || {}",
            same_vm_user()
        ),
    )
}

/// Publishing may be added, and changed until it was sent. After that the copies may change, and what is sent along
/// when they do: proxies and the staging area.
pub(super) fn publish() -> Rule {
    let sent = publish_may_be_sent();
    let same = |fields: &[&str]| {
        let all: Vec<String> = fields.iter().map(|field| same_or_absent(field)).collect();
        all.join(" && ")
    };
    let form = same(&PUBLISHED_ONCE);
    let vsphere = both_or_neither("publish.vsphere", &same(&PUBLISHED_ONCE_TO_VSPHERE));
    Rule::new(format!(
        "!has(oldSelf.spec.publish) || !({sent}) || (has(self.spec.publish) && {form} && {vsphere})"
    ))
    .message(
        "once the version may be published, publish cannot be removed and only its replicas and proxies can be changed (in vsphere: targetProviders and stagingAreaConfigId): create another ImageVersion to publish differently",
    )
    .field_path(".spec.publish")
}

/// Publishing again adds provider instances, and does not change those that there are.
pub(super) fn published_providers() -> Rule {
    let has = |object: &str| {
        let spec = format!("{object}.spec");
        format!(
            "has({spec}.publish) && has({spec}.publish.vsphere) && has({spec}.publish.vsphere.targetProviders)"
        )
    };
    let targets = "spec.publish.vsphere.targetProviders";
    Rule::new(format!(
        "!({} && {} && {}) || oldSelf.{targets}.all(before, self.{targets}.all(after, \
         after.providerInstanceId != before.providerInstanceId || after == before))",
        has("self"),
        has("oldSelf"),
        publish_may_be_sent()
    ))
    .message(
        "a provider instance that the version may be published to keeps its providerLabel and providerData: put the entry back as it was, or remove it",
    )
    .field_path(".spec.publish.vsphere.targetProviders")
}

/// A field of spec is absent before and after, or there with something about it that holds.
fn both_or_neither(field: &str, holds: &str) -> String {
    format!("(has(self.spec.{field}) == has(oldSelf.spec.{field}) && (!has(self.spec.{field}) || ({holds})))")
}
