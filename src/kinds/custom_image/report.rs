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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::Standing;
    use crate::kinds::custom_image::examples::{resource, seen, wanted};

    const SG: &str = "copy/sg/org-demo";

    /// The state of each part.
    type States = &'static [(&'static str, &'static str)];

    #[test]
    fn the_states_of_the_image_and_its_copies_make_the_report() {
        let plain = wanted(&resource(&json!({})));
        let copied = json!({ "copies": [{ "region": "sg", "projectId": "org-demo" }] });
        let copied = wanted(&resource(&copied));
        let rows: [(&Wanted, States, Standing, Reason); 9] = [
            (&plain, &[], Standing::Reconciling, Reason::InTransition),
            (
                &plain,
                &[(IMAGE, "Making")],
                Standing::Reconciling,
                Reason::Importing,
            ),
            (
                &plain,
                &[(IMAGE, "Reviewing")],
                Standing::Reconciling,
                Reason::InTransition,
            ),
            (
                &plain,
                &[(IMAGE, "Available")],
                Standing::Ready,
                Reason::Available,
            ),
            (
                &plain,
                &[(IMAGE, "Unavailable")],
                Standing::Stalled,
                Reason::ImportFailed,
            ),
            (
                &copied,
                &[(IMAGE, "Available")],
                Standing::Reconciling,
                Reason::Replicating,
            ),
            (
                &copied,
                &[(IMAGE, "Available"), (SG, "Copying")],
                Standing::Reconciling,
                Reason::Replicating,
            ),
            (
                &copied,
                &[(IMAGE, "Available"), (SG, "Unavailable")],
                Standing::Stalled,
                Reason::CopyFailed,
            ),
            (
                &copied,
                &[(IMAGE, "Available"), (SG, "Available")],
                Standing::Ready,
                Reason::Available,
            ),
        ];
        for (wanted, states, standing, reason) in rows {
            let report = at_rest(wanted, &seen(states));
            assert_eq!((report.standing, report.reason), (standing, reason), "{states:?}");
        }
    }

    #[test]
    fn an_import_that_failed_says_what_to_check_and_how_to_go_on() {
        let report = at_rest(&wanted(&resource(&json!({}))), &seen(&[(IMAGE, "Unavailable")]));
        for words in ["gives no reason", "spec.format", RESOLVE, "state is Unavailable"] {
            assert!(report.message.contains(words), "{}", report.message);
        }
    }
}
