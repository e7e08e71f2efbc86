//! What the integration tests and the demo stand on: a real API server, the built operator, the simulator.
//!
//! A test takes [`cluster`], makes itself a namespace with [`Cluster::namespace`], starts a [`Simulator`] and
//! an [`Operator`] of its own there, and waits with [`eventually`]. Nothing that is started here outlives the
//! program that started it.

#![allow(
    dead_code,
    unused_imports,
    reason = "every test binary uses another part of this module"
)]
#![allow(unreachable_pub, reason = "the module is compiled into each test binary")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a panic with a message is how a test fails"
)]

pub mod audit;
pub mod cluster;
pub mod eventually;
pub mod failure;
pub mod gallery;
pub mod kubectl;
pub mod manifest;
pub mod namespace;
pub mod operator;
pub mod process;
pub mod simulator;
pub mod subject;
pub mod surfercloud;
pub mod workplace;

pub use cluster::{Cluster, cluster};
pub use eventually::eventually;
pub use namespace::Namespace;
pub use operator::{Operator, OperatorOptions};
pub use simulator::{FaultId, Simulator, SimulatorOptions};
pub use subject::{Kind, Subject};
