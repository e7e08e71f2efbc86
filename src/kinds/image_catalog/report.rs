//! Says where an image stands.

use super::{Seen, Wanted};
use crate::api::Reason;
use crate::kinds::Report;
use crate::kinds::image::standing::{OnceImported, Standing, shown};
use crate::lifecycle::{Management, RemoteId};
use crate::remote::imagemgmt::model::Version;

/// Nothing is to be done: the remote's own words decide.
pub fn at_rest(wanted: &Wanted, seen: &Seen, recorded: Option<&RemoteId>) -> Report {
    let initial = seen.initial_version(wanted, recorded);
    let words = words(seen, initial);
    if wanted.image.desired.management == Management::Observe {
        return Report::ready(Reason::Observed, format!("only observed; {words}"));
    }
    let image_phase = seen.image().status.phase();
    let copies = seen.entry.copies.iter();
    Standing {
        noun: "image",
        phase: initial.map_or(image_phase, |version| version.status.phase()),
        image_phase,
        version: initial,
        copies: copies
            .filter(|copy| initial.is_none_or(|version| copy.version_id.as_ref() == Some(&version.id)))
            .collect(),
        once_imported: match wanted.publish {
            Some(_) => OnceImported::IsPublished,
            None => OnceImported::Waits,
        },
        words,
    }
    .report()
}

fn words(seen: &Seen, initial: Option<&Version>) -> String {
    let stream = format!("streamStatus is {}", shown(seen.image().status.as_str()));
    match initial {
        Some(version) => format!("{stream}, versionStatus is {}", shown(version.status.as_str())),
        None => stream,
    }
}

#[cfg(test)]
mod tests;
