//! The next change to an image that is there, in order; and what keeps it from being deleted.

use super::{Seen, Wanted};
use crate::api::image_catalog::InitialVersion;
use crate::api::record::PUBLISH;
use crate::lifecycle::{Blocker, Described, MarkSeen, Operation, RemoteId};
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::Version;

/// Changes the first version's description.
pub const PATCH: &str = "patch";

/// Deletes the first version, once another has taken its place.
pub const RETIRE: &str = "retire";

/// The next change, if there is anything to change.
pub fn next(wanted: &Wanted, seen: &Seen, mark: MarkSeen, recorded: Option<&RemoteId>) -> Option<Operation> {
    let initial = seen.initial_version(wanted, recorded)?;
    publish(wanted, initial)
        .or_else(|| describe(wanted, initial, mark))
        .or_else(|| retire(wanted, seen, initial))
}

fn publish(wanted: &Wanted, initial: &Version) -> Option<Operation> {
    wanted.publish.as_ref()?;
    let waits = initial.status.phase() == Phase::WaitingForUser;
    waits.then(|| change(PUBLISH, initial.id.as_str()))
}

/// The spec's description, and the mark on a version that we made. An adopted version is left as it is unless the
/// spec describes it; an image that has lost its mark is one whose descriptions the remote does not keep.
fn describe(wanted: &Wanted, initial: &Version, mark: MarkSeen) -> Option<Operation> {
    let resting = matches!(
        initial.status.phase(),
        Phase::Available | Phase::Degraded | Phase::WaitingForUser | Phase::Disabled
    );
    if !resting || mark != MarkSeen::Ours && wanted.spec.version_description.is_none() {
        return None;
    }
    let there = Described::parse(initial.description.as_deref().unwrap_or_default());
    let text = wanted
        .spec
        .version_description
        .clone()
        .unwrap_or_else(|| there.text.clone());
    let as_wanted = there.mark == Some(wanted.version_mark) && there.text == text;
    (!as_wanted).then(|| change(PATCH, &Described::render(&text, wanted.version_mark)))
}

fn retire(wanted: &Wanted, seen: &Seen, initial: &Version) -> Option<Operation> {
    let bears_our_mark = is_marked(wanted, initial);
    if wanted.initial_version != InitialVersion::Remove
        || !bears_our_mark
        || initial.status.phase() == Phase::Deleting
    {
        return None;
    }
    let another = seen
        .versions
        .iter()
        .any(|version| version.id != initial.id && version.status.phase() == Phase::Available);
    let image_markers = seen.image().markers.iter();
    let all_markers = image_markers.chain(seen.versions.iter().flat_map(|version| &version.markers));
    let mut pointing = all_markers.filter(|marker| {
        marker.version_id.as_ref() == Some(&initial.id)
            || marker.next_version_id.as_ref() == Some(&initial.id)
    });
    let own_markers = !initial.markers.is_empty();
    (another && !own_markers && pointing.next().is_none()).then(|| change(RETIRE, initial.id.as_str()))
}

/// What keeps the image from being deleted: versions in it that are not ours.
pub fn delete_blocker(wanted: &Wanted, seen: &Seen, recorded: Option<&RemoteId>) -> Option<Blocker> {
    let initial = seen.initial_version(wanted, recorded).map(|version| &version.id);
    let foreign: Vec<String> = seen
        .versions
        .iter()
        .filter(|version| Some(&version.id) != initial && version.status.phase() != Phase::Deleting)
        .map(|version| version.name.clone())
        .collect();
    (!foreign.is_empty()).then_some(Blocker::Foreign(foreign))
}

fn is_marked(wanted: &Wanted, version: &Version) -> bool {
    Described::parse(version.description.as_deref().unwrap_or_default()).mark == Some(wanted.version_mark)
}

fn change(name: &str, goal: &str) -> Operation {
    Operation::Change {
        name: name.to_owned(),
        goal: goal.to_owned(),
    }
}
