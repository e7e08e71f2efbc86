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
