//! What a transport needs of a sign-in.

use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::header::{HeaderName, HeaderValue};

use crate::lifecycle::{Outcome, Problem};

/// Gives requests their authorization.
pub trait Authorize: Send + Sync {
    /// The headers for the next request, signing in first where necessary.
    fn authorization(&self) -> BoxFuture<'_, Result<Authorization, SignInFailure>>;

    /// The remote answered 401 to a request with these headers: the next call signs in anew.
    fn rejected(&self, authorization: &Authorization);
}

/// The headers that authorize a request. Their values are marked sensitive.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// The headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Which sign-in they come from.
    pub sign_in: u64,
}

/// Why there is no authorization; the request was certainly not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInFailure {
    /// The credentials are not accepted, or the sign-in service cannot be reached.
    Refused(Problem),
    /// The sign-in service fails or asks to wait.
    Throttled {
        /// Not before this long from now.
        retry_after: Duration,
        /// What was said.
        problem: Problem,
    },
}

impl SignInFailure {
    /// The outcome of a request that could not be sent for this reason.
    pub fn into_outcome<T>(self) -> Outcome<T> {
        match self {
            SignInFailure::Refused(problem) => Outcome::Refused(problem),
            SignInFailure::Throttled { retry_after, problem } => Outcome::Throttled { retry_after, problem },
        }
    }
}
