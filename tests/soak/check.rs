//! What has to hold when everything rests.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::estate::Estate;
use super::support::{Kind, Simulator};

/// What is there in the end.
#[derive(Debug, Default)]
pub(crate) struct Found {
    images: usize,
    versions: usize,
    /// By operation: how many requests changed something.
    changes: BTreeMap<String, usize>,
    requests: usize,
    pub(crate) problems: Vec<String>,
}

/// Compares the remote with the resources.
pub(crate) async fn everything(estate: &Estate, simulator: &Simulator) -> Found {
    let objects = estate.objects().await;
    let (images, versions) = (simulator.images().await, simulator.versions().await);
    let mut found = Found {
        images: images.len(),
        versions: versions.len(),
        ..Found::default()
    };
    let mut images = owners(&images);
    let mut versions = owners(&versions);
    for resource in &estate.resources {
        let name = &resource.subject.name;
        let status = objects
            .get(name)
            .map_or(&Value::Null, |object| &object.data["status"]);
        if resource.kind == Kind::ImageCatalog {
            claim(&mut images, &status["streamId"], name, &mut found.problems);
        }
        claim(&mut versions, &status["versionId"], name, &mut found.problems);
    }
    let orphans = images
        .iter()
        .chain(&versions)
        .filter(|(_, owner)| owner.is_none());
    found
        .problems
        .extend(orphans.map(|(id, _)| format!("{id} belongs to no resource")));
    found.count(estate, simulator).await;
    found
}

impl Found {
    /// No resource makes more than one thing in a life.
    async fn count(&mut self, estate: &Estate, simulator: &Simulator) {
        let requests = simulator.requests().await;
        self.requests = requests.len();
        for request in requests.into_iter().filter(|request| request.changed) {
            *self.changes.entry(request.operation).or_default() += 1;
        }
        for (kind, operation) in [
            (Kind::ImageCatalog, "createImage"),
            (Kind::ImageVersion, "addVersion"),
        ] {
            let of_kind = estate.resources.iter().filter(|resource| resource.kind == kind);
            let lives: usize = of_kind.map(|resource| resource.lives).sum();
            let made = self.changes.get(operation).copied().unwrap_or_default();
            if made > lives {
                self.problems
                    .push(format!("{made} times {operation} for {lives} lives"));
            }
        }
    }
}

/// By id, with nobody that they belong to yet.
fn owners(objects: &[Value]) -> BTreeMap<String, Option<String>> {
    let ids = objects.iter().filter_map(|object| object["id"].as_str());
    ids.map(|id| (id.to_owned(), None)).collect()
}

fn claim(owners: &mut BTreeMap<String, Option<String>>, id: &Value, name: &str, problems: &mut Vec<String>) {
    match id.as_str().and_then(|id| owners.get_mut(id)) {
        None => problems.push(format!("{name} has {id}, which is not there")),
        Some(Some(other)) => problems.push(format!("{id} belongs to both {other} and {name}")),
        Some(owner) => *owner = Some(name.to_owned()),
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} images and {} versions, {} problems; {} requests remembered, of which changed something: {:?}",
            self.images,
            self.versions,
            self.problems.len(),
            self.requests,
            self.changes
        )
    }
}
