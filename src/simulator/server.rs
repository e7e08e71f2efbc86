//! The way of one request: noted, tampered with by faults, carried out, answered.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures::stream;
use jiff::SignedDuration;
use serde_json::Value;
use tokio::net::TcpListener;

use super::Options;
use super::connection::{CuttableListener, Line};
use super::control;
use super::faults::{Damage, Effect, Taken};
use super::imagemgmt::Twist;
use super::reply::Reply;
use super::state::{Arrived, Shared};

/// The largest request body that is read, in bytes.
const LARGEST_REQUEST: usize = 4 << 20;
/// One piece of a huge answer, in bytes, and how many there are: 64 MiB.
const HUGE_PIECE: usize = 1 << 16;
const HUGE_PIECES: usize = 1 << 10;

/// Serves the simulator until the listener fails; dropping the future stops accepting.
pub async fn serve(listener: TcpListener, options: Options) -> io::Result<()> {
    let app = Router::new().fallback(handle).with_state(Shared::new(options));
    let service = app.into_make_service_with_connect_info::<Line>();
    axum::serve(CuttableListener(listener), service).await
}

async fn handle(
    State(shared): State<Shared>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_REQUEST).await else {
        return response(Reply::empty(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let arrived = Arrived {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body: body.into(),
    };
    if arrived.path.starts_with("/_simulator/") {
        return response(control::answer(&shared, &arrived));
    }
    let (seq, taken) = shared.lock().arrive(&arrived);
    let way = Way { shared, seq };
    match way.go(&arrived, &taken).await {
        Sent::Reply(reply) => {
            way.shared.lock().requests.answered(seq, reply.status.as_u16());
            response(reply)
        }
        Sent::Huge => {
            way.shared.lock().requests.answered(seq, StatusCode::OK.as_u16());
            huge()
        }
        Sent::Nothing => {
            line.cut();
            response(Reply::empty(StatusCode::OK))
        }
    }
}

/// What the client gets.
enum Sent {
    Reply(Reply),
    Huge,
    Nothing,
}

/// A request on its way. When the client goes away the way is dropped, and the log says so.
struct Way {
    shared: Shared,
    seq: u64,
}

impl Drop for Way {
    fn drop(&mut self) {
        self.shared.lock().requests.gone(self.seq);
    }
}

impl Way {
    async fn go(&self, arrived: &Arrived, taken: &[Taken]) -> Sent {
        let latency = self.shared.lock().settings.latency_millis;
        pause(latency).await;
        let mut twist = Twist::default();
        for fault in taken {
            match &fault.effect {
                Effect::Delay { milliseconds } => pause(*milliseconds).await,
                Effect::HideFromListings { seconds } => {
                    twist.hidden_for = SignedDuration::from_secs(i64::try_from(*seconds).unwrap_or(i64::MAX));
                }
                Effect::FailWork(fail) => twist.fail_work = Some(fail.clone()),
                Effect::ExpireTokens {} => self.shared.lock().tokens.expire_all(),
                Effect::HoldBefore {} => self.hold(fault).await,
                Effect::DropBefore {} => return Sent::Nothing,
                Effect::Throttle { retry_after_seconds } => {
                    return Sent::Reply(self.throttled(*retry_after_seconds, &arrived.path));
                }
                Effect::Refuse {
                    status,
                    headers,
                    body,
                    code,
                    message,
                } => {
                    let reply = match body {
                        Some(body) => written(status_code(*status), body),
                        None => self.error(*status, code.as_deref(), message.as_deref(), &arrived.path),
                    };
                    let headers = headers.iter().filter_map(|(name, value)| header_of(name, value));
                    return Sent::Reply(
                        headers.fold(reply, |reply, (name, value)| reply.with_header(name, value)),
                    );
                }
                Effect::HoldAfter {}
                | Effect::DropAfter {}
                | Effect::ErrorAfter { .. }
                | Effect::Corrupt { .. } => {}
            }
        }
        let reply = self.perform(arrived, &twist);
        self.finish(reply, arrived, taken).await
    }

    fn perform(&self, arrived: &Arrived, twist: &Twist) -> Reply {
        let mut state = self.shared.lock();
        let reply = state.perform(arrived, twist);
        state.requests.performed(self.seq, &reply);
        reply
    }

    /// Suffers the faults that come after the request was carried out.
    async fn finish(&self, reply: Reply, arrived: &Arrived, taken: &[Taken]) -> Sent {
        for fault in taken {
            match &fault.effect {
                Effect::HoldAfter {} => self.hold(fault).await,
                Effect::DropAfter {} => return Sent::Nothing,
                Effect::ErrorAfter { status, code } => {
                    return Sent::Reply(self.error(*status, code.as_deref(), None, &arrived.path));
                }
                Effect::Corrupt { how } => return corrupted(reply, *how),
                _ => {}
            }
        }
        Sent::Reply(reply)
    }

    /// Waits until the fault is released or taken away.
    async fn hold(&self, fault: &Taken) {
        let _held = Held::by(self.shared.clone(), fault.fault);
        let mut released = fault.released.clone();
        // An error means that the fault was taken away, which lets the request go as well.
        let _ = released.changed().await;
    }

    fn error(&self, status: u16, code: Option<&str>, message: Option<&str>, resource: &str) -> Reply {
        let code = code.unwrap_or("SIMULATED_EXCEPTION");
        let message = message.unwrap_or("a fault was asked for");
        self.shared
            .lock()
            .error(status_code(status), code, message, resource)
    }

    fn throttled(&self, seconds: u64, resource: &str) -> Reply {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let message = format!("Rate limit exceeded; try again in {seconds} seconds");
        let reply = self.error(
            status.as_u16(),
            Some("REQUEST_REJECTED"),
            Some(&message),
            resource,
        );
        reply.with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }
}

/// Counts as held while it lives.
struct Held {
    shared: Shared,
    fault: u64,
}

impl Held {
    fn by(shared: Shared, fault: u64) -> Self {
        shared.lock().faults.hold(fault);
        Held { shared, fault }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.shared.lock().faults.let_go(self.fault);
    }
}

async fn pause(milliseconds: u64) {
    if milliseconds > 0 {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
}

fn corrupted(mut reply: Reply, how: Damage) -> Sent {
    match how {
        Damage::Huge => return Sent::Huge,
        Damage::Empty => reply.body.clear(),
        Damage::Truncate => reply.body.truncate(reply.body.len() / 2),
        Damage::Html => {
            let page = "<!DOCTYPE html><html><body><h1>Scheduled maintenance</h1></body></html>".to_owned();
            reply = Reply {
                changed: reply.changed,
                image_id: reply.image_id,
                ..Reply::text(reply.status, "text/html", page)
            };
        }
        Damage::UnknownStatus => {
            if let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) {
                make_statuses_unknown(&mut body);
                reply.body = body.to_string().into_bytes();
            }
        }
    }
    Sent::Reply(reply)
}

/// Gives every field that ends in `status`, and SurferCloud's `State`, a word that nobody knows.
fn make_statuses_unknown(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(make_statuses_unknown),
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_status = name.to_lowercase().ends_with("status") || name == "State";
                if value.is_string() && is_status {
                    *value = Value::from("SIMULATED_FUTURE_STATUS");
                } else {
                    make_statuses_unknown(value);
                }
            }
        }
        _ => {}
    }
}

fn written(status: StatusCode, body: &Value) -> Reply {
    match body {
        Value::String(text) => Reply::text(status, "text/plain", text.clone()),
        other => Reply::json(status, other),
    }
}

/// Statuses of faults are checked when the fault is asked for, so this never has to guess.
fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn header_of(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((name.parse().ok()?, value.parse().ok()?))
}

fn response(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value);
    }
    response
}

fn huge() -> Response {
    let piece = Bytes::from(vec![b' '; HUGE_PIECE]);
    let pieces = (0..HUGE_PIECES).map(move |_| Ok::<_, io::Error>(piece.clone()));
    let mut response = Response::new(Body::from_stream(stream::iter(pieces)));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_status_word_becomes_unknown_and_numbers_stay() {
        let mut body = json!({"status": 200, "content": [{"streamStatus": "AVAILABLE", "name": "a"}]});
        make_statuses_unknown(&mut body);
        assert_eq!(
            body,
            json!({"status": 200, "content": [{"streamStatus": "SIMULATED_FUTURE_STATUS", "name": "a"}]})
        );
    }
}
