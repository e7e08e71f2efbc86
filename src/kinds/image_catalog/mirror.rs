//! Mirrors what the remote shows into the status, word for word.

use super::{KIND, Seen, Wanted};
use crate::api::ImageCatalogStatus;
use crate::api::image_catalog::VersionStatus;
use crate::kinds::image::mirror::{copy_status, home_copy, marker, version_status, word};
use crate::lifecycle::{Described, RemoteId};
use crate::remote::imagemgmt::model::{Copy, CreatedImage, Image, Version};

/// Mirrors an image with all that belongs to it. The id of the first version stays after that is gone.
pub fn image(status: &mut ImageCatalogStatus, wanted: &Wanted, seen: &Seen, recorded: Option<&RemoteId>) {
    stream(status, seen.image());
    let initial = seen.initial_version(wanted, recorded);
    initial_version(status, initial);
    let copies: Vec<&Copy> = initial
        .map(|version| seen.copies_of(version).collect())
        .unwrap_or_default();
    main_copy(status, wanted, &copies);
    status.markers = seen.image().markers.iter().map(marker).collect();
    status.versions = seen
        .versions
        .iter()
        .map(|version| {
            let ours = initial.is_some_and(|initial| initial.id == version.id);
            let managed_by = match wanted.holders.holder_of(&version.id) {
                Some(holder) => Some(format!("ImageVersion/{}", holder.name)),
                None => ours.then(|| format!("{KIND}/{}", wanted.resource_name)),
            };
            VersionStatus {
                managed_by,
                ..version_status(version)
            }
        })
        .collect();
    status.copies = seen
        .entry
        .copies
        .iter()
        .map(|copy| copy_status(copy, &seen.versions))
        .collect();
}

/// Mirrors the answer to a create, before the image has been seen in a list.
pub fn created(status: &mut ImageCatalogStatus, created: &CreatedImage) {
    status.stream_id = Some(created.stream_id.to_string());
    status.stream_name.clone_from(&created.stream_name);
    status.stream_status = word(created.stream_status.as_str());
    status.version_id = created.version_id.as_ref().map(ToString::to_string);
    status.version_name.clone_from(&created.version_name);
    status.version_status = word(created.version_status.as_str());
    status.asset_id = created.asset_id.as_ref().map(ToString::to_string);
    status.asset_status = word(created.asset_status.as_str());
}

fn stream(status: &mut ImageCatalogStatus, image: &Image) {
    status.stream_id = Some(image.id.to_string());
    status.stream_name = word(&image.name);
    status.stream_description = image
        .description
        .as_deref()
        .and_then(|text| word(&Described::parse(text).text));
    status.stream_status = word(image.status.as_str());
    status.org_id.clone_from(&image.org_id);
    status.os.clone_from(&image.os);
    status.os_type.clone_from(&image.os_type);
    status.gpu_type.clone_from(&image.gpu_type);
    status.multi_session = image.multi_session;
    status.source_type.clone_from(&image.source_type);
    status.source_stream_id.clone_from(&image.source_stream_id);
    status.source_version_id.clone_from(&image.source_version_id);
    status.version_count = image.version_count.and_then(|count| i32::try_from(count).ok());
    status.created_at.clone_from(&image.created_at);
    status.updated_at.clone_from(&image.updated_at);
}

fn initial_version(status: &mut ImageCatalogStatus, version: Option<&Version>) {
    if let Some(version) = version {
        status.version_id = Some(version.id.to_string());
    }
    status.version_name = version.and_then(|version| word(&version.name));
    status.version_status = version.and_then(|version| word(version.status.as_str()));
    status.version_state = version.and_then(|version| version.state.clone());
    status.version_description = version
        .and_then(|version| version.description.as_deref())
        .and_then(|text| word(&Described::parse(text).text));
    status.version_type = version.and_then(|version| version.version_type.clone());
    status.version_history = version
        .map(|version| version.version_history.clone())
        .unwrap_or_default();
    status.last_triggered_action = version.and_then(|version| version.last_triggered_action.clone());
}

/// The copy in the provider instance that the spec names.
fn main_copy(status: &mut ImageCatalogStatus, wanted: &Wanted, copies: &[&Copy]) {
    let copy = home_copy(copies, Some(&wanted.spec.provider_instance_id));
    status.asset_id = copy.map(|copy| copy.id.to_string());
    status.asset_status = copy.and_then(|copy| word(copy.status.as_str()));
    status.asset_type = copy.and_then(|copy| copy.asset_details.as_ref()?.asset_type.clone());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::image_catalog::examples::{
        copy, first_version, foreign_version, image as an_image, seen, wanted,
    };

    fn mirrored(seen: &Seen) -> ImageCatalogStatus {
        let mut status = ImageCatalogStatus::default();
        image(&mut status, &wanted(json!({})), seen, None);
        status
    }

    fn text(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn the_remotes_words_stand_in_status_as_they_are_and_the_mark_does_not() {
        let seen = seen(
            an_image(json!({ "status": "A_NEW_WORD", "versionCount": 2 })),
            vec![first_version(
                json!({ "status": "IMPORT_COMPLETE", "state": "UNPUBLISHED", "versionHistory": ["0.9.0"] }),
            )],
            vec![],
        );
        let status = mirrored(&seen);
        assert_eq!(
            (status.stream_id, status.stream_name),
            (Some(text("i1")), Some(text("win11")))
        );
        assert_eq!(
            (status.stream_status, status.stream_description),
            (Some(text("A_NEW_WORD")), Some(text("text")))
        );
        assert_eq!(
            (status.version_id, status.version_name),
            (Some(text("v1")), Some(text("1.0.0")))
        );
        assert_eq!(
            (status.version_status, status.version_state),
            (Some(text("IMPORT_COMPLETE")), Some(text("UNPUBLISHED")))
        );
        assert_eq!(status.version_description, None);
        assert_eq!(
            (status.version_count, status.version_history),
            (Some(2), vec!["0.9.0".to_owned()])
        );
    }

    #[test]
    fn every_version_is_listed_and_only_ours_is_managed_by_us() {
        let seen = seen(
            an_image(json!({})),
            vec![
                first_version(json!({})),
                foreign_version("v2", "2.0.0", "AVAILABLE"),
            ],
            vec![],
        );
        let managed: Vec<_> = mirrored(&seen)
            .versions
            .into_iter()
            .map(|version| (version.version_id, version.managed_by))
            .collect();
        assert_eq!(
            managed,
            [
                (Some(text("v1")), Some(text("ImageCatalog/win11"))),
                (Some(text("v2")), None)
            ]
        );
    }

    #[test]
    fn the_asset_is_the_copy_of_the_first_version_at_home() {
        let copies = vec![
            copy(
                json!({ "id": "c1", "versionId": "v1", "providerInstanceId": "far", "status": "AVAILABLE" }),
            ),
            copy(json!({
                "id": "c2", "versionId": "v1", "providerInstanceId": "home", "status": "DEPLOYING_VM",
                "assetDetails": { "assetType": "AZURE_VM_IN_RG" }, "errorCode": "E1",
            })),
            copy(
                json!({ "id": "c3", "versionId": "v2", "providerInstanceId": "home", "status": "AVAILABLE" }),
            ),
        ];
        let versions = vec![
            first_version(json!({})),
            foreign_version("v2", "2.0.0", "AVAILABLE"),
        ];
        let status = mirrored(&seen(an_image(json!({})), versions, copies));
        assert_eq!(
            (status.asset_id, status.asset_status),
            (Some(text("c2")), Some(text("DEPLOYING_VM")))
        );
        assert_eq!(status.asset_type, Some(text("AZURE_VM_IN_RG")));
        let names: Vec<_> = status
            .copies
            .iter()
            .map(|copy| (copy.copy_id.as_deref(), copy.version_name.as_deref()))
            .collect();
        assert_eq!(
            names,
            [
                (Some("c1"), Some("1.0.0")),
                (Some("c2"), Some("1.0.0")),
                (Some("c3"), Some("2.0.0"))
            ]
        );
        assert_eq!(status.copies[1].error_code, Some(text("E1")));
    }

    #[test]
    fn the_id_of_a_retired_first_version_stays_and_the_rest_of_it_goes() {
        let mut status = mirrored(&seen(an_image(json!({})), vec![first_version(json!({}))], vec![]));
        let retired = seen(
            an_image(json!({})),
            vec![foreign_version("v2", "2.0.0", "AVAILABLE")],
            vec![],
        );
        image(
            &mut status,
            &wanted(json!({})),
            &retired,
            "v1".parse().ok().as_ref(),
        );
        assert_eq!(
            (status.version_id, status.version_name, status.version_status),
            (Some(text("v1")), None, None)
        );
    }

    #[test]
    fn markers_are_mirrored_with_where_they_move() {
        let marker = json!({ "id": "m1", "name": "default", "versionId": "v1", "nextVersionId": "v2" });
        let status = mirrored(&seen(an_image(json!({ "markers": [marker] })), vec![], vec![]));
        assert_eq!(status.markers[0].name, Some(text("default")));
        assert_eq!(
            (&status.markers[0].version_id, &status.markers[0].next_version_id),
            (&Some(text("v1")), &Some(text("v2")))
        );
    }

    #[test]
    fn the_answer_to_a_create_is_mirrored_at_once() {
        let answer = json!({
            "streamId": "i1", "streamName": "win11", "streamStatus": "IN_PROGRESS", "versionId": "v1",
            "versionName": "1.0.0", "versionStatus": "PENDING", "assetId": "c1", "assetStatus": "DEPLOYING_VM",
        });
        let mut status = ImageCatalogStatus::default();
        created(&mut status, &serde_json::from_value(answer).unwrap());
        assert_eq!(
            (status.stream_id, status.stream_status),
            (Some(text("i1")), Some(text("IN_PROGRESS")))
        );
        assert_eq!(
            (status.version_id, status.version_status),
            (Some(text("v1")), Some(text("PENDING")))
        );
        assert_eq!(
            (status.asset_id, status.asset_status),
            (Some(text("c1")), Some(text("DEPLOYING_VM")))
        );
    }
}
