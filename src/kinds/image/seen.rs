//! What the remote shows of an image or a version, in the words of the lifecycle.

use crate::lifecycle::{Described, Mark, MarkSeen, Phase};
use crate::remote::imagemgmt;

/// The mark at the end of a description.
pub(in crate::kinds) fn mark_of(description: Option<&str>) -> Option<Mark> {
    Described::parse(description?).mark
}

/// Whose mark a description bears, where `ours` is that of the part that is looked for.
pub(in crate::kinds) fn mark_seen(description: Option<&str>, ours: Mark) -> MarkSeen {
    match mark_of(description) {
        Some(mark) if mark == ours => MarkSeen::Ours,
        Some(mark) if mark.object == ours.object => MarkSeen::OtherInstall,
        Some(_) => MarkSeen::Other,
        None => MarkSeen::Unmarked,
    }
}

/// Where an image or a version stands.
pub(in crate::kinds) fn phase_seen(phase: imagemgmt::Phase) -> Phase {
    match phase {
        imagemgmt::Phase::InTransition => Phase::InTransition,
        imagemgmt::Phase::Failed => Phase::Failed,
        imagemgmt::Phase::Deleting => Phase::Deleting,
        imagemgmt::Phase::WaitingForUser
        | imagemgmt::Phase::Available
        | imagemgmt::Phase::Degraded
        | imagemgmt::Phase::Disabled => Phase::Settled,
    }
}

/// Which fields differ, in words: each a name, what is there and what is asked for. What either side does not tell
/// does not differ.
pub(in crate::kinds) fn differences<'a>(
    fields: impl IntoIterator<Item = (&'a str, Option<&'a str>, Option<&'a str>)>,
) -> Option<String> {
    let differing: Vec<String> = fields
        .into_iter()
        .filter_map(|(field, there, asked)| {
            let (there, asked) = there.filter(|there| !there.is_empty()).zip(asked)?;
            (there != asked).then(|| format!("{field} is {there:?} there and {asked:?} here"))
        })
        .collect();
    (!differing.is_empty()).then(|| differing.join(", "))
}
