//! What each kind wants, sees, changes and says. All of it pure, but for `look` and `perform`.
//!
//! | file | what it does |
//! |---|---|
//! | `desired` | reads a spec into checked types |
//! | `observed` | turns what the remote shows into sightings |
//! | `look` | turns one look into the reads that it takes |
//! | `changes` | picks the next change, in order |
//! | `perform` | turns one step into one remote call |
//! | `report` | says where things stand, as status and condition |

pub mod cloud_connection;
pub mod conditions;
pub mod image_catalog;
pub mod memory;
pub mod policies;

pub use conditions::{Report, Standing};
