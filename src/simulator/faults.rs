//! Faults: which requests, how many, and what happens to them.

use std::collections::BTreeMap;

use axum::http::{HeaderName, Method};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use super::route::Operation;

/// What happens to a request. All times are real ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub(crate) enum Effect {
    /// Nothing is done until it is released; a client that goes away before gets nothing done.
    HoldBefore {},
    /// It is done, and the answer waits until it is released.
    HoldAfter {},
    /// Nothing is done, and this is the answer.
    Refuse {
        status: u16,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The whole body (a string is sent as it is); without it, an error body with `code` and `message`.
        body: Option<Value>,
        code: Option<String>,
        message: Option<String>,
    },
    /// Nothing is done; 429 with `Retry-After`.
    Throttle { retry_after_seconds: u64 },
    /// Nothing is done, and the connection breaks.
    DropBefore {},
    /// It is done, and the connection breaks.
    DropAfter {},
    /// It is done, and the answer is this status, with this code in its body.
    ErrorAfter { status: u16, code: Option<String> },
    /// It waits before it is done.
    Delay { milliseconds: u64 },
    /// What it creates stays out of lists and searches for so long; asking for it by id finds it.
    HideFromListings { seconds: u64 },
    /// It is done, and the body of the answer is damaged.
    Corrupt { how: Damage },
    /// Every access token has expired when it is looked at.
    ExpireTokens {},
    /// The work that it starts fails later.
    FailWork(FailWork),
}

/// How the body of an answer is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Damage {
    /// It ends in the middle.
    Truncate,
    /// It is a web page.
    Html,
    /// It has 64 MiB.
    Huge,
    /// There is none.
    Empty,
    /// Every status in it is one that nobody knows.
    UnknownStatus,
}

/// How work fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FailWork {
    /// What the copy (or marker) says, e.g. `AZURE_QUOTA_EXHAUSTED`.
    pub(crate) error_code: String,
    #[serde(default)]
    pub(crate) error_details: String,
    /// Which of the works that the request starts; without it, the first.
    pub(crate) work: Option<WorkName>,
}

/// The works that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum WorkName {
    Import,
    Copy,
    Publish,
    Replicate,
    Validate,
    Shrink,
    Delete,
    MarkerMove,
}

impl Effect {
    /// Whether it decides about the answer. One request suffers one such fault at most, and any number of others.
    fn decides_the_answer(&self) -> bool {
        !matches!(
            self,
            Effect::Delay { .. }
                | Effect::HideFromListings { .. }
                | Effect::ExpireTokens {}
                | Effect::FailWork(_)
        )
    }
}

/// Which requests a fault is for: those that all given fields match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Matcher {
    pub(crate) operation: Option<Operation>,
    pub(crate) method: Option<String>,
    pub(crate) path_contains: Option<String>,
}

impl Matcher {
    fn matches(&self, operation: Operation, method: &Method, path: &str) -> bool {
        self.operation.is_none_or(|wanted| wanted == operation)
            && self
                .method
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
            && self.path_contains.as_ref().is_none_or(|part| path.contains(part))
    }
}

/// A fault, as it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FaultRequest {
    #[serde(default, rename = "match")]
    matcher: Matcher,
    /// So many matching requests pass first.
    #[serde(default)]
    skip: u64,
    /// So many matching requests suffer it; 0 for all.
    #[serde(default = "once")]
    times: u64,
    effect: Effect,
}

fn once() -> u64 {
    1
}

impl FaultRequest {
    /// Refuses what could not be sent: statuses outside 200 to 599 and header names that are none.
    pub(crate) fn check(&self) -> Result<(), String> {
        let status = match &self.effect {
            Effect::Refuse { status, headers, .. } => {
                if let Some(name) = headers.keys().find(|name| name.parse::<HeaderName>().is_err()) {
                    return Err(format!("{name:?} is no header name"));
                }
                *status
            }
            Effect::ErrorAfter { status, .. } => *status,
            _ => return Ok(()),
        };
        if !(200..600).contains(&status) {
            return Err(format!("{status} is no status from 200 to 599"));
        }
        Ok(())
    }
}

/// A fault in force, or used up.
#[derive(Debug)]
struct Fault {
    request: FaultRequest,
    seen: u64,
    matched: u64,
    holding: u64,
    released: watch::Sender<u64>,
}

/// A fault, as it is listed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaultView<'f> {
    id: u64,
    #[serde(flatten)]
    request: &'f FaultRequest,
    /// How many requests have suffered it.
    matched: u64,
    /// How many requests it holds now.
    holding: u64,
}

/// A fault that a request suffers.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) fault: u64,
    pub(crate) effect: Effect,
    pub(crate) released: watch::Receiver<u64>,
}

/// All faults, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    faults: BTreeMap<u64, Fault>,
    last_id: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, request: FaultRequest) -> u64 {
        self.last_id += 1;
        let fault = Fault {
            request,
            seen: 0,
            matched: 0,
            holding: 0,
            released: watch::Sender::new(0),
        };
        self.faults.insert(self.last_id, fault);
        self.last_id
    }

    /// The faults that this request suffers, in the order in which they were asked for.
    pub(crate) fn take(&mut self, operation: Operation, method: &Method, path: &str) -> Vec<Taken> {
        let mut taken: Vec<Taken> = Vec::new();
        for (id, fault) in &mut self.faults {
            if !fault.request.matcher.matches(operation, method, path) {
                continue;
            }
            fault.seen += 1;
            let used_up = fault.request.times != 0 && fault.matched >= fault.request.times;
            let answer_decided = fault.request.effect.decides_the_answer()
                && taken.iter().any(|other| other.effect.decides_the_answer());
            if fault.seen <= fault.request.skip || used_up || answer_decided {
                continue;
            }
            fault.matched += 1;
            taken.push(Taken {
                fault: *id,
                effect: fault.request.effect.clone(),
                released: fault.released.subscribe(),
            });
        }
        taken
    }

    /// Lets go what this fault holds now; whether there is such a fault.
    pub(crate) fn release(&mut self, id: u64) -> bool {
        let Some(fault) = self.faults.get(&id) else {
            return false;
        };
        fault.released.send_modify(|count| *count += 1);
        true
    }

    /// One request more is held by this fault.
    pub(crate) fn hold(&mut self, id: u64) {
        if let Some(fault) = self.faults.get_mut(&id) {
            fault.holding += 1;
        }
    }

    /// One request less is held by this fault.
    pub(crate) fn let_go(&mut self, id: u64) {
        if let Some(fault) = self.faults.get_mut(&id) {
            fault.holding = fault.holding.saturating_sub(1);
        }
    }

    pub(crate) fn list<'f>(&'f self) -> Vec<FaultView<'f>> {
        let view = |(id, fault): (&u64, &'f Fault)| FaultView {
            id: *id,
            request: &fault.request,
            matched: fault.matched,
            holding: fault.holding,
        };
        self.faults.iter().map(view).collect()
    }

    /// Takes a fault away, letting go what it holds; whether there was such a fault.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        self.faults.remove(&id).is_some()
    }

    /// Takes them all away, letting go what they hold.
    pub(crate) fn clear(&mut self) {
        self.faults.clear();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(requests: &[Value]) -> Faults {
        let mut faults = Faults::default();
        for request in requests {
            faults.add(serde_json::from_value(request.clone()).unwrap());
        }
        faults
    }

    fn take(faults: &mut Faults) -> Vec<Effect> {
        let taken = faults.take(Operation::CreateImage, &Method::POST, "/imagemgmt/v1/images");
        taken.into_iter().map(|taken| taken.effect).collect()
    }

    #[test]
    fn a_fault_happens_once_unless_told_otherwise() {
        let mut faults = faults(&[json!({"effect": {"type": "dropAfter"}})]);
        assert_eq!(take(&mut faults), [Effect::DropAfter {}]);
        assert_eq!(take(&mut faults), []);
    }

    #[test]
    fn zero_times_means_always() {
        let mut faults = faults(&[json!({"times": 0, "effect": {"type": "dropAfter"}})]);
        for _ in 0..5 {
            assert_eq!(take(&mut faults).len(), 1);
        }
    }

    #[test]
    fn the_first_ones_pass_when_told_to_skip() {
        let mut faults = faults(&[json!({"skip": 2, "effect": {"type": "dropBefore"}})]);
        let suffered: Vec<usize> = (0..4).map(|_| take(&mut faults).len()).collect();
        assert_eq!(suffered, [0, 0, 1, 0]);
    }

    #[test]
    fn a_request_suffers_one_answer_and_everything_else() {
        let mut faults = faults(&[
            json!({"effect": {"type": "dropAfter"}}),
            json!({"effect": {"type": "hideFromListings", "seconds": 5}}),
            json!({"effect": {"type": "errorAfter", "status": 503}}),
        ]);
        assert_eq!(
            take(&mut faults),
            [Effect::DropAfter {}, Effect::HideFromListings { seconds: 5 }]
        );
        assert_eq!(
            take(&mut faults),
            [Effect::ErrorAfter {
                status: 503,
                code: None
            }]
        );
    }

    #[test]
    fn every_given_field_has_to_match() {
        let mut faults = faults(&[json!({
            "match": {"operation": "createImage", "method": "get"},
            "effect": {"type": "dropBefore"},
        })]);
        assert_eq!(take(&mut faults), []);
    }

    #[test]
    fn unknown_fields_and_operations_are_refused() {
        for wrong in [
            json!({"effect": {"type": "dropBefore", "seconds": 1}}),
            json!({"effect": {"type": "failWork", "errorCode": "X", "why": 1}}),
            json!({"match": {"operation": "makeImage"}, "effect": {"type": "dropBefore"}}),
            json!({"match": {"path": "/x"}, "effect": {"type": "dropBefore"}}),
            json!({"effect": {"type": "explode"}}),
            json!({"effect": {"type": "throttle"}}),
        ] {
            let read = serde_json::from_value::<FaultRequest>(wrong.clone());
            assert!(read.is_err(), "{wrong} was accepted");
        }
    }
}
