//! Custom images of SurferCloud, a white label of UCloud: one path, signed parameters, business errors in HTTP 200.
//!
//! Facts are from the public API pages of both (`uhost-api`, `uaccount-api`, `summary`), and from the vendor's
//! published SDKs for Go and Python where a comment says so.

mod client;
#[cfg(test)]
mod client_tests;
mod error;
mod keys;
pub mod model;
mod paging;
mod parameters;
mod ret_code;
mod state;

pub use super::phase::Phase;
pub use client::{Client, DEADLINE, SURFERCLOUD};
pub use keys::Keys;
pub use ret_code::lacks_room;
pub use state::ImageState;
