//! Says where an image stands.

use super::desired::is_present;
use super::{IMAGE, Seen, Wanted};
use crate::api::Reason;
use crate::api::names::RESOLVE;
use crate::kinds::Report;
use crate::lifecycle::Management;
use crate::remote::surfercloud::Phase;
use crate::remote::surfercloud::model::Image;

/// Nothing is to be done: the remote's own words decide.
pub fn at_rest(wanted: &Wanted, seen: &Seen) -> Report {
    let Some(image) = seen.image() else {
        return Report::reconciling(Reason::InTransition, "the image is not listed yet");
    };
    let words = format!("state is {}", shown(image));
    let observes = wanted
        .parts()
        .iter()
        .any(|part| part.desired.management == Management::Observe);
    if observes {
        return Report::ready(Reason::Observed, format!("only observed; {words}"));
    }
    match image.state.phase() {
        Phase::Available | Phase::Degraded => copies(wanted, seen, &words),
        Phase::Failed => Report::stalled(
            Reason::ImportFailed,
            format!(
                "the remote failed to import the image and gives no reason: check that ufileUrl can be read from there \
                 without signing in, that the file is whole and has the format of spec.format, and that its system boots; \
                 then annotate the resource with {RESOLVE}=recreate to delete this image and import it again; {words}"
            ),
        ),
        Phase::Deleting => Report::reconciling(
            Reason::Deleting,
            format!("being deleted, not by this resource; {words}"),
        ),
        Phase::Disabled => Report::stalled(Reason::Disabled, words),
        Phase::InTransition | Phase::WaitingForUser => {
            let reason = match image.state.as_str() {
                "Making" => Reason::Importing,
                _ => Reason::InTransition,
            };
            Report::reconciling(reason, words)
        }
    }
}

/// The image is available: its copies decide.
fn copies(wanted: &Wanted, seen: &Seen, words: &str) -> Report {
    let copies: Vec<(&str, Option<&Image>)> = wanted
        .parts()
        .iter()
        .filter(|part| *part.name != *IMAGE && is_present(part))
        .map(|part| (&*part.name, seen.of(&part.name)))
        .collect();
    let in_phase = |wanted: &[Phase]| -> Vec<&str> {
        copies
            .iter()
            .filter(|(_, image)| image.is_some_and(|image| wanted.contains(&image.state.phase())))
            .map(|(name, _)| *name)
            .collect()
    };
    let failed = in_phase(&[Phase::Failed]);
    if !failed.is_empty() {
        return Report::stalled(
            Reason::CopyFailed,
            format!(
                "the remote failed to make these copies and gives no reason: {}; annotate the resource with \
                 {RESOLVE}=recreate to delete them and copy again; {words}",
                failed.join(", ")
            ),
        );
    }
    let done = in_phase(&[Phase::Available, Phase::Degraded]);
    if done.len() == copies.len() {
        return Report::ready(Reason::Available, format!("available; {words}"));
    }
    Report::reconciling(
        Reason::Replicating,
        format!("{} of {} copies are available; {words}", done.len(), copies.len()),
    )
}

fn shown(image: &Image) -> &str {
    match image.state.as_str() {
        "" => "not told",
        state => state,
    }
}
