//! What the transport tells about itself, for metrics.

use super::breaker::BreakerState;

/// Hears what happens on the way to a remote API. All words are from bounded sets.
pub trait Recorder: Send + Sync {
    /// One request was put on the network and came to an end. `outcome` is `done`, `refused`, `throttled` or
    /// `unknown`; `seconds` is the time from sending to the end of the answer.
    fn request(&self, api: &'static str, operation: &'static str, outcome: &'static str, seconds: f64);

    /// A request waited this many seconds for its turn under the rate limit.
    fn throttle_wait(&self, seconds: f64);

    /// A token was asked for. `outcome` is as for requests.
    fn token_refresh(&self, outcome: &'static str);

    /// The circuit breaker changed its state.
    fn breaker(&self, state: BreakerState);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRecorder;

impl Recorder for NoRecorder {
    fn request(&self, _: &'static str, _: &'static str, _: &'static str, _: f64) {}

    fn throttle_wait(&self, _: f64) {}

    fn token_refresh(&self, _: &'static str) {}

    fn breaker(&self, _: BreakerState) {}
}
