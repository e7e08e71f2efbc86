//! The live connections of CloudConnections.
//!
//! | file | idea |
//! |---|---|
//! | `secrets` | which Secrets a connection needs, and what came of looking for them |
//! | `blueprint` | what a connection is made from, checked; equality decides whether a live one stays |
//! | `connection` | one live connection: a remote system, limits, the way there |
//! | `remote` | the remote systems: client and inventory of each |
//! | `turns` | one at a time for each remote object |
//! | `registry` | all of them |
//! | `overview` | what all of them together look like, for metrics |

#![warn(missing_docs)]

mod blueprint;
mod connection;
#[cfg(test)]
mod examples;
mod overview;
mod registry;
mod remote;
mod secrets;
#[cfg(test)]
mod tests;
mod turns;

pub use crate::inventory::{AccountChange, Changes, Trust};
pub use blueprint::{Blueprint, BlueprintError};
pub use connection::{Checked, Connection};
pub use overview::Overview;
pub use registry::{ConnectionKey, Connections, Settings};
pub use remote::{ImageManagement, SurferCloud};
pub use secrets::{Looked, ResolvedSecrets, SecretError, SecretReference, secret_references};
pub use turns::Turn;
