//! The control API under `/_simulator/`: what a test or a person does to the remote behind its back.

use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::clock::written;
use super::faults::FaultRequest;
use super::imagemgmt::{Used, pool_view};
use super::query::Query;
use super::reply::Reply;
use super::state::{Arrived, Shared, State};

/// Why a control request was not carried out.
#[derive(Debug, thiserror::Error)]
enum ControlError {
    #[error("the body is not valid: {0}")]
    Body(#[from] serde_json::Error),
    #[error("{0}")]
    Wrong(String),
    #[error("there is no {0}")]
    NotFound(String),
}

impl ControlError {
    fn status(&self) -> StatusCode {
        match self {
            ControlError::Body(_) | ControlError::Wrong(_) => StatusCode::BAD_REQUEST,
            ControlError::NotFound(_) => StatusCode::NOT_FOUND,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_seconds: u32,
}

/// A pool uses exactly one of the two.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PoolRequest {
    #[serde(rename = "imageId")]
    image: String,
    #[serde(rename = "versionId")]
    version: Option<String>,
    #[serde(rename = "markerId")]
    marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CustomImageChange {
    state: String,
}

/// Answers a control request.
pub(crate) fn answer(shared: &Shared, request: &Arrived) -> Reply {
    let mut state = shared.lock();
    state.now();
    match carry_out(&mut state, request) {
        Ok(body) => Reply::json(StatusCode::OK, &body),
        Err(error) => Reply::json(error.status(), &json!({"error": error.to_string()})),
    }
}

fn carry_out(state: &mut State, request: &Arrived) -> Result<Value, ControlError> {
    let segments: Vec<&str> = request.path.trim_matches('/').split('/').skip(1).collect();
    match (&request.method, segments.as_slice()) {
        (&Method::POST, ["reset"]) => {
            state.reset();
            Ok(json!({}))
        }
        (&Method::GET, ["state"]) => {
            let mut all = state.world.state();
            if let Some(all) = all.as_object_mut() {
                all.insert("customImages".to_owned(), state.surfercloud.state().into());
            }
            Ok(all)
        }
        (&Method::GET, ["settings"]) => Ok(serde_json::to_value(&state.settings)?),
        (&Method::PATCH, ["settings"]) => {
            state.settings = state.settings.patched(&body(request)?)?;
            Ok(serde_json::to_value(&state.settings)?)
        }
        (&Method::GET, ["clock"]) => Ok(clock(state)),
        (&Method::POST, ["clock"]) => {
            let advance: Advance = body(request)?;
            state.clock.advance(advance.advance_seconds);
            state.now();
            Ok(clock(state))
        }
        (_, ["requests", rest @ ..]) => requests(state, request, rest),
        (_, ["faults", rest @ ..]) => faults(state, request, rest),
        (_, ["pools", rest @ ..]) => pools(state, request, rest),
        (_, ["custom-images", id]) => custom_image(state, request, id),
        _ => Err(not_served(request)),
    }
}

fn clock(state: &mut State) -> Value {
    let moment = state.now();
    json!({"now": written(moment.world), "clients": written(moment.wire)})
}

fn requests(state: &mut State, request: &Arrived, path: &[&str]) -> Result<Value, ControlError> {
    match (&request.method, path) {
        (&Method::GET, []) => {
            let query = Query::parse(&request.query);
            let since = query.get("since").unwrap_or("0");
            let since = since
                .parse()
                .map_err(|_| ControlError::Wrong(format!("since {since:?} is no number")))?;
            Ok(serde_json::to_value(state.requests.since(since))?)
        }
        (&Method::GET, ["summary"]) => Ok(serde_json::to_value(state.requests.summary())?),
        (&Method::DELETE, []) => {
            state.requests.clear();
            Ok(json!({}))
        }
        _ => Err(not_served(request)),
    }
}

fn faults(state: &mut State, request: &Arrived, path: &[&str]) -> Result<Value, ControlError> {
    let found = |found: bool, id: u64| {
        if found {
            Ok(json!({}))
        } else {
            Err(ControlError::NotFound(format!("fault {id}")))
        }
    };
    match (&request.method, path) {
        (&Method::GET, []) => Ok(serde_json::to_value(state.faults.list())?),
        (&Method::POST, []) => {
            let fault: FaultRequest = body(request)?;
            fault.check().map_err(ControlError::Wrong)?;
            Ok(json!({"id": state.faults.add(fault)}))
        }
        (&Method::DELETE, []) => {
            state.faults.clear();
            Ok(json!({}))
        }
        (&Method::DELETE, [id]) => {
            let id = number(id)?;
            found(state.faults.remove(id), id)
        }
        (&Method::POST, [id, "release"]) => {
            let id = number(id)?;
            found(state.faults.release(id), id)
        }
        _ => Err(not_served(request)),
    }
}

fn pools(state: &mut State, request: &Arrived, path: &[&str]) -> Result<Value, ControlError> {
    match (&request.method, path) {
        (&Method::GET, []) => Ok(state.world.pools().iter().map(pool_view).collect()),
        (&Method::POST, []) => {
            let pool: PoolRequest = body(request)?;
            let used = match (pool.version, pool.marker) {
                (Some(version), None) => Used::Version(version),
                (None, Some(marker)) => Used::Marker(marker),
                _ => {
                    return Err(ControlError::Wrong(
                        "give either versionId or markerId".to_owned(),
                    ));
                }
            };
            let id = state.world.add_pool(&pool.image, used);
            let id = id.ok_or_else(|| ControlError::NotFound("such image, version or marker".to_owned()))?;
            Ok(json!({"id": id}))
        }
        (&Method::DELETE, []) => {
            state.world.clear_pools();
            Ok(json!({}))
        }
        (&Method::DELETE, [id]) if state.world.remove_pool(id) => Ok(json!({})),
        (&Method::DELETE, [id]) => Err(ControlError::NotFound(format!("pool {id}"))),
        _ => Err(not_served(request)),
    }
}

/// What the vendor, or a person in the console, does to an image.
fn custom_image(state: &mut State, request: &Arrived, id: &str) -> Result<Value, ControlError> {
    let found = match request.method {
        Method::PATCH => {
            let change: CustomImageChange = body(request)?;
            state.surfercloud.set_state(id, change.state)
        }
        Method::DELETE => state.surfercloud.remove(id),
        _ => return Err(not_served(request)),
    };
    if found {
        Ok(json!({}))
    } else {
        Err(ControlError::NotFound(format!("custom image {id}")))
    }
}

fn body<T: DeserializeOwned>(request: &Arrived) -> Result<T, ControlError> {
    Ok(serde_json::from_slice(&request.body)?)
}

fn number(text: &str) -> Result<u64, ControlError> {
    text.parse()
        .map_err(|_| ControlError::NotFound(format!("fault {text}")))
}

fn not_served(request: &Arrived) -> ControlError {
    ControlError::NotFound(format!("{} {}", request.method, request.path))
}
