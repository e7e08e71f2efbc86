//! What the API server refuses in an image and in a version alike, and the sentence that it refuses it with.

use kube::core::{Message, Rule};

use super::source::{KNOWN_SOURCES, KnownSource};
pub(in crate::api) use crate::api::marks::no_mark;

/// The field is the one of the spec that names the source.
pub(in crate::api) fn asset_type_fits_the_source(field: &str) -> Rule {
    let asset_types = table(|known| known.asset_type);
    Rule::new(format!(
        "!(self.{field} in {asset_types}) || self.assetDetails.type == {asset_types}[self.{field}]"
    ))
    .message(Message::Expression(format!(
        "self.{field} + ' needs assetDetails.type ' + {asset_types}[self.{field}]"
    )))
    .field_path(".assetDetails.type")
}

/// The field is the one of the spec that names the source.
pub(in crate::api) fn data_fits_the_source(field: &str, known: &KnownSource) -> Rule {
    let present: Vec<String> = known
        .required_data
        .iter()
        .map(|key| format!("has(self.assetDetails.data.{key})"))
        .collect();
    Rule::new(format!(
        "self.{field} != '{}' || ({})",
        known.source_type,
        present.join(" && ")
    ))
    .message(
        format!(
            "{} needs these keys in assetDetails.data: {}",
            known.source_type,
            known.required_data.join(", ")
        )
        .as_str(),
    )
    .field_path(".assetDetails.data")
}

pub(in crate::api) fn a_public_linux_opens_ssh() -> Rule {
    Rule::new(
        "self.osType != 'LINUX' || !has(self.assetDetails.options) || \
         !has(self.assetDetails.options.createPublicIp) || !self.assetDetails.options.createPublicIp || \
         (has(self.assetDetails.options.openSSHPort) && self.assetDetails.options.openSSHPort)",
    )
    .message("a LINUX image with createPublicIp needs openSSHPort: true")
    .field_path(".assetDetails.options")
}

pub(in crate::api) fn publish_fits_the_provider() -> Rule {
    Rule::new(
        "!has(self.publish) || (self.providerLabel != 'AZURE' || !has(self.publish.vsphere)) && \
         (self.providerLabel != 'VIEW' || has(self.publish.vsphere))",
    )
    .message("an image in VIEW is published with publish.vsphere, one in AZURE without it")
    .field_path(".publish")
}

pub(super) fn vsphere_stands_alone() -> Rule {
    Rule::new(
        "!has(self.vsphere) || !(has(self.description) || has(self.replicas) || has(self.options) || \
         has(self.proxyServer) || has(self.proxyBypass) || has(self.migrationPublish) || \
         has(self.ignoreProviderTags) || has(self.imsTags))",
    )
    .message(
        "publish.vsphere stands alone: move what you need into it and remove the other fields of publish",
    )
}

/// A CEL map from source to what belongs to it.
pub(in crate::api) fn table(value: impl Fn(&KnownSource) -> &'static str) -> String {
    let entries: Vec<String> = KNOWN_SOURCES
        .iter()
        .map(|known| format!("'{}': '{}'", known.source_type, value(known)))
        .collect();
    format!("{{{}}}", entries.join(", "))
}
