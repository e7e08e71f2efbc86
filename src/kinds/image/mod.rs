//! What an image and its further versions have in common.
//!
//! | file | what it does |
//! |---|---|
//! | `seen` | marks, phases and differences in the words of the lifecycle |
//! | `request`, `publish` | parts of the spec in the words of the remote |
//! | `change` | what can be changed about a version |
//! | `standing` | says where a version stands |
//! | `mirror` | versions, copies and markers in a status |

pub(super) mod change;
pub(super) mod mirror;
mod publish;
pub(super) mod request;
pub(super) mod seen;
pub(super) mod standing;

pub use publish::PublishForm;
pub(super) use publish::same_shape;
