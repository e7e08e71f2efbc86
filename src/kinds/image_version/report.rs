//! Says where a version stands.

use super::{Seen, Wanted};
use crate::api::Reason;
use crate::kinds::Report;
use crate::kinds::image::standing::{OnceImported, Standing, errors, shown};
use crate::lifecycle::Management;

/// Nothing is to be done: the remote's own words decide.
pub fn at_rest(wanted: &Wanted, seen: &Seen) -> Report {
    let words = format!(
        "imageStatus is {}, versionStatus is {}",
        shown(seen.image_status.as_str()),
        shown(seen.version.status.as_str())
    );
    if wanted.version.desired.management == Management::Observe {
        return Report::ready(Reason::Observed, format!("only observed; {words}"));
    }
    let phase = seen.version.status.phase();
    Standing {
        noun: "version",
        phase,
        // What else goes on in the image is no matter of this version.
        image_phase: phase,
        version: Some(&seen.version),
        copies: seen.copies.iter().collect(),
        once_imported: match wanted.publish {
            Some(_) => OnceImported::IsPublished,
            None => OnceImported::Waits,
        },
        words,
    }
    .report()
}

/// What the copies say went wrong.
pub fn troubles(seen: &Seen) -> Option<String> {
    errors(&seen.copies)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kinds::Standing;
    use crate::kinds::image_version::examples::{copy, seen, version, wanted};

    fn said(spec: Value, there: Value) -> (Standing, Reason) {
        let report = at_rest(&wanted(spec), &seen(version(there), vec![]));
        assert!(
            report
                .message
                .contains("imageStatus is AVAILABLE, versionStatus is"),
            "{}",
            report.message
        );
        (report.standing, report.reason)
    }

    #[test]
    fn the_status_of_the_version_decides_whatever_else_goes_on_in_the_image() {
        use Standing::{Ready, Reconciling, Stalled};
        let rows = [
            ("AVAILABLE", Ready, Reason::Available),
            ("PARTIALLY_AVAILABLE", Ready, Reason::PartiallyAvailable),
            ("IMPORT_COMPLETE", Ready, Reason::ImportComplete),
            ("IMPORT_IN_PROGRESS", Reconciling, Reason::Importing),
            ("A_NEW_WORD", Reconciling, Reason::InTransition),
            ("FAILED", Stalled, Reason::ImportFailed),
            ("VALIDATION_FAILED", Stalled, Reason::ValidationFailed),
            ("DISABLED", Stalled, Reason::Disabled),
        ];
        for (status, standing, reason) in rows {
            let found = said(json!({}), json!({ "status": status }));
            assert_eq!(found, (standing, reason), "{status}");
        }
        let publishing = said(json!({ "publish": {} }), json!({ "status": "IMPORT_COMPLETE" }));
        assert_eq!(publishing, (Reconciling, Reason::Publishing));
        let observed = said(
            json!({ "managementPolicy": "Observe" }),
            json!({ "status": "FAILED" }),
        );
        assert_eq!(observed, (Ready, Reason::Observed));
    }

    #[test]
    fn what_went_wrong_is_told_in_the_words_of_the_copies() {
        let mut failed = copy("c1", "p2", "REPLICATION_FAILED");
        failed.error_code = Some("E1".to_owned());
        failed.error_details = Some("no space".to_owned());
        let seen = seen(version(json!({})), vec![failed]);
        assert_eq!(troubles(&seen).as_deref(), Some("E1: no space"));
    }
}
