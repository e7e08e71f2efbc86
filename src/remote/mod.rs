//! The remote APIs. Everything here knows the words of [`crate::lifecycle`] and nothing else of the crate.
//!
//! | folder | what it is |
//! |---|---|
//! | [`http`] | the transport shared by all: one request in, one classified outcome out |
//! | [`auth`] | signing in: tokens, cached and refreshed |
//! | [`imagemgmt`] | images, versions, copies and markers of the image management API |

#![warn(missing_docs)]

pub mod auth;
pub mod http;
pub mod imagemgmt;
