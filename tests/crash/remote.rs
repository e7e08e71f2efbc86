//! What a case leaves at the remote: the objects, and the writes that changed anything.

use serde_json::Value;

use super::support::simulator::Request;
use super::write::Write;

/// What there is of one image and what was done to it, in words that are the same for every case of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    /// Images, versions, copies, markers and custom images.
    pub(crate) objects: Vec<String>,
    /// Operations that changed anything, in order of their names.
    pub(crate) writes: Vec<String>,
}

impl Left {
    /// How often an operation changed something.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.writes.iter().filter(|write| *write == operation).count()
    }
}

/// What is left of the images of a name, and of those that had these ids before the write.
pub(crate) fn left(name: &str, ids_before: &[String], state: &Value, requests: &[Request]) -> Left {
    let images: Vec<&Value> = list(state, "images")
        .filter(|image| image["name"] == name)
        .collect();
    let ids: Vec<&str> = images.iter().map(|image| text(&image["id"])).collect();
    let mut objects: Vec<String> = images
        .iter()
        .map(|image| format!("image {}", text(&image["status"])))
        .collect();
    let mut versions = Vec::new();
    for version in list(state, "versions").filter(|version| ids.contains(&text(&version["streamId"]))) {
        versions.push(text(&version["id"]));
        let (description, _) = text(&version["description"])
            .split_once("[io1:")
            .unwrap_or((text(&version["description"]), ""));
        objects.push(format!(
            "version {} {} {description:?}",
            text(&version["name"]),
            text(&version["status"]),
        ));
    }
    for copy in list(state, "copies").filter(|copy| versions.contains(&text(&copy["versionId"]))) {
        objects.push(format!(
            "copy in {} {}",
            text(&copy["providerInstanceId"]),
            text(&copy["status"])
        ));
    }
    for marker in list(state, "markers").filter(|marker| ids.contains(&text(&marker["imageId"]))) {
        let target = list(state, "versions").find(|version| version["id"] == marker["versionId"]);
        objects.push(format!(
            "marker {} at {} {}, next {}",
            text(&marker["name"]),
            target.map_or("", |version| text(&version["name"])),
            text(&marker["status"]),
            marker["nextVersionId"],
        ));
    }
    for image in custom_images(name, state) {
        objects.push(format!(
            "custom image in {}/{} {}",
            text(&image["Region"]),
            text(&image["ProjectId"]),
            text(&image["State"])
        ));
    }
    objects.sort();

    // That an image was made, its request does not tell by its path.
    let created = Write::CreateImage.operation();
    let made = ids
        .iter()
        .filter(|id| !ids_before.iter().any(|before| before == *id));
    let mut writes: Vec<String> = made.map(|_| created.to_owned()).collect();
    let mut all_ids = ids_of(name, state);
    all_ids.extend_from_slice(ids_before);
    let of_these = requests
        .iter()
        .filter(|request| request.changed && all_ids.iter().any(|id| request.is_about(id)));
    writes.extend(of_these.map(|request| request.operation.clone()));
    writes.sort();
    Left { objects, writes }
}

/// The ids of all images of a name.
pub(crate) fn ids_of(name: &str, state: &Value) -> Vec<String> {
    let images = list(state, "images").filter(|image| image["name"] == name);
    let ids = images.map(|image| text(&image["id"]));
    let custom_ids = custom_images(name, state).map(|image| text(&image["ImageId"]));
    ids.chain(custom_ids).map(str::to_owned).collect()
}

fn custom_images<'s>(name: &str, state: &'s Value) -> impl Iterator<Item = &'s Value> {
    list(state, "customImages").filter(move |image| image["ImageName"] == name)
}

fn list<'s>(state: &'s Value, kind: &str) -> impl Iterator<Item = &'s Value> {
    state[kind]
        .as_array()
        .unwrap_or_else(|| panic!("the simulator's state has no {kind}: {state}"))
        .iter()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
