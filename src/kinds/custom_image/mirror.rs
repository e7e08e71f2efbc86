//! Mirrors what the remote shows into the status, word for word.

use super::desired::is_present;
use super::observed::Found;
use super::{IMAGE, Seen, Wanted};
use crate::api::CustomImageStatus;
use crate::api::custom_image::ImageCopyStatus;
use crate::lifecycle::Described;
use crate::remote::surfercloud::model::Image;

/// Mirrors an image and its copies.
pub fn mirror(status: &mut CustomImageStatus, wanted: &Wanted, seen: &Seen) {
    if let Some(home) = &seen.home {
        status.region = Some(home.region.to_string());
        status.project_id = home.project_id.as_ref().map(ToString::to_string);
    }
    match seen.image() {
        Some(image) => mirror_image(status, image),
        None => status.state = None,
    }
    status.copies = wanted
        .parts()
        .iter()
        .filter(|part| *part.name != *IMAGE)
        .filter_map(|part| match seen.images.get(&part.name) {
            Some(found) => Some(copy(found)),
            None if is_present(part) => {
                super::desired::place_of_copy(&part.name).map(|place| ImageCopyStatus {
                    region: place.region.to_string(),
                    project_id: place.project_id.map(|id| id.to_string()).unwrap_or_default(),
                    ..ImageCopyStatus::default()
                })
            }
            None => None,
        })
        .collect();
}

fn mirror_image(status: &mut CustomImageStatus, image: &Image) {
    let Image {
        image_id,
        image_name,
        image_description,
        state,
        zone,
        tag,
        os_type,
        os_name,
        image_type,
        features,
        func_type,
        integrated_software,
        vendor,
        links,
        create_time,
        image_size,
        minimal_cpu,
        maintain_eol,
        data_snapshot_ids,
        supported_gpu_types,
        scene_categories,
        primary_software,
    } = image;
    let description = image_description.as_deref().unwrap_or_default();
    status.image_id = Some(image_id.to_string());
    status.image_name = word(image_name.as_deref());
    status.image_description = word(Some(&Described::parse(description).text));
    status.state = word(Some(state.as_str()));
    status.zone = word(zone.as_deref());
    status.tag = word(tag.as_deref());
    status.os_type = word(os_type.as_deref());
    status.os_name = word(os_name.as_deref());
    status.image_type = word(image_type.as_deref());
    status.features.clone_from(features);
    status.func_type = word(func_type.as_deref());
    status.integrated_software = word(integrated_software.as_deref());
    status.vendor = word(vendor.as_deref());
    status.links = word(links.as_deref());
    status.create_time = *create_time;
    status.image_size = *image_size;
    status.minimal_cpu = word(minimal_cpu.as_deref());
    status.maintain_eol = word(maintain_eol.as_deref());
    status.data_snapshot_ids.clone_from(data_snapshot_ids);
    status.supported_gpu_types.clone_from(supported_gpu_types);
    status.scene_categories.clone_from(scene_categories);
    status.primary_software = word(primary_software.as_deref());
}

fn copy(found: &Found) -> ImageCopyStatus {
    let image = &found.entry.image;
    let project_id = found.place.project_id.as_ref();
    ImageCopyStatus {
        region: found.place.region.to_string(),
        project_id: project_id.map(ToString::to_string).unwrap_or_default(),
        image_id: Some(image.image_id.to_string()),
        state: word(Some(image.state.as_str())),
        image_size: image.image_size,
        create_time: image.create_time,
    }
}

/// A text that says something.
fn word(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}
