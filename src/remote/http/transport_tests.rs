//! The transport against a server that answers by a script.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::{Value, json};

use super::scripted::{Reply, Scripted, wire, wire_with};
use super::*;
use crate::lifecycle::{Outcome, Problem, ProblemKind};

fn quick() -> TransportSettings {
    let mut settings = TransportSettings::default();
    settings.retry.first_pause = Duration::from_millis(1);
    settings
}

fn transport() -> Transport {
    Transport::new(wire(), quick(), Arc::new(NoRecorder))
}

fn endpoint(base_url: BaseUrl) -> Endpoint {
    Endpoint {
        api: "test",
        base_url,
        read_error: |answer| {
            let body: Value = serde_json::from_slice(&answer.body).ok()?;
            Some(RemoteError {
                message: Some(body.get("message")?.as_str()?.to_owned()),
                retry_after: body.get("wait").and_then(Value::as_u64).map(Duration::from_secs),
                ..RemoteError::default()
            })
        },
    }
}

fn read(server: &Scripted) -> Request {
    Request::get(&endpoint(server.base_url()), "get_thing")
        .path(["things", "1"])
        .about("1")
}

fn write(server: &Scripted) -> Request {
    Request::post(&endpoint(server.base_url()), "create_thing")
        .path(["things"])
        .json(&json!({ "name": "n" }))
}

fn summary<T>(outcome: &Outcome<T>) -> (&'static str, Option<ProblemKind>) {
    (outcome.class(), outcome.problem().map(|problem| problem.kind))
}

/// The outcome of a read and of a write that get this reply for as long as they ask.
async fn both(reply: &Reply) -> [(&'static str, Option<ProblemKind>); 2] {
    let server = Scripted::new(vec![reply.clone(); 10]);
    let read = transport().send::<Value>(read(&server)).await;
    let write = transport().send::<Value>(write(&server)).await;
    [summary(&read), summary(&write)]
}

#[tokio::test]
async fn every_sort_of_answer_has_its_class() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":";
    let cases = [
        (Reply::json(200, &json!({})), "done", None),
        (
            Reply::text(200, "<html>hello</html>"),
            "unknown",
            Some(ProblemKind::Malformed),
        ),
        (
            Reply::text(200, "{\"a\":"),
            "unknown",
            Some(ProblemKind::Malformed),
        ),
        (Reply::text(204, ""), "unknown", Some(ProblemKind::Malformed)),
        (Reply::Bytes(cut.into()), "unknown", Some(ProblemKind::Malformed)),
        (
            Reply::Bytes(b"SSH-2.0-nonsense\r\n".to_vec()),
            "unknown",
            Some(ProblemKind::Unreachable),
        ),
        (Reply::Drop, "unknown", Some(ProblemKind::Unreachable)),
        (Reply::text(400, "no"), "refused", Some(ProblemKind::Rejected)),
        (Reply::text(401, "no"), "refused", Some(ProblemKind::Unauthorized)),
        (Reply::text(409, "no"), "refused", Some(ProblemKind::Conflict)),
        (Reply::text(500, "no"), "unknown", Some(ProblemKind::ServerError)),
        (
            Reply::text(429, "no"),
            "throttled",
            Some(ProblemKind::TooManyRequests),
        ),
    ];
    for (reply, class, kind) in cases {
        assert_eq!(both(&reply).await, [(class, kind); 2], "{reply:?}");
    }
}

#[tokio::test]
async fn what_was_never_sent_is_refused() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let to = |url: String| Request::post(&endpoint(url.parse().unwrap()), "create_thing");
    let outcome = transport().send::<Value>(to(format!("http://{nobody}"))).await;
    assert_eq!(summary(&outcome), ("refused", Some(ProblemKind::Unreachable)));

    let outcome = transport()
        .send::<Value>(to("http://169.254.169.254".to_owned()))
        .await;
    assert_eq!(summary(&outcome), ("refused", Some(ProblemKind::NotAllowed)));
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_unknown() {
    let server = Scripted::new([Reply::Silence(Duration::from_secs(5))]);
    let request = write(&server).deadline(Duration::from_millis(100));
    let outcome = transport().send::<Value>(request).await;
    assert_eq!(summary(&outcome), ("unknown", Some(ProblemKind::Timeout)));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end_nor_asked_for_again() {
    let server = Scripted::new([Reply::text(200, &"x".repeat(5000))]);
    let wire = wire_with(|settings| settings.body_limit = 1000);
    let transport = Transport::new(wire, quick(), Arc::new(NoRecorder));
    let outcome = transport.send::<Value>(read(&server)).await;
    assert_eq!(summary(&outcome), ("unknown", Some(ProblemKind::TooLarge)));
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn an_answer_counts_by_what_it_unpacks_to() {
    // A hundred thousand spaces.
    let packed = base64::engine::general_purpose::STANDARD.decode(
        "H4sIAAAAAAACA+3BMQEAAADCoCrrn9IaHkABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
         AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAArwYt8HnKoIYBAA==",
    );
    let bomb = Reply::Answer(200, Vec::new(), packed.unwrap()).with("content-encoding", "gzip");
    let server = Scripted::new([bomb]);
    let wire = wire_with(|settings| settings.body_limit = 1000);
    let transport = Transport::new(wire, quick(), Arc::new(NoRecorder));
    let outcome = transport.send::<Value>(read(&server)).await;
    assert_eq!(summary(&outcome), ("unknown", Some(ProblemKind::TooLarge)));
}

#[tokio::test]
async fn a_request_that_is_too_long_is_refused_before_it_is_sent() {
    let server = Scripted::new([Reply::json(200, &json!(1)), Reply::json(200, &json!(1))]);
    let outcome = async |length: usize| {
        // Two quotes belong to the text.
        let request = write(&server).json(&json!("x".repeat(length - 2)));
        transport().send::<Value>(request).await
    };
    assert_eq!(summary(&outcome(1024 * 1024).await), ("done", None));
    let refused = outcome(1024 * 1024 + 1).await;
    assert_eq!(summary(&refused), ("refused", Some(ProblemKind::Rejected)));
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_read_is_repeated_and_a_write_never() {
    let server = Scripted::new([Reply::Drop, Reply::text(502, "bad"), Reply::json(200, &json!(1))]);
    assert_eq!(transport().send::<i64>(read(&server)).await, Outcome::Done(1));

    let server = Scripted::new([Reply::text(502, "bad"), Reply::json(200, &json!(1))]);
    assert_eq!(transport().send::<i64>(write(&server)).await.class(), "unknown");
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_refused_read_is_not_repeated() {
    let server = Scripted::new([Reply::text(404, "{}"), Reply::json(200, &json!(1))]);
    assert_eq!(transport().send::<i64>(read(&server)).await.class(), "refused");
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_message_says_what_was_done_to_what_and_keeps_the_start_of_the_body() {
    let server = Scripted::new([Reply::text(403, "<html>\n<b>Forbidden</b> by proxy</html>")]);
    let outcome = transport().send::<Value>(read(&server)).await;
    assert_eq!(
        outcome.problem().unwrap().to_string(),
        "get thing 1: the remote answered: <html> <b>Forbidden</b> by proxy</html>; \
         check the role and the organisation of the connection's credentials (HTTP 403)"
    );
}

#[tokio::test]
async fn an_empty_answer_is_nothing_only_where_that_is_allowed() {
    let server = Scripted::new([
        Reply::text(204, ""),
        Reply::text(200, "\n"),
        Reply::json(200, &json!(7)),
    ]);
    let transport = transport();
    for expected in [None, None, Some(7)] {
        let outcome = transport.send_optional::<i64>(read(&server)).await;
        assert_eq!(outcome, Outcome::Done(expected));
    }
}

#[tokio::test]
async fn a_redirect_on_the_same_host_keeps_method_and_body() {
    for status in [301, 302, 307, 308] {
        let server = Scripted::new([
            Reply::text(status, "").with("location", "/v2/things?x=1"),
            Reply::json(201, &json!(1)),
        ]);
        assert_eq!(transport().send::<i64>(write(&server)).await, Outcome::Done(1));
        let asked = server.asked();
        assert_eq!(asked[1].line(), "POST /v2/things?x=1");
        assert_eq!(asked[1].body, r#"{"name":"n"}"#);
        assert_eq!(asked[1].header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn redirects_elsewhere_and_without_end_are_refused() {
    let server = Scripted::new([Reply::text(307, "").with("location", "http://other.example/")]);
    let outcome = transport().send::<i64>(write(&server)).await;
    assert_eq!(summary(&outcome), ("refused", Some(ProblemKind::Rejected)));
    assert!(outcome.problem().unwrap().message.contains("other.example"));

    let server = Scripted::new(vec![Reply::text(302, "").with("location", "/again"); 10]);
    let outcome = transport().send::<i64>(write(&server)).await;
    assert_eq!(outcome.class(), "refused");
    assert_eq!(server.lines().len(), 4);
}

#[tokio::test]
async fn a_wait_that_the_remote_asks_for_holds_every_request_back() {
    let header = Reply::text(429, "{}").with("retry-after", "30");
    let body = Reply::json(429, &json!({ "message": "slow", "wait": 30 }));
    let read_503 = Reply::text(503, "{}").with("retry-after", "30");
    for reply in [header, body, read_503] {
        let server = Scripted::new([reply]);
        let transport = transport();
        let Outcome::Throttled { retry_after, .. } = transport.send::<i64>(read(&server)).await else {
            panic!()
        };
        assert_eq!(retry_after, Duration::from_secs(30));
        let Outcome::Throttled { retry_after, problem } = transport.send::<i64>(write(&server)).await else {
            panic!()
        };
        assert!(retry_after > Duration::from_secs(25), "{retry_after:?}");
        assert_eq!(problem.kind, ProblemKind::TooManyRequests);
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_write_answered_503_with_a_wait_is_unknown_and_keeps_the_wait() {
    let server = Scripted::new([Reply::text(503, "{}").with("retry-after", "30")]);
    let transport = transport();
    let outcome = transport.send::<i64>(write(&server)).await;
    assert_eq!(summary(&outcome), ("unknown", Some(ProblemKind::ServerError)));
    assert!(transport.held_off().is_some());
}

#[tokio::test]
async fn after_a_short_wait_requests_pass_again() {
    let server = Scripted::new([
        Reply::text(429, "{}").with("retry-after", "1"),
        Reply::json(200, &json!(1)),
    ]);
    let transport = transport();
    let Outcome::Throttled { retry_after, .. } = transport.send::<i64>(read(&server)).await else {
        panic!()
    };
    tokio::time::sleep(retry_after).await;
    assert_eq!(transport.send::<i64>(read(&server)).await, Outcome::Done(1));
}

#[tokio::test]
async fn a_request_that_was_waiting_its_turn_when_the_wait_began_is_held_back_too() {
    let server = Scripted::new([Reply::text(429, "{}").with("retry-after", "30")]);
    let settings = TransportSettings {
        rate_limit: RateLimit::new(2, 1).unwrap(),
        ..quick()
    };
    let transport = Transport::new(wire(), settings, Arc::new(NoRecorder));
    let both = futures::future::join(
        transport.send::<i64>(read(&server)),
        transport.send::<i64>(read(&server)),
    );
    let (first, second) = both.await;
    assert_eq!((first.class(), second.class()), ("throttled", "throttled"));
    assert_eq!(server.lines().len(), 1);
}

/// Hears breaker states and request outcomes.
#[derive(Default)]
struct Ear {
    states: Mutex<Vec<BreakerState>>,
    requests: Mutex<Vec<(&'static str, &'static str)>>,
    waits: Mutex<Vec<f64>>,
}

impl Recorder for Ear {
    fn request(&self, _: &'static str, operation: &'static str, outcome: &'static str, _: f64) {
        self.requests.lock().unwrap().push((operation, outcome));
    }

    fn throttle_wait(&self, seconds: f64) {
        self.waits.lock().unwrap().push(seconds);
    }

    fn token_refresh(&self, _: &'static str) {}

    fn breaker(&self, state: BreakerState) {
        self.states.lock().unwrap().push(state);
    }
}

#[tokio::test]
async fn the_breaker_opens_probes_and_closes_and_tells_so() {
    let server = Scripted::new([Reply::Drop, Reply::text(500, "no"), Reply::json(200, &json!(1))]);
    let ear = Arc::new(Ear::default());
    let mut settings = quick();
    settings.breaker.failures = 2;
    settings.breaker.first_pause = Duration::from_millis(300);
    let transport = Transport::new(wire(), settings, ear.clone());
    for _ in 0..2 {
        assert_eq!(transport.send::<i64>(write(&server)).await.class(), "unknown");
    }
    assert_eq!(transport.breaker_state(), BreakerState::Open);
    let Outcome::Throttled { retry_after, problem } = transport.send::<i64>(read(&server)).await else {
        panic!()
    };
    assert_eq!(problem.kind, ProblemKind::BreakerOpen);
    tokio::time::sleep(retry_after).await;
    let write_waits = transport.send::<i64>(write(&server)).await;
    assert_eq!(
        summary(&write_waits),
        ("throttled", Some(ProblemKind::BreakerOpen))
    );
    assert_eq!(transport.send::<i64>(read(&server)).await, Outcome::Done(1));
    assert_eq!(server.lines().len(), 3);
    assert_eq!(transport.breaker_state(), BreakerState::Closed);
    let states = ear.states.lock().unwrap().clone();
    assert_eq!(
        states,
        [BreakerState::Open, BreakerState::HalfOpen, BreakerState::Closed]
    );
    let requests = ear.requests.lock().unwrap().clone();
    assert_eq!(
        requests,
        [
            ("create_thing", "unknown"),
            ("create_thing", "unknown"),
            ("get_thing", "done")
        ]
    );
}

#[tokio::test]
async fn requests_beyond_the_rate_wait_their_turn() {
    let server = Scripted::new(vec![Reply::json(200, &json!(1)); 3]);
    let ear = Arc::new(Ear::default());
    let settings = TransportSettings {
        rate_limit: RateLimit::new(20, 1).unwrap(),
        ..quick()
    };
    let transport = Transport::new(wire(), settings, ear.clone());
    let sent = (0..3).map(|_| transport.send::<i64>(read(&server)));
    let outcomes = futures::future::join_all(sent).await;
    assert_eq!(outcomes, vec![Outcome::Done(1); 3]);
    assert_eq!(ear.waits.lock().unwrap().len(), 2);
}

/// Hands out `token 1`, `token 2`, … and moves on when one is rejected.
#[derive(Default)]
struct Tokens(AtomicU64);

impl Authorize for Tokens {
    fn authorization(&self) -> BoxFuture<'_, Result<Authorization, SignInFailure>> {
        async {
            let sign_in = self.0.load(Ordering::SeqCst) + 1;
            let value = HeaderValue::from_str(&format!("token {sign_in}")).unwrap();
            Ok(Authorization {
                headers: vec![(AUTHORIZATION, value)],
                sign_in,
            })
        }
        .boxed()
    }

    fn rejected(&self, _: &Authorization) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_401_is_answered_with_a_fresh_token_once() {
    let server = Scripted::new([Reply::text(401, "{}"), Reply::json(201, &json!(1))]);
    let signed_in = transport().with_sign_in(Arc::new(Tokens::default()));
    assert_eq!(signed_in.send::<i64>(write(&server)).await, Outcome::Done(1));
    let shown: Vec<_> = server
        .asked()
        .iter()
        .map(|asked| asked.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(shown, ["token 1", "token 2"]);

    let server = Scripted::new(vec![Reply::text(401, "{}"); 5]);
    let signed_in = transport().with_sign_in(Arc::new(Tokens::default()));
    let outcome = signed_in.send::<i64>(read(&server)).await;
    assert_eq!(summary(&outcome), ("refused", Some(ProblemKind::Unauthorized)));
    assert_eq!(server.lines().len(), 2);
}

struct Locked;

impl Authorize for Locked {
    fn authorization(&self) -> BoxFuture<'_, Result<Authorization, SignInFailure>> {
        let problem = Problem::new(ProblemKind::ServerError, "the sign-in is down");
        let failure = SignInFailure::Throttled {
            retry_after: Duration::from_secs(3),
            problem,
        };
        async { Err(failure) }.boxed()
    }

    fn rejected(&self, _: &Authorization) {}
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let server = Scripted::new([]);
    let outcome = transport()
        .with_sign_in(Arc::new(Locked))
        .send::<i64>(write(&server))
        .await;
    let Outcome::Throttled { retry_after, problem } = outcome else {
        panic!()
    };
    assert_eq!(retry_after, Duration::from_secs(3));
    assert_eq!(problem.message, "create thing: the sign-in is down");
    assert!(server.lines().is_empty());
}

#[derive(Default)]
struct Gate(AtomicBool);

impl WriteGate for Gate {
    fn check(&self) -> Result<(), Problem> {
        if self.0.load(Ordering::SeqCst) {
            return Ok(());
        }
        Err(Problem::new(ProblemKind::NotAllowed, "not the leader"))
    }
}

#[tokio::test]
async fn a_shut_gate_stops_writes_and_lets_reads_pass() {
    let server = Scripted::new(vec![Reply::json(200, &json!(1)); 2]);
    let gate = Arc::new(Gate::default());
    let transport = transport().with_write_gate(gate.clone());
    assert_eq!(transport.send::<i64>(write(&server)).await.class(), "throttled");
    assert_eq!(transport.send::<i64>(read(&server)).await.class(), "done");
    gate.0.store(true, Ordering::SeqCst);
    assert_eq!(transport.send::<i64>(write(&server)).await.class(), "done");
    assert_eq!(server.lines(), ["GET /things/1", "POST /things"]);
}

#[tokio::test]
async fn a_request_says_who_sends_it_and_what_it_accepts() {
    let server = Scripted::new([Reply::json(200, &json!(1))]);
    transport().send::<i64>(read(&server)).await;
    let asked = server.asked();
    assert_eq!(asked[0].header("accept"), Some("application/json"));
    let agent = format!("image-operator/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(asked[0].header("user-agent"), Some(agent.as_str()));
}
