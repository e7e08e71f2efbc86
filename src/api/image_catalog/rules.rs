//! What the API server refuses in an ImageCatalog, and the sentence that it refuses it with.

use kube::core::{Message, Rule};

use super::source::{KNOWN_SOURCES, KnownSource};

/// Names that the remote takes (public OpenAPI document of Horizon Cloud next-gen, `ImageCatalogRequest.streamName`).
const STREAM_NAME: &str = "^[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$";

pub(super) fn stream_name() -> Rule {
    Rule::new(format!("self.matches('{STREAM_NAME}')"))
        .message("give letters, digits and dashes, starting with a letter and not ending with a dash")
}

/// An image that is named by its id keeps the name that it has.
pub(super) fn name_fits_the_remote() -> Rule {
    Rule::new(format!(
        "has(self.spec.streamName) || has(self.spec.streamId) || self.metadata.name.matches('{STREAM_NAME}')"
    ))
    .message(
        "metadata.name cannot be the name of an image (letters, digits and dashes, at least two, starting with a letter): set spec.streamName",
    )
    .field_path(".spec.streamName")
}

pub(super) fn action_fits_the_source() -> Rule {
    let actions = table(|known| known.action.as_str());
    Rule::new(format!(
        "!has(self.action) || !(self.sourceStreamType in {actions}) || self.action == {actions}[self.sourceStreamType]"
    ))
    .message(Message::Expression(format!(
        "self.sourceStreamType + ' is made with action ' + {actions}[self.sourceStreamType] + ': set that, or leave action out'"
    )))
    .field_path(".action")
}

pub(super) fn asset_type_fits_the_source() -> Rule {
    let asset_types = table(|known| known.asset_type);
    Rule::new(format!(
        "!(self.sourceStreamType in {asset_types}) || self.assetDetails.type == {asset_types}[self.sourceStreamType]"
    ))
    .message(Message::Expression(format!(
        "self.sourceStreamType + ' needs assetDetails.type ' + {asset_types}[self.sourceStreamType]"
    )))
    .field_path(".assetDetails.type")
}

pub(super) fn data_fits_the_source(known: &KnownSource) -> Rule {
    let present: Vec<String> = known
        .required_data
        .iter()
        .map(|key| format!("has(self.assetDetails.data.{key})"))
        .collect();
    Rule::new(format!(
        "self.sourceStreamType != '{}' || ({})",
        known.source_stream_type,
        present.join(" && ")
    ))
    .message(
        format!(
            "{} needs these keys in assetDetails.data: {}",
            known.source_stream_type,
            known.required_data.join(", ")
        )
        .as_str(),
    )
    .field_path(".assetDetails.data")
}

pub(super) fn a_snapshot_is_named() -> Rule {
    Rule::new(
        "self.sourceStreamType != 'VIEW_IMAGES' || !has(self.assetDetails.data.imageDeployType) || \
         self.assetDetails.data.imageDeployType != 'SNAPSHOT' || has(self.assetDetails.data.snapshotMoValue)",
    )
    .message("imageDeployType SNAPSHOT needs snapshotMoValue in assetDetails.data")
    .field_path(".assetDetails.data")
}

pub(super) fn a_public_linux_opens_ssh() -> Rule {
    Rule::new(
        "self.osType != 'LINUX' || !has(self.assetDetails.options) || \
         !has(self.assetDetails.options.createPublicIp) || !self.assetDetails.options.createPublicIp || \
         (has(self.assetDetails.options.openSSHPort) && self.assetDetails.options.openSSHPort)",
    )
    .message("a LINUX image with createPublicIp needs openSSHPort: true")
    .field_path(".assetDetails.options")
}

pub(super) fn publish_fits_the_provider() -> Rule {
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
fn table(value: impl Fn(&KnownSource) -> &'static str) -> String {
    let entries: Vec<String> = KNOWN_SOURCES
        .iter()
        .map(|known| format!("'{}': '{}'", known.source_stream_type, value(known)))
        .collect();
    format!("{{{}}}", entries.join(", "))
}
