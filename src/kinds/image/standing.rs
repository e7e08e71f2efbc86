//! Says where a version stands when nothing is to be done, in the remote's own words.

use crate::api::Reason;
use crate::api::names::RESOLVE;
use crate::kinds::Report;
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::{Copy, Version};

/// What is said about: a version, and the copies that it has.
pub(in crate::kinds) struct Standing<'a> {
    /// What the resource stands for, such as `image`.
    pub noun: &'static str,
    /// Where it stands.
    pub phase: Phase,
    /// Where the image stands.
    pub image_phase: Phase,
    /// The version, where there is one.
    pub version: Option<&'a Version>,
    /// Its copies.
    pub copies: Vec<&'a Copy>,
    /// What becomes of a version that is imported.
    pub once_imported: OnceImported,
    /// The statuses that there are, in a sentence.
    pub words: String,
}

/// What becomes of a version that is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kinds) enum OnceImported {
    /// It is published.
    IsPublished,
    /// It waits for a person.
    Waits,
}

impl Standing<'_> {
    /// The remote's own words decide.
    pub(in crate::kinds) fn report(&self) -> Report {
        let words = &self.words;
        match self.phase {
            Phase::Available | Phase::Degraded if self.image_phase == Phase::InTransition => {
                Report::reconciling(Reason::InTransition, format!("the remote is at work; {words}"))
            }
            Phase::Available => Report::ready(Reason::Available, format!("available; {words}")),
            Phase::Degraded => Report::ready(
                Reason::PartiallyAvailable,
                format!("some copies failed{}; {words}", self.errors()),
            ),
            Phase::WaitingForUser if self.once_imported == OnceImported::IsPublished => {
                Report::reconciling(Reason::Publishing, format!("about to be published; {words}"))
            }
            Phase::WaitingForUser => Report::ready(
                Reason::ImportComplete,
                format!("imported; customise its VM, then add spec.publish to publish it; {words}"),
            ),
            Phase::InTransition => Report::reconciling(self.transition(), words.clone()),
            Phase::Deleting => Report::reconciling(
                Reason::Deleting,
                format!("being deleted, not by this resource; {words}"),
            ),
            Phase::Disabled => Report::stalled(
                Reason::Disabled,
                format!("enable it in the vendor's console; {words}"),
            ),
            Phase::Failed => self.failed(),
        }
    }

    fn transition(&self) -> Reason {
        match self
            .version
            .map(|version| version.status.as_str())
            .unwrap_or_default()
        {
            "PENDING" => Reason::Creating,
            "IMPORT_IN_PROGRESS" => Reason::Importing,
            "PUBLISH_IN_PROGRESS" => Reason::Publishing,
            "REPLICATION_IN_PROGRESS" => Reason::Replicating,
            "VALIDATION_IN_PROGRESS" => Reason::Validating,
            _ => Reason::InTransition,
        }
    }

    fn failed(&self) -> Report {
        let (noun, words, errors) = (self.noun, &self.words, self.errors());
        let version = self.version;
        let action = version
            .and_then(|version| version.last_triggered_action.as_deref())
            .unwrap_or_default();
        let deletion = self
            .copies
            .iter()
            .any(|copy| copy.status.as_str() == "DELETION_FAILED");
        if deletion {
            return Report::stalled(
                Reason::DeleteFailed,
                format!("the remote failed to delete it{errors}; {words}"),
            );
        }
        if version.is_some_and(|version| version.status.as_str() == "VALIDATION_FAILED") {
            return Report::stalled(
                Reason::ValidationFailed,
                format!("it did not pass its validation{errors}; {words}"),
            );
        }
        match action {
            "PUBLISH" => Report::stalled(
                Reason::PublishFailed,
                format!("the remote failed to publish it{errors}; {words}"),
            ),
            _ => Report::stalled(
                Reason::ImportFailed,
                format!(
                    "the remote failed to import it{errors}; correct the cause, then annotate the resource with \
                     {RESOLVE}=recreate to delete this {noun} and make it again; {words}"
                ),
            ),
        }
    }

    fn errors(&self) -> String {
        match errors(self.copies.iter().copied()) {
            Some(errors) => format!(" ({errors})"),
            None => String::new(),
        }
    }
}

/// What copies say went wrong.
pub(in crate::kinds) fn errors<'a>(copies: impl IntoIterator<Item = &'a Copy>) -> Option<String> {
    let errors: Vec<String> = copies
        .into_iter()
        .filter(|copy| copy.error_code.is_some() || copy.error_details.is_some())
        .map(|copy| {
            let code = copy.error_code.as_deref().unwrap_or("no code");
            let details = copy.error_details.as_deref().unwrap_or("no details");
            format!("{code}: {details}")
        })
        .collect();
    (!errors.is_empty()).then(|| errors.join("; "))
}

/// A status word for a sentence.
pub(in crate::kinds) fn shown(word: &str) -> &str {
    if word.is_empty() { "not told" } else { word }
}
