//! What the API server refuses in an ImageVersion, and the sentence that it refuses it with.
//!
//! What is needed to make a version is not asked of one that exists and is named by `versionId`.

use kube::core::Rule;

use super::source::NEVER_ADDED;
use crate::api::image::rules as shared;

/// A rule about `sourceType` and `assetDetails`, where both are given.
pub(super) fn where_added(rule: Rule) -> Rule {
    Rule {
        rule: format!(
            "!has(self.sourceType) || !has(self.assetDetails) || ({})",
            rule.rule
        ),
        ..rule
    }
}

pub(super) fn one_way_to_be_made() -> Rule {
    Rule::new("has(self.sourceType) != has(self.clone) || (has(self.versionId) && !has(self.sourceType))")
        .message(
            "give exactly one way to make the version: sourceType with assetDetails to add it, or clone to clone one (none is needed with versionId)",
        )
}

pub(super) fn asset_details_go_with_the_source_type() -> Rule {
    Rule::new(
        "has(self.assetDetails) ? has(self.sourceType) : (!has(self.sourceType) || has(self.versionId))",
    )
    .message("assetDetails and sourceType go together: give both to add a version, none to clone one")
    .field_path(".assetDetails")
}

pub(super) fn the_source_type_can_be_added() -> Rule {
    Rule::new(format!(
        "!has(self.sourceType) || has(self.versionId) || !(self.sourceType in ['{}'])",
        NEVER_ADDED.join("', '")
    ))
    .message(
        "a version can be added from AZURE_SIG or AZURE_CUSTOM_VM only: to change an image of another source, clone one of its versions with spec.clone",
    )
    .field_path(".sourceType")
}

pub(super) fn a_public_linux_opens_ssh() -> Rule {
    let rule = where_added(shared::a_public_linux_opens_ssh());
    Rule {
        rule: format!("!has(self.osType) || {}", rule.rule),
        ..rule
    }
}

pub(super) fn major_or_minor() -> Rule {
    Rule::new("self.versionType != 'PATCH' || !has(self.sourceType) || has(self.versionId)")
        .message("a PATCH version cannot be added: set versionType to MAJOR or MINOR")
        .field_path(".versionType")
}

pub(super) fn at_most_one_source_version() -> Rule {
    Rule::new("!has(self.sourceVersionRef) || !has(self.sourceVersionId)")
        .message("give at most one of sourceVersionRef and sourceVersionId")
        .field_path(".sourceVersionId")
}

pub(super) fn minor_names_its_source() -> Rule {
    Rule::new(format!("self.versionType != 'MINOR' || {NAMES_A_SOURCE}"))
        .message("a MINOR version follows another one: name that with sourceVersionRef or sourceVersionId")
        .field_path(".sourceVersionRef")
}

pub(super) fn clone_names_its_source() -> Rule {
    Rule::new(format!("!has(self.clone) || {NAMES_A_SOURCE}"))
        .message("clone needs the version that is cloned: name it with sourceVersionRef or sourceVersionId")
        .field_path(".sourceVersionRef")
}

const NAMES_A_SOURCE: &str = "has(self.sourceVersionRef) || has(self.sourceVersionId) || has(self.versionId)";

pub(super) fn the_first_version_is_that_of_the_catalog() -> Rule {
    Rule::new(
        "!has(self.sourceVersionRef) || self.sourceVersionRef.kind != 'ImageCatalog' || \
         self.sourceVersionRef.name == self.catalogRef.name",
    )
    .message(
        "a version is made from one of the same image: give the same name in sourceVersionRef as in catalogRef",
    )
    .field_path(".sourceVersionRef.name")
}

pub(super) fn follows_another_version() -> Rule {
    Rule::new(
        "!has(self.spec.sourceVersionRef) || self.spec.sourceVersionRef.kind != 'ImageVersion' || \
         self.spec.sourceVersionRef.name != self.metadata.name",
    )
    .message("a version cannot be made from itself: name another one in sourceVersionRef")
    .field_path(".spec.sourceVersionRef.name")
}

pub(super) fn a_clone_takes_after_its_source() -> Rule {
    Rule::new("!has(self.clone) || !(has(self.os) || has(self.osType) || has(self.gpuType))")
        .message("a clone has the os, osType and gpuType of its source: leave them out")
        .field_path(".clone")
}

pub(super) fn made_again_needs_a_source() -> Rule {
    Rule::new(
        "self.recreatePolicy != 'WhenGone' || has(self.clone) || (has(self.sourceType) && has(self.assetDetails))",
    )
    .message("recreatePolicy WhenGone needs to know how the version is made: give sourceType with assetDetails, or clone")
    .field_path(".recreatePolicy")
}

pub(super) fn an_azure_clone_has_a_network() -> Rule {
    Rule::new(
        "self.type != 'AZURE_NETWORK_RESOURCE' || has(self.data) && has(self.data.vNet) && has(self.data.subNet)",
    )
    .message("AZURE_NETWORK_RESOURCE needs these keys in clone.assetDetails.data: vNet, subNet")
    .field_path(".data")
}

/// Where the provider is that of the catalog, the remote says what does not fit.
pub(super) fn publish_fits_the_provider() -> Rule {
    let rule = shared::publish_fits_the_provider();
    Rule {
        rule: format!("!has(self.providerLabel) || {}", rule.rule),
        ..rule
    }
}
