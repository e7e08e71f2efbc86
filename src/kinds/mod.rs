//! What each kind wants, sees, changes and says. All of it pure, but for `look` and `perform`.
//!
//! | file | what it does |
//! |---|---|
//! | `desired` | reads a spec into checked types |
//! | `observed` | turns what the remote shows into sightings |
//! | `look` | turns one look into the reads that it takes |
//! | `changes` | picks the next change, in order |
//! | `perform` | turns one step into one remote call |
//! | `report` | says where things stand when nothing is to be done |
//! | `mirror` | mirrors what the remote shows into the status |
//!
//! What all of them share: `managed` is what a pass needs to know of a kind, `words` says what is being done, `policies`
//! and `memory` put spec and record into the words of the lifecycle.

pub mod applied;
pub mod cloud_connection;
pub mod conditions;
pub mod custom_image;
pub mod image;
pub mod image_catalog;
pub mod image_version;
pub mod managed;
pub mod memory;
pub mod moved;
pub mod policies;
pub mod words;

pub use conditions::{Report, Standing};
pub use managed::Managed;
pub use moved::Moved;
