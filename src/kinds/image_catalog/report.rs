//! Says where an image stands.

use super::desired::recorded_version;
use super::markers::Markers;
use super::{Seen, Wanted};
use crate::api::{ImageCatalogStatus, Reason};
use crate::kinds::Report;
use crate::kinds::conditions;
use crate::kinds::image::standing::{OnceImported, Standing, shown};
use crate::lifecycle::Management;
use crate::remote::imagemgmt::model::Version;

/// Nothing is to be done: the remote's own words decide.
pub fn at_rest(wanted: &Wanted, seen: &Seen, status: &ImageCatalogStatus) -> Report {
    let report = of_the_image(wanted, seen, status);
    if report.standing != conditions::Standing::Ready
        || wanted.image.desired.management == Management::Observe
    {
        return report;
    }
    Markers { wanted, seen, status }.hold_back().unwrap_or(report)
}

fn of_the_image(wanted: &Wanted, seen: &Seen, status: &ImageCatalogStatus) -> Report {
    let recorded = recorded_version(status);
    let initial = seen.initial_version(wanted, recorded.as_ref());
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
