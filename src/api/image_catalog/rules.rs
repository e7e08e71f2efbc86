//! What the API server refuses in an ImageCatalog, and the sentence that it refuses it with.

use kube::core::{Message, Rule};

use crate::api::image::rules::table;

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

/// An image that exists does not tell what it was made from, and need not be told.
pub(super) fn made_from_something() -> Rule {
    Rule::new("has(self.assetDetails) || has(self.streamId)")
        .message("give assetDetails, so that the image can be made, or streamId for one that exists")
        .field_path(".assetDetails")
}

pub(super) fn made_again_needs_a_source() -> Rule {
    Rule::new("self.recreatePolicy != 'WhenGone' || has(self.assetDetails)")
        .message("recreatePolicy WhenGone needs to know what the image is made from: give assetDetails")
        .field_path(".recreatePolicy")
}

/// A rule about `assetDetails`, where they are given.
pub(super) fn where_made(rule: Rule) -> Rule {
    Rule {
        rule: format!("!has(self.assetDetails) || ({})", rule.rule),
        ..rule
    }
}

pub(super) fn a_snapshot_is_named() -> Rule {
    Rule::new(
        "self.sourceStreamType != 'VIEW_IMAGES' || !has(self.assetDetails.data.imageDeployType) || \
         self.assetDetails.data.imageDeployType != 'SNAPSHOT' || has(self.assetDetails.data.snapshotMoValue)",
    )
    .message("imageDeployType SNAPSHOT needs snapshotMoValue in assetDetails.data")
    .field_path(".assetDetails.data")
}

pub(super) fn one_target() -> Rule {
    Rule::new("[has(self.versionRef), has(self.versionName), has(self.versionId)].filter(x, x).size() <= 1")
        .message(
            "a marker points at one version: give at most one of versionRef, versionName and versionId; without any it points at the first version",
        )
}
