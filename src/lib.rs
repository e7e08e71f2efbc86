//! The map of the crate. ARCHITECTURE.md tells the whole story; `tests/house.rs` holds the rules of who may use whom.
//!
//! | folder | what it is | may use |
//! |---|---|---|
//! | [`lifecycle`] | the pure state machine that every managed object follows | nothing |
//! | [`api`] | the custom resources | nothing |
//! | [`remote`] | the remote APIs | `lifecycle` |
//! | [`inventory`] | what an account contains, listed once and shared | `remote`, `lifecycle` |
//! | [`connections`] | the live connection of an account | `inventory`, `remote`, `api`, `lifecycle` |
//! | [`kinds`] | one folder per kind: what it wants, what is seen, what to do, what to say | all of these |
//! | [`controller`] | the Kubernetes side: queue, passes, status, events, probes | `kinds`, `connections`, `api`, `lifecycle` |
//! | [`simulator`] | a faithful fake of the remote APIs | nothing |
//! | [`cli`] | the command line | all |

pub mod api;
pub mod cli;
pub mod connections;
pub mod controller;
pub mod inventory;
pub mod kinds;
pub mod lifecycle;
pub mod remote;
pub mod simulator;
