//! Turns what the remote shows into what the lifecycle understands.

use std::sync::Arc;

use super::Wanted;
use crate::inventory::Entry;
use crate::lifecycle::{Described, Mark, MarkSeen, NameSeen, Phase, RemoteId, Sighting};
use crate::remote::imagemgmt::model::{Copy, Image, Version};
use crate::remote::imagemgmt::{self};

/// What is seen of the image on record.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The image with its copies, as listed.
    pub entry: Arc<Entry>,
    /// Its versions.
    pub versions: Arc<[Version]>,
}

impl Seen {
    /// The image.
    pub fn image(&self) -> &Image {
        &self.entry.image
    }

    /// The first version: the one that bears the mark, else the one on record, else the oldest of an adopted image.
    /// An image that we made has none once it is retired.
    pub fn initial_version(&self, wanted: &Wanted, recorded: Option<&RemoteId>) -> Option<&Version> {
        let marked =
            |version: &&Version| mark_of(version.description.as_deref()) == Some(wanted.version_mark);
        if let Some(version) = self.versions.iter().find(marked) {
            return Some(version);
        }
        let adopted = self.entry.mark != Some(wanted.mark);
        match recorded {
            Some(id) => self.versions.iter().find(|version| version.id == *id),
            None if !adopted => None,
            None => self
                .versions
                .iter()
                .min_by_key(|version| number_of(&version.name)),
        }
    }

    /// The copies of a version.
    pub fn copies_of<'a>(&'a self, version: &'a Version) -> impl Iterator<Item = &'a Copy> {
        self.entry
            .copies
            .iter()
            .filter(|copy| copy.version_id.as_ref() == Some(&version.id))
    }
}

/// An image, as the lifecycle sees it.
pub fn sighting(image: &Image, wanted: &Wanted, claimed_by: Option<String>) -> Sighting {
    Sighting {
        id: image.id.clone(),
        name: image.name.clone(),
        mark: match mark_of(image.description.as_deref()) {
            Some(mark) if mark == wanted.mark => MarkSeen::Ours,
            Some(mark) if mark.object == wanted.mark.object => MarkSeen::OtherInstall,
            Some(_) => MarkSeen::Other,
            None => MarkSeen::Unmarked,
        },
        named: if image.name == wanted.stream_name.as_str() {
            NameSeen::Same
        } else {
            NameSeen::Different
        },
        mismatch: mismatch(image, wanted),
        claimed_by,
        phase: match image.status.phase() {
            imagemgmt::Phase::InTransition => Phase::InTransition,
            imagemgmt::Phase::Failed => Phase::Failed,
            imagemgmt::Phase::Deleting => Phase::Deleting,
            imagemgmt::Phase::WaitingForUser
            | imagemgmt::Phase::Available
            | imagemgmt::Phase::Degraded
            | imagemgmt::Phase::Disabled => Phase::Settled,
        },
    }
}

fn mark_of(description: Option<&str>) -> Option<Mark> {
    Described::parse(description?).mark
}

/// What differs in a way that can't be changed. What the remote does not tell does not differ.
fn mismatch(image: &Image, wanted: &Wanted) -> Option<String> {
    let spec = &wanted.spec;
    let gpu_type = format!("{:?}", spec.gpu_type).to_ascii_uppercase();
    let fields = [
        ("os", image.os.as_deref(), spec.os.as_str()),
        ("osType", image.os_type.as_deref(), spec.os_type.as_str()),
        ("gpuType", image.gpu_type.as_deref(), gpu_type.as_str()),
        (
            "sourceStreamType",
            image.source_type.as_deref(),
            spec.source_stream_type.as_str(),
        ),
    ];
    let differing: Vec<String> = fields
        .into_iter()
        .filter_map(|(field, there, asked)| {
            let there = there.filter(|there| !there.is_empty() && *there != asked)?;
            Some(format!("{field} is {there:?} there and {asked:?} here"))
        })
        .collect();
    (!differing.is_empty()).then(|| differing.join(", "))
}

/// `1.10.0` as numbers, so that versions sort as people read them.
fn number_of(name: &str) -> Vec<u32> {
    name.split('.')
        .map(|number| number.parse().unwrap_or(u32::MAX))
        .collect()
}
