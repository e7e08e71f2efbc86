//! The transport shared by all remote APIs: one request in, one classified outcome out.
//!
//! A [`Wire`] puts single requests on the network; a [`Transport`] adds what an account needs around it: signing
//! in, the rate limit, the circuit breaker, the waiting that the remote asks for, and repeats where they are safe.

mod address;
mod allowed;
mod authorize;
mod body;
mod breaker;
mod classify;
mod gate;
mod guards;
mod holdoff;
mod limiter;
mod recorder;
mod request;
mod retry;
mod retry_after;
#[cfg(test)]
pub(in crate::remote) mod scripted;
#[cfg(test)]
mod tls_tests;
mod transport;
#[cfg(test)]
mod transport_tests;
mod wire;

pub(in crate::remote) use address::encode;
pub use address::{BaseUrl, InvalidBaseUrl};
pub use allowed::{AllowedHosts, HostPattern, InvalidHostPattern, PlainHttp};
pub use authorize::{Authorization, Authorize, SignInFailure};
pub use body::{Answer, excerpt};
pub use breaker::{BreakerSettings, BreakerState};
pub(in crate::remote) use classify::Class;
pub use gate::{AlwaysOpen, WriteGate};
pub use limiter::{InvalidRateLimit, RateLimit};
pub use recorder::{NoRecorder, Recorder};
pub use request::{Endpoint, RemoteError, Repeat, Request};
pub use retry::RetrySettings;
pub use transport::{Transport, TransportSettings};
pub use wire::{Wire, WireError, WireSettings};

pub(in crate::remote) use retry_after::retry_after;
pub(in crate::remote) use wire::{Exchange, WireRequest};
