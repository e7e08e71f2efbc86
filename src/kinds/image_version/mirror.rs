//! Mirrors what the remote shows into the status, word for word.

use super::changes::VALIDATE;
use super::{Seen, VERSION, Wanted};
use crate::api::image_version::{PublishValidationResult, VersionValidationDetails};
use crate::api::{ImageVersion, ImageVersionStatus};
use crate::kinds::image::mirror::{copy_status, home_copy, marker, word};
use crate::kinds::managed::mirroring_nothing;
use crate::lifecycle::Described;
use crate::remote::imagemgmt::model::{self, Copy, CreatedVersion};

/// Mirrors a version with all that belongs to it.
pub(super) fn version(status: &mut ImageVersionStatus, wanted: &Wanted, seen: &Seen) {
    let version = &seen.version;
    status.stream_id = Some(seen.image.to_string());
    status.image_status = word(seen.image_status.as_str()).or(status.image_status.take());
    status.version_id = Some(version.id.to_string());
    status.version_name = word(&version.name);
    status.version_description = version
        .description
        .as_deref()
        .and_then(|text| word(&Described::parse(text).text));
    status.version_status = word(version.status.as_str());
    status.version_state.clone_from(&version.state);
    status.version_type.clone_from(&version.version_type);
    status.version_history.clone_from(&version.version_history);
    status.source_version_id = version.source_version_id.as_ref().map(ToString::to_string);
    status.source_type.clone_from(&version.source_type);
    status
        .last_triggered_action
        .clone_from(&version.last_triggered_action);
    status.org_id.clone_from(&version.org_id);
    status.os.clone_from(&version.os);
    status.created_at.clone_from(&version.created_at);
    status.updated_at.clone_from(&version.updated_at);
    status.version_validation_details = version.version_validation_details.as_ref().map(validation);
    status.publish_validation_result = version.publish_validation_result.as_ref().map(publish_validation);
    status.markers = version.markers.iter().map(marker).collect();
    status.copies = seen
        .copies
        .iter()
        .map(|copy| copy_status(copy, std::slice::from_ref(version)))
        .collect();
    main_copy(status, wanted, seen);
    a_validation_is_under_way(status, seen);
}

/// Mirrors the answer to a create, before the version has been seen in a list.
pub(super) fn created(status: &mut ImageVersionStatus, created: &CreatedVersion) {
    if let Some(image) = &created.image_id {
        status.stream_id = Some(image.to_string());
    }
    status.image_status = word(created.image_status.as_str());
    status.version_id = Some(created.version_id.to_string());
    status.version_name.clone_from(&created.version_name);
    status.version_status = word(created.version_status.as_str());
    status.version_type.clone_from(&created.version_type);
    status.version_history.clone_from(&created.version_history);
    status.asset_id = created.asset_id.as_ref().map(ToString::to_string);
    status.asset_status = word(created.asset_status.as_str());
    status.asset_type.clone_from(&created.asset_type);
}

/// The status in which nothing is mirrored any more; the record stays, and so does what was asked of the version.
pub(super) fn of_no_version(status: &ImageVersionStatus) -> ImageVersionStatus {
    ImageVersionStatus {
        last_handled_validate: status.last_handled_validate.clone(),
        ..mirroring_nothing::<ImageVersion>(status)
    }
}

/// The copy in the provider instance that the version was made in.
fn main_copy(status: &mut ImageVersionStatus, wanted: &Wanted, seen: &Seen) {
    let copies: Vec<&Copy> = seen.copies.iter().collect();
    let copy = home_copy(&copies, wanted.home.as_deref());
    status.asset_id = copy.map(|copy| copy.id.to_string());
    status.asset_status = copy.and_then(|copy| word(copy.status.as_str()));
    status.asset_type = copy.and_then(|copy| copy.asset_details.as_ref()?.asset_type.clone());
}

/// Where the answer to a request to validate was lost, the validation that is under way is taken for the one asked for.
fn a_validation_is_under_way(status: &mut ImageVersionStatus, seen: &Seen) {
    if seen.version.status.as_str() != "VALIDATION_IN_PROGRESS" {
        return;
    }
    let part = status.managed.parts.iter().find(|part| part.name == VERSION);
    let open = part
        .and_then(|part| part.intent.as_ref())
        .filter(|intent| intent.operation == VALIDATE)
        .and_then(|intent| intent.goal.clone());
    if open.is_some() {
        status.last_handled_validate = open;
    }
}

fn validation(details: &model::VersionValidationDetails) -> VersionValidationDetails {
    VersionValidationDetails {
        validation_status: details.validation_status.clone(),
        studio_template_name: details.studio_template_name.clone(),
        studio_template_status: details.studio_template_status.clone(),
        on_demand_validation: details.on_demand_validation,
        error_details: details.error_details.clone(),
    }
}

fn publish_validation(result: &model::PublishValidationResult) -> PublishValidationResult {
    PublishValidationResult {
        result: result.result.clone(),
        status: result.status.clone(),
        error_details: result.error_details.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::image_version::examples::{copy, seen, version as a_version, wanted};

    #[test]
    fn the_remotes_words_stand_in_status_as_they_are_and_the_mark_does_not() {
        let there = a_version(json!({
            "description": format!("text {}", wanted(json!({})).version.mark),
            "status": "A_NEW_WORD", "state": "UNPUBLISHED", "versionHistory": ["1.0.0"],
            "versionValidationDetails": { "validationStatus": "FAILED", "errorDetails": "no network" },
        }));
        let copies = vec![
            copy("c1", "elsewhere", "PUBLISH_FAILED"),
            copy("c2", "home", "REPLICATING"),
        ];
        let mut status = ImageVersionStatus::default();
        version(&mut status, &wanted(json!({})), &seen(there, copies));
        let text = |text: &str| Some(text.to_owned());
        assert_eq!((status.stream_id, status.version_id), (text("i1"), text("v2")));
        assert_eq!(
            (status.version_status, status.version_description),
            (text("A_NEW_WORD"), text("text"))
        );
        assert_eq!(status.version_history, ["1.0.0"]);
        assert_eq!(
            (status.asset_id, status.asset_status),
            (text("c2"), text("REPLICATING"))
        );
        assert_eq!(status.copies.len(), 2);
        let validation = status.version_validation_details.unwrap();
        assert_eq!(validation.error_details, text("no network"));
    }

    #[test]
    fn a_validation_that_is_under_way_answers_the_request_whose_answer_was_lost() {
        let mut status: ImageVersionStatus = serde_json::from_value(json!({
            "parts": [{ "name": VERSION, "intent": {
                "operation": VALIDATE, "goal": "r1", "attempt": "a", "startedAt": "2026-01-01T00:00:00.000000Z",
            } }],
        }))
        .unwrap();
        let validating = seen(a_version(json!({ "status": "VALIDATION_IN_PROGRESS" })), vec![]);
        version(&mut status, &wanted(json!({})), &validating);
        assert_eq!(status.last_handled_validate.as_deref(), Some("r1"));
    }
}
