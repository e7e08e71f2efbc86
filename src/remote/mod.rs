//! The remote APIs. Everything here knows the words of [`crate::lifecycle`] and nothing else of the crate.
//!
//! | folder | what it is |
//! |---|---|
//! | [`http`] | the transport shared by all: one request in, one classified outcome out |
//! | [`auth`] | signing in: tokens, cached and refreshed |
//! | [`imagemgmt`] | images, versions, copies and markers of the image management API |
//! | [`surfercloud`] | custom images of SurferCloud |
//! | [`listing`] `phase` `loose` | what they share: lists, status words, lenient reading |

#![warn(missing_docs)]

pub mod auth;
pub mod http;
pub mod imagemgmt;
pub mod listing;
mod loose;
mod phase;
mod redact;
pub mod surfercloud;

/// The hosts of the vendors: what may be spoken to unless the operator is told otherwise. Named by the vendors' public
/// documents and clients: the service and its data centres, its sign-in, Citrix Cloud and its regions, SurferCloud.
pub const VENDOR_HOSTS: [&str; 11] = [
    "cloud.omnissahorizon.com",
    "cloud.vmwarehorizon.com",
    "*.horizon.omnissa.com",
    "*.horizon.vmware.com",
    "connect.omnissa.com",
    "console.cloud.omnissa.com",
    "console.cloud.vmware.com",
    "*.cloud.com",
    "*.citrixcloud.jp",
    "*.citrixworkspacesapi.net",
    "api.surfercloud.com",
];
