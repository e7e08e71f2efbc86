//! Everything that the simulator remembers, behind one lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, Method, StatusCode, header};
use jiff::Timestamp;

use super::Options;
use super::clock::{Clock, Moment};
use super::error::{ApiError, error_reply};
use super::faults::{Faults, Taken};
use super::ids::Ids;
use super::imagemgmt::{self, Turn, Twist, World};
use super::query::Query;
use super::reply::Reply;
use super::requests::Requests;
use super::route::{Operation, Route};
use super::settings::Settings;
use super::signin::{Denied, Desk, Form, Scheme, Tokens, citrix_error};
use super::surfercloud::{self, Call};

const OBJECT_SEED: u64 = 1 << 32;
const TRACE_SEED: u64 = 2 << 32;
const CUSTOM_IMAGE_SEED: u64 = 3 << 32;

/// What is remembered.
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    initial_settings: Settings,
    pub(crate) world: World,
    pub(crate) surfercloud: surfercloud::World,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
    traces: Ids,
}

/// A request, as it came in.
pub(crate) struct Arrived {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Arrived {
    pub(crate) fn route(&self) -> Route<'_> {
        Route::find(&self.method, &self.path)
    }

    /// What the request asks for.
    fn operation(&self) -> Operation {
        if self.path == surfercloud::PATH {
            return Call::read(self).operation();
        }
        self.route().operation
    }

    pub(crate) fn is_json(&self) -> bool {
        let kind = self
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        kind.split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    }
}

impl State {
    fn new(options: Options) -> Self {
        State {
            clock: Clock::new(Timestamp::now(), options.speed),
            settings: options.settings.clone(),
            initial_settings: options.settings,
            world: World::new(OBJECT_SEED ^ options.seed),
            surfercloud: surfercloud::World::new(CUSTOM_IMAGE_SEED ^ options.seed),
            tokens: Tokens::default(),
            faults: Faults::default(),
            requests: Requests::default(),
            traces: Ids::new(TRACE_SEED ^ options.seed),
        }
    }

    /// Forgets objects, pools, faults and requests, and goes back to the first settings. The clock and the tokens
    /// stay, so that clients need not notice.
    pub(crate) fn reset(&mut self) {
        self.world.clear();
        self.surfercloud.clear();
        self.faults.clear();
        self.requests.clear();
        self.settings = self.initial_settings.clone();
    }

    /// The present moment, after everything that is due has happened.
    pub(crate) fn now(&mut self) -> Moment {
        let moment = self.clock.now();
        self.world.advance(moment.world);
        self.surfercloud.advance(moment.world);
        moment
    }

    /// Notes a request; returns its number and the faults that it suffers.
    pub(crate) fn arrive(&mut self, request: &Arrived) -> (u64, Vec<Taken>) {
        let operation = request.operation();
        let time = self.clock.now().wire;
        let place = (request.path.as_str(), request.query.as_str());
        let seq = self.requests.arrived(time, &request.method, place, operation);
        (seq, self.faults.take(operation, &request.method, &request.path))
    }

    /// Does what a request asks for.
    pub(crate) fn perform(&mut self, request: &Arrived, twist: &Twist) -> Reply {
        let moment = self.now();
        if request.path == surfercloud::PATH {
            let turn = surfercloud::Turn {
                moment,
                settings: &self.settings.surfer_cloud,
                twist,
                request_id: self.traces.uuid(),
            };
            return surfercloud::perform(&Call::read(request), &mut self.surfercloud, &turn);
        }
        let route = request.route();
        let query = Query::parse(&request.query);
        if let Some(kind) = route.sign_in
            && request.method == Method::POST
        {
            let form = Form {
                headers: &request.headers,
                query: &query,
                body: &request.body,
            };
            let (tokens, ids, settings) = (&mut self.tokens, &mut self.traces, &self.settings);
            return Desk {
                tokens,
                ids,
                settings,
                now: moment.wire,
            }
            .sign_in(kind, &form);
        }
        let caller = match self.tokens.caller(&request.headers, moment.wire) {
            Ok(caller) => caller,
            Err(denied) => return self.denied(denied, moment, &request.path),
        };
        if !request.body.is_empty() && !request.is_json() {
            return self.denied(caller.wrong_media_type(), moment, &request.path);
        }
        let turn = Turn {
            moment,
            caller,
            settings: &self.settings,
            query: &query,
            body: &request.body,
            ids: route.ids,
            service: route.service,
            twist,
        };
        match imagemgmt::perform(route.operation, &mut self.world, &turn) {
            Ok(reply) => reply,
            Err(error) => self.refused(&error, moment, &request.path),
        }
    }

    /// The error body of the remote, for a fault that wants one.
    pub(crate) fn error(&mut self, status: StatusCode, code: &str, message: &str, resource: &str) -> Reply {
        let now = self.clock.now().world;
        let trace = self.traces.uuid();
        if resource == surfercloud::PATH {
            return surfercloud::error_reply(status, (code, message), &trace, &self.settings.surfer_cloud);
        }
        error_reply(status, code, message, now, &trace, resource)
    }

    fn refused(&mut self, error: &ApiError, moment: Moment, resource: &str) -> Reply {
        let trace = self.traces.uuid();
        error_reply(
            error.status,
            error.code,
            &error.message,
            moment.world,
            &trace,
            resource,
        )
    }

    /// Why a request was not let in, in the words of the service that looked at the token. The public OpenAPI document
    /// gives 401 to every operation; its code here is inferred.
    fn denied(&mut self, denied: Denied, moment: Moment, resource: &str) -> Reply {
        match denied {
            Denied::NoToken | Denied::BadToken(Scheme::Bearer) => {
                let message = "the access token is missing, not known or expired";
                let error = ApiError::new(StatusCode::UNAUTHORIZED, "BAD_FORMAT_AUTH_TOKEN", message);
                self.refused(&error, moment, resource)
            }
            Denied::BadToken(Scheme::CwsAuth) => citrix_error(
                StatusCode::UNAUTHORIZED,
                "authentication",
                "Missing or invalid CWSAuth header.",
                &[("reason", "invalid")],
            ),
            // What image management answers here is unknown; this is Citrix Cloud's common body.
            Denied::NoCustomer => citrix_error(
                StatusCode::BAD_REQUEST,
                "missing",
                "The header Citrix-CustomerId is required.",
                &[("name", "Citrix-CustomerId")],
            ),
            Denied::OtherCustomer => citrix_error(
                StatusCode::FORBIDDEN,
                "authorization",
                "The customer is not the token's.",
                &[],
            ),
            // What the service itself answers is inferred; Citrix Cloud documents 415 with this text.
            Denied::WrongMediaType(Scheme::Bearer) => {
                let message = "the content type must be application/json";
                let error = ApiError::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "INVALID_REQUEST_FORMAT",
                    message,
                );
                self.refused(&error, moment, resource)
            }
            Denied::WrongMediaType(Scheme::CwsAuth) => {
                let detail = "Must use application/json; charset=utf-8 media type";
                citrix_error(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "unsupportedMediaType",
                    detail,
                    &[],
                )
            }
            Denied::NotAcceptable => citrix_error(
                StatusCode::NOT_ACCEPTABLE,
                "notAcceptable",
                "Accept must be application/json",
                &[],
            ),
        }
    }
}

/// The state, shared.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<State>>);

impl Shared {
    pub(crate) fn new(options: Options) -> Self {
        Shared(Arc::new(Mutex::new(State::new(options))))
    }

    /// The lock; a panic elsewhere does not end the simulator.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
