//! The simulator as a process, and its control interface.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::cluster::Cluster;
use super::failure::Failure;
use super::process::{Process, Program, tail};
use super::workplace;

const READY_DEADLINE: Duration = Duration::from_secs(30);
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// How to run the simulator.
#[derive(Debug, Clone)]
pub struct SimulatorOptions {
    /// Where it listens; port 0 takes a free one.
    pub listen: String,
    /// How many times as fast as the real time its clock runs.
    pub speed: u32,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            speed: 60,
        }
    }
}

/// Names a fault that was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct FaultId(u64);

/// A fault and how often it struck.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    pub id: FaultId,
    /// Requests that it has matched.
    pub matched: u64,
    /// Requests that it holds now.
    pub holding: u64,
}

/// One request that the simulator received.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    pub seq: u64,
    pub method: String,
    pub path: String,
    /// Such as `createImage`, `listImages`, `publishVersion`, `signIn`.
    pub operation: String,
    /// The HTTP status; `None` when it was not answered.
    pub status: Option<u16>,
    /// Whether anything remote changed by it.
    pub changed: bool,
    /// The custom image that it made or deleted.
    #[serde(default)]
    pub image_id: Option<String>,
}

impl Request {
    /// Whether it was sent to an object of this id, or made it where the path does not tell.
    pub fn is_about(&self, id: &str) -> bool {
        self.path.contains(id) || self.image_id.as_deref() == Some(id)
    }
}

/// A running `image-operator simulate`, killed when dropped.
pub struct Simulator {
    process: Process,
    url: String,
    http: reqwest::Client,
}

impl Simulator {
    /// Starts the simulator and waits until it listens.
    pub async fn start(cluster: &Cluster, options: SimulatorOptions) -> Result<Self, Failure> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let log = cluster.path(&format!("simulator-{number}.log"));
        let mut process = Process::start(Program {
            name: "image-operator simulate",
            path: &workplace::operator_program()?,
            arguments: vec![
                "simulate".to_owned(),
                format!("--listen={}", options.listen),
                format!("--speed={}", options.speed),
                // Simulators stand for different accounts: no id of one is known in another.
                format!("--seed={number}"),
            ],
            environment: Vec::new(),
            log,
        })?;
        let started = Instant::now();
        let url = loop {
            if let Some(url) = announced_url(process.log()) {
                break url;
            }
            process.still_runs()?;
            if started.elapsed() >= READY_DEADLINE {
                return Err(process.not_ready(started.elapsed(), "it has not printed its URL".to_owned()));
            }
            tokio::time::sleep(POLL).await;
        };
        Ok(Self {
            process,
            url,
            http: reqwest::Client::new(),
        })
    }

    /// Where it serves every remote API, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sets a fault, `{"match": {"operation": "createImage"}, "effect": {"type": "dropAfter"}}` for one.
    pub async fn fault(&self, fault: Value) -> FaultId {
        #[derive(Deserialize)]
        struct Set {
            id: FaultId,
        }
        let set: Set = read(self.control("POST", "faults", Some(fault)).await);
        set.id
    }

    /// Lets go on what a fault of type `holdBefore` or `holdAfter` holds.
    pub async fn release(&self, fault: FaultId) {
        self.control("POST", &format!("faults/{}/release", fault.0), None)
            .await;
    }

    /// A fault and how often it has struck.
    pub async fn fault_state(&self, fault: FaultId) -> Option<Fault> {
        self.faults().await.into_iter().find(|seen| seen.id == fault)
    }

    /// Every fault, those that are used up included.
    pub async fn faults(&self) -> Vec<Fault> {
        read(self.control("GET", "faults", None).await)
    }

    /// Removes every fault.
    pub async fn clear_faults(&self) {
        self.control("DELETE", "faults", None).await;
    }

    /// Every request so far, oldest first.
    pub async fn requests(&self) -> Vec<Request> {
        read(self.control("GET", "requests", None).await)
    }

    /// The requests after the one with a sequence number.
    pub async fn requests_since(&self, seq: u64) -> Vec<Request> {
        read(self.control("GET", &format!("requests?since={seq}"), None).await)
    }

    /// Forgets the requests so far.
    pub async fn clear_requests(&self) {
        self.control("DELETE", "requests", None).await;
    }

    /// Every remote object: `images`, `versions`, `copies`, `markers`, `pools`.
    pub async fn state(&self) -> Value {
        self.control("GET", "state", None).await
    }

    pub async fn images(&self) -> Vec<Value> {
        self.objects("images").await
    }

    pub async fn versions(&self) -> Vec<Value> {
        self.objects("versions").await
    }

    pub async fn copies(&self) -> Vec<Value> {
        self.objects("copies").await
    }

    pub async fn markers(&self) -> Vec<Value> {
        self.objects("markers").await
    }

    pub async fn custom_images(&self) -> Vec<Value> {
        self.objects("customImages").await
    }

    /// Changes settings, `{"keepDescriptions": false}` for one.
    pub async fn settings(&self, settings: Value) {
        self.control("PATCH", "settings", Some(settings)).await;
    }

    /// Moves its clock forward.
    pub async fn advance(&self, seconds: u64) {
        self.control("POST", "clock", Some(json!({ "advanceSeconds": seconds })))
            .await;
    }

    /// Makes a version or marker used by a pool: `{"imageId": …, "versionId": …}`.
    pub async fn pool(&self, pool: Value) -> Value {
        self.control("POST", "pools", Some(pool)).await
    }

    /// Lets go of every version and marker in use.
    pub async fn clear_pools(&self) {
        self.control("DELETE", "pools", None).await;
    }

    /// Forgets every object, fault and request.
    pub async fn reset(&self) {
        self.control("POST", "reset", None).await;
    }

    /// Whether the process still runs.
    pub fn still_runs(&mut self) -> Result<(), Failure> {
        self.process.still_runs()
    }

    async fn objects(&self, kind: &str) -> Vec<Value> {
        match self.state().await.get_mut(kind).map(Value::take) {
            Some(Value::Array(objects)) => objects,
            other => panic!("the simulator's state has no list of {kind}: {other:?}"),
        }
    }

    /// Asks the control interface; a refusal is a mistake of the test.
    async fn control(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}/_simulator/{path}", self.url);
        let method = method.parse().expect("an HTTP method");
        let mut request = self.http.request(method, &url).timeout(ANSWER_DEADLINE);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let answer = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
        let status = answer.status();
        let text = answer
            .text()
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
        assert!(status.is_success(), "{url} answered {status}: {text}");
        if text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url} answered no JSON: {error}: {text}"))
    }
}

impl Drop for Simulator {
    #[allow(clippy::print_stderr, reason = "the test harness shows it for a failed test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.process.log();
            eprintln!("the end of the simulator's log {}:\n{}", log.display(), tail(log));
        }
    }
}

/// The URL in the line of JSON that the simulator prints when it listens.
fn announced_url(log: &Path) -> Option<String> {
    let text = std::fs::read_to_string(log).ok()?;
    let (whole_lines, _) = text.rsplit_once('\n')?;
    let line = |line: &str| {
        serde_json::from_str::<Value>(line)
            .ok()?
            .get("url")?
            .as_str()
            .map(str::to_owned)
    };
    whole_lines.lines().find_map(line)
}

fn read<T: serde::de::DeserializeOwned>(answer: Value) -> T {
    let text = answer.to_string();
    serde_json::from_value(answer)
        .unwrap_or_else(|error| panic!("unexpected answer of the simulator: {error}: {text}"))
}
