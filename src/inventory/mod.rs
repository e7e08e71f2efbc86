//! What one account contains, listed once and shared by every object.
//!
//! | file | idea |
//! |---|---|
//! | `inventory` | what callers ask: the last snapshot, one newer than a moment, news |
//! | `look`, `reading` | finding the images that could be an object; reading an image's versions |
//! | `listing` | one listing: two lists, put together, judged, and kept |
//! | `poll` | the loop that keeps it current |
//! | `snapshot`, `join`, `fingerprint` | what is kept of images and their copies |
//! | `versions`, `watchers` | versions as read; the images that somebody holds |
//! | `source` | the few reads that it is made of |
//! | `regional`, `place` | the same for an account whose objects are listed place by place |
//! | `rhythm`, `news` | when a list is read next and how far it is believed; who is told what moved |
//! | `single_flight`, `pace`, `schedule`, `suspicion`, `difference`, `mailbox` | ideas that know nothing of images |

#![warn(missing_docs)]

mod certain;
mod changes;
mod difference;
#[cfg(test)]
mod examples;
mod fingerprint;
#[expect(
    clippy::module_inception,
    reason = "the file is named for its type, as all files are"
)]
mod inventory;
mod join;
mod listing;
mod lock;
mod look;
mod mailbox;
mod news;
mod pace;
mod place;
mod poll;
mod reading;
mod recorder;
mod regional;
mod rhythm;
mod schedule;
mod single_flight;
mod snapshot;
mod source;
mod suspicion;
mod versions;
mod watchers;

#[cfg(test)]
mod tests;

pub use changes::{AccountChange, Changes, Touched};
pub use fingerprint::Fingerprint;
pub use inventory::{Inventory, Settings};
pub use mailbox::{Mailbox, Merge};
pub use news::Subscription;
pub use place::Located;
pub use recorder::{InventoryRecorder, NoInventoryRecorder, ReadCause};
pub use regional::{Regional, RegionalSource};
pub use schedule::{Intervals, InvalidIntervals};
pub use snapshot::{Entry, Item, Named, Snapshot};
pub use source::Source;
pub use suspicion::Trust;
pub use versions::Versions;
