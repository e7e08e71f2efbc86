//! The Kubernetes side.
pub mod events;
pub mod reconcile;
