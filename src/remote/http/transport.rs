//! The way of a request of one account, from its description to its outcome.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderValue;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};
use tracing::Instrument;

use super::authorize::{Authorization, Authorize};
use super::body::Answer;
use super::breaker::{BreakerSettings, BreakerState, Health};
use super::classify::{self, Class};
use super::gate::{AlwaysOpen, WriteGate};
use super::guards::{Guards, Stay};
use super::limiter::{Limiter, RateLimit};
use super::recorder::Recorder;
use super::request::{Payload, Repeat, Request};
use super::retry::RetrySettings;
use super::wire::{Exchange, Wire, WireRequest};
use crate::lifecycle::{Outcome, Problem, ProblemKind};

/// After which time to ask again when the write gate is shut.
const GATE_PAUSE: Duration = Duration::from_secs(1);

/// How the requests of an account are spaced and repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransportSettings {
    /// How many requests may be sent.
    pub rate_limit: RateLimit,
    /// When nothing is sent because the remote fails.
    pub breaker: BreakerSettings,
    /// How reads are repeated.
    pub retry: RetrySettings,
}

/// The way to the remote APIs of one account.
///
/// Shares between all its requests: the sign-in, the rate limit, the wait that the remote asked for, and the circuit
/// breaker.
pub struct Transport {
    wire: Arc<Wire>,
    authorize: Option<Arc<dyn Authorize>>,
    write_gate: Arc<dyn WriteGate>,
    recorder: Arc<dyn Recorder>,
    limiter: Limiter,
    retry: RetrySettings,
    guards: Mutex<Guards>,
}

impl Transport {
    /// A transport without a sign-in.
    pub fn new(wire: Arc<Wire>, settings: TransportSettings, recorder: Arc<dyn Recorder>) -> Self {
        Transport {
            wire,
            authorize: None,
            write_gate: Arc::new(AlwaysOpen),
            recorder,
            limiter: Limiter::new(settings.rate_limit),
            retry: settings.retry,
            guards: Mutex::new(Guards::new(settings.breaker)),
        }
    }

    /// Signs its requests in.
    #[must_use]
    pub fn with_sign_in(mut self, authorize: Arc<dyn Authorize>) -> Self {
        self.authorize = Some(authorize);
        self
    }

    /// Asks this gate immediately before each write.
    #[must_use]
    pub fn with_write_gate(mut self, gate: Arc<dyn WriteGate>) -> Self {
        self.write_gate = gate;
        self
    }

    /// The state of the circuit breaker.
    pub fn breaker_state(&self) -> BreakerState {
        self.guards().state(Instant::now())
    }

    /// How long the remote asked that nothing be sent, counted from now.
    pub fn held_off(&self) -> Option<Duration> {
        self.guards().held_off(Instant::now())
    }

    /// Sends a request whose answer is JSON.
    pub async fn send<T: DeserializeOwned>(&self, request: Request) -> Outcome<T> {
        self.repeat(&request, classify::json).await
    }

    /// Sends a request whose answer is JSON, or empty.
    pub async fn send_optional<T: DeserializeOwned>(&self, request: Request) -> Outcome<Option<T>> {
        self.repeat(&request, classify::json_or_nothing).await
    }

    /// Sends a request of whose answer only the status counts.
    pub async fn send_unit(&self, request: Request) -> Outcome<()> {
        self.repeat(&request, |_| Ok(())).await
    }

    /// Sends a request and gives its successful answer as it came, whole.
    pub async fn send_raw(&self, request: Request) -> Outcome<Answer> {
        self.repeat(&request, |answer| {
            classify::complete(answer).map(|()| answer.clone())
        })
        .await
    }

    /// Repeats a request that is safe to repeat, within its deadline.
    async fn repeat<T>(&self, request: &Request, read: impl Fn(&Answer) -> Result<T, Problem>) -> Outcome<T> {
        let within = request.deadline.unwrap_or(self.wire.deadline());
        let started = Instant::now();
        let mut left = within;
        let mut attempt = 1;
        loop {
            let outcome = self.signed_in(request, &read, left).await;
            if request.repeat == Repeat::Never || !may_pass_by_itself(&outcome) {
                return outcome;
            }
            let Some(pause) = self.retry.pause_after(attempt, fastrand::f64()) else {
                return outcome;
            };
            left = within.saturating_sub(started.elapsed() + pause);
            if left.is_zero() {
                return outcome;
            }
            sleep(pause).await;
            attempt += 1;
        }
    }

    /// Sends a request with its authorization. A 401 says that nothing was done, so after a fresh sign-in the
    /// request is sent once more, be it a write.
    async fn signed_in<T>(
        &self,
        request: &Request,
        read: &impl Fn(&Answer) -> Result<T, Problem>,
        within: Duration,
    ) -> Outcome<T> {
        let Some(authorize) = &self.authorize else {
            return self.once(request, None, read, within).await;
        };
        let authorization = match authorize.authorization().await {
            Ok(authorization) => authorization,
            Err(failure) => return about(request, failure.into_outcome()),
        };
        let outcome = self.once(request, Some(&authorization), read, within).await;
        if !is_unauthorized(&outcome) {
            return outcome;
        }
        authorize.rejected(&authorization);
        match authorize.authorization().await {
            Ok(fresh) => self.once(request, Some(&fresh), read, within).await,
            Err(failure) => about(request, failure.into_outcome()),
        }
    }

    /// Waits for a turn, sends once, and learns from what comes back.
    async fn once<T>(
        &self,
        request: &Request,
        authorization: Option<&Authorization>,
        read: &impl Fn(&Answer) -> Result<T, Problem>,
        within: Duration,
    ) -> Outcome<T> {
        if let Err(stay) = self.pass(request).await {
            return about(request, stay.into_outcome());
        }
        let wire_request = wire_request(request, authorization);
        let started = Instant::now();
        let span = tracing::info_span!(
            "remote request",
            api = request.endpoint.api,
            operation = request.operation
        );
        let exchange = self.wire.exchange(&wire_request, within).instrument(span).await;
        let outcome = about(request, self.conclude(request, exchange, read));
        self.tell(request, &outcome, started.elapsed());
        outcome
    }

    /// Lets a request pass when nothing holds it back. What may hold it is looked at before the wait for its turn,
    /// so that it does not wait for nothing, and after it, because things may have changed meanwhile.
    async fn pass(&self, request: &Request) -> Result<(), Stay> {
        let now = Instant::now();
        self.guards().look(now, request.repeat)?;
        let waited = self.limiter.turn().await;
        if !waited.is_zero() {
            self.recorder.throttle_wait(waited.as_secs_f64());
        }
        let now = Instant::now();
        self.change_guards(|guards| guards.enter(now, request.repeat))?;
        match request.repeat {
            Repeat::Safe => Ok(()),
            Repeat::Never => self.write_gate.check().map_err(|problem| Stay {
                retry_after: GATE_PAUSE,
                problem,
            }),
        }
    }

    fn conclude<T>(
        &self,
        request: &Request,
        exchange: Exchange,
        read: &impl Fn(&Answer) -> Result<T, Problem>,
    ) -> Outcome<T> {
        let now = Instant::now();
        let answer = match exchange {
            Exchange::Answered(answer) => answer,
            Exchange::NotDone(problem) => {
                self.learn(now, health_of(problem.kind));
                return Outcome::Refused(problem);
            }
            Exchange::Lost(problem) => {
                self.learn(now, Health::Bad);
                return Outcome::Unknown(problem);
            }
        };
        let error = (request.endpoint.read_error)(&answer);
        let wait = classify::wait_asked(&answer, error.as_ref(), Timestamp::now());
        let told = error.as_ref().and_then(|error| error.class);
        let class = told.unwrap_or_else(|| classify::class_of(answer.status, request.repeat, wait));
        let health = if answer.status >= 500 || matches!(told, Some(Class::Unknown(_))) {
            Health::Bad
        } else {
            Health::Good
        };
        let pause = self.change_guards(|guards| {
            guards.learn(now, health);
            guards.pace(now, class, wait)
        });
        match class {
            Class::Success => match read(&answer) {
                Ok(value) => Outcome::Done(value),
                Err(problem) => Outcome::Unknown(problem),
            },
            Class::Refused(kind) => Outcome::Refused(classify::problem(kind, &answer, error)),
            Class::Unknown(kind) => Outcome::Unknown(classify::problem(kind, &answer, error)),
            Class::Throttled(kind) => Outcome::Throttled {
                retry_after: pause,
                problem: classify::problem(kind, &answer, error),
            },
        }
    }

    fn learn(&self, now: Instant, health: Health) {
        self.change_guards(|guards| guards.learn(now, health));
    }

    fn tell<T>(&self, request: &Request, outcome: &Outcome<T>, took: Duration) {
        let api = request.endpoint.api;
        let operation = request.operation;
        let class = outcome.class();
        let problem = outcome.problem();
        let status = problem.and_then(|problem| problem.http_status);
        let kind = problem.map(|problem| problem.kind.as_str());
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        match request.repeat {
            Repeat::Never => tracing::info!(
                api,
                operation,
                subject = request.subject,
                outcome = class,
                problem = kind,
                status,
                milliseconds,
                "remote write"
            ),
            Repeat::Safe => tracing::debug!(
                api,
                operation,
                subject = request.subject,
                outcome = class,
                problem = kind,
                status,
                milliseconds,
                "remote read"
            ),
        }
        self.recorder.request(api, operation, class, took.as_secs_f64());
    }

    fn guards(&self) -> MutexGuard<'_, Guards> {
        self.guards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the guards, and tells when that changed the breaker's state.
    fn change_guards<R>(&self, change: impl FnOnce(&mut Guards) -> R) -> R {
        let mut guards = self.guards();
        let result = change(&mut guards);
        let changed = guards.changed_state(Instant::now());
        drop(guards);
        if let Some(state) = changed {
            tracing::warn!(state = state.as_str(), "circuit breaker changed");
            self.recorder.breaker(state);
        }
        result
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}

fn wire_request(request: &Request, authorization: Option<&Authorization>) -> WireRequest {
    let mut headers = request.headers.clone();
    if let Some(authorization) = authorization {
        headers.extend(authorization.headers.iter().cloned());
    }
    let body = match &request.payload {
        Payload::Nothing => None,
        Payload::Json(body) => Some((HeaderValue::from_static("application/json"), body.clone())),
        Payload::Form(body) => Some((
            HeaderValue::from_static("application/x-www-form-urlencoded"),
            body.clone(),
        )),
    };
    WireRequest {
        method: request.method.clone(),
        url: request
            .endpoint
            .base_url
            .join(request.segments.iter().map(String::as_str), &request.query),
        headers,
        body,
    }
}

/// Says in the problem what was being done to what.
fn about<T>(request: &Request, mut outcome: Outcome<T>) -> Outcome<T> {
    match &mut outcome {
        Outcome::Done(_) => {}
        Outcome::Refused(problem) | Outcome::Throttled { problem, .. } | Outcome::Unknown(problem) => {
            problem.message = format!("{}: {}", request.purpose(), problem.message);
        }
    }
    outcome
}

fn is_unauthorized<T>(outcome: &Outcome<T>) -> bool {
    matches!(outcome, Outcome::Refused(problem) if problem.kind == ProblemKind::Unauthorized)
}

/// Whether the same read may well succeed in a moment.
fn may_pass_by_itself<T>(outcome: &Outcome<T>) -> bool {
    match outcome {
        Outcome::Unknown(problem) => problem.kind != ProblemKind::TooLarge,
        Outcome::Refused(problem) => problem.kind == ProblemKind::Unreachable,
        Outcome::Done(_) | Outcome::Throttled { .. } => false,
    }
}

fn health_of(kind: ProblemKind) -> Health {
    match kind {
        ProblemKind::Unreachable | ProblemKind::Tls => Health::Bad,
        _ => Health::Untold,
    }
}
