//! The Kubernetes side: what changes in the cluster becomes passes over objects.
//!
//! | module | idea |
//! |---|---|
//! | [`run`](fn@run) | everything started, in order, and stopped again |
//! | [`cluster`] | the way to the API server, the definitions, the id of the cluster |
//! | [`watch`] | the objects as the API server has them, and what their changes wake |
//! | [`reconcile`] | the passes: one look at one resource, from its spec to its status |
//! | [`lease`] | which of several processes works |
//! | [`queue`] | what is worked on next, and the workers |
//! | [`rehearsal`] | passes that change nothing, to tell what they would do |
//! | [`events`] | Kubernetes events |
//! | [`metrics`] | what is counted and measured |
//! | [`serve`] | probes, metrics, the log level |
//! | [`readiness`] | what is still missing before the operator works |
//! | [`key`] | the name of an object |

#![warn(missing_docs)]

pub mod cluster;
pub mod events;
pub mod key;
pub mod lease;
pub mod metrics;
pub mod queue;
pub mod readiness;
pub mod reconcile;
pub mod rehearsal;
mod run;
#[cfg(test)]
mod scripted;
pub mod serve;
pub mod watch;

pub use run::{RunError, Settings, Tools, run};
