//! Mirrors the remote things of an image into a status, word for word.

use crate::api::image::{CopyStatus, MarkerStatus, VersionStatus};
use crate::lifecycle::Described;
use crate::remote::imagemgmt::model::{Copy, Marker, Version};

/// The copy at home: in this provider instance, or else the first one.
pub(in crate::kinds) fn home_copy<'a>(copies: &[&'a Copy], home: Option<&str>) -> Option<&'a Copy> {
    let at_home = |copy: &&&Copy| home.is_some() && copy.provider_instance_id.as_deref() == home;
    copies.iter().find(at_home).or(copies.first()).copied()
}

/// A marker as a status shows it.
pub(in crate::kinds) fn marker(marker: &Marker) -> MarkerStatus {
    MarkerStatus {
        name: word(&marker.name),
        marker_id: marker.id.as_ref().map(ToString::to_string),
        version_id: marker.version_id.as_ref().map(ToString::to_string),
        next_version_id: marker.next_version_id.as_ref().map(ToString::to_string),
        status: marker.status.clone(),
        error_code: marker.error_code.clone(),
        error_details: marker.error_details.clone(),
        updated_at: marker.updated_at.clone(),
    }
}

/// A version as the status of its image shows it.
pub(in crate::kinds) fn version_status(version: &Version) -> VersionStatus {
    let described = Described::parse(version.description.as_deref().unwrap_or_default());
    let publishing = version
        .publish_validation_result
        .as_ref()
        .and_then(|result| result.error_details.clone());
    let validating = version
        .version_validation_details
        .as_ref()
        .and_then(|result| result.error_details.clone());
    VersionStatus {
        name: word(&version.name),
        version_id: Some(version.id.to_string()),
        version_status: word(version.status.as_str()),
        state: version.state.clone(),
        managed_by: None,
        description: word(&described.text),
        version_type: version.version_type.clone(),
        source_version_id: version.source_version_id.as_ref().map(ToString::to_string),
        last_triggered_action: version.last_triggered_action.clone(),
        error_details: publishing.or(validating),
        created_at: version.created_at.clone(),
        updated_at: version.updated_at.clone(),
    }
}

/// A copy as a status shows it; `versions` tell the name of the one that it is a copy of.
pub(in crate::kinds) fn copy_status(copy: &Copy, versions: &[Version]) -> CopyStatus {
    let version = versions
        .iter()
        .find(|version| copy.version_id.as_ref() == Some(&version.id));
    CopyStatus {
        copy_id: Some(copy.id.to_string()),
        version_id: copy.version_id.as_ref().map(ToString::to_string),
        version_name: version.and_then(|version| word(&version.name)),
        provider_instance_id: copy.provider_instance_id.clone(),
        provider_label: copy.provider_label.clone(),
        asset_type: copy
            .asset_details
            .as_ref()
            .and_then(|details| details.asset_type.clone()),
        asset_status: word(copy.status.as_str()),
        state: copy.state.clone(),
        multi_session: copy.multi_session,
        agent_version: copy.hai_agent_version.clone(),
        error_code: copy.error_code.clone(),
        error_details: copy.error_details.clone(),
        warning_details: copy.warning_details.clone(),
        created_at: copy.created_at.clone(),
        updated_at: copy.updated_at.clone(),
    }
}

/// A word of the remote, where it gave one.
pub(in crate::kinds) fn word(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
