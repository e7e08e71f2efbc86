//! What can be changed about a version, and how a change is written down.

use crate::lifecycle::Operation;
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::Version;

/// Changes a version's description.
pub(in crate::kinds) const PATCH: &str = "patch";

/// A change of this name, told from others by its goal.
pub(in crate::kinds) fn change(name: &str, goal: &str) -> Operation {
    Operation::Change {
        name: name.to_owned(),
        goal: goal.to_owned(),
    }
}

/// Whether the remote has finished with a version, so that its description can be changed.
pub(in crate::kinds) fn can_be_patched(version: &Version) -> bool {
    matches!(
        version.status.phase(),
        Phase::Available | Phase::Degraded | Phase::WaitingForUser | Phase::Disabled
    )
}
