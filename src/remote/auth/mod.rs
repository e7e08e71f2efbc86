//! Signing in: tokens of every kind of account, cached and refreshed.

mod cache;
mod credentials;
mod organisation;
mod source;
mod token;

pub use credentials::{CITRIX_CLOUD, CSP, ClientCredentials, Credentials};
pub use source::TokenSource;
pub use token::Token;
