//! The objects as the API server has them, and what their changes wake.
//!
//! | file | idea |
//! |---|---|
//! | `watched` | what the watches need to know of a kind: a line per kind |
//! | `fingerprint` | what of an object matters for waking; a status written by the operator does not |
//! | `sightings` | what has been seen of one stream, and what an event of it means: pure |
//! | `stream` | one task per kind: events into the cache and into the queue |
//! | `caches` | the caches |
//! | `around` | what surrounds an ImageCatalog and an ImageVersion |

mod around;
mod caches;
mod fingerprint;
mod sightings;
mod stream;
mod watched;

pub use caches::{Caches, Namespaces};
pub use watched::Watched;

pub(super) use caches::{Read, Writers, caches};
pub(super) use stream::{Hearers, watch};
