//! Faults of every type on a tenth of all requests, as a seed chooses them.

use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};

use super::support::{FaultId, Simulator};

/// How many requests are planned for at a time.
const AHEAD: u64 = 1_000;

/// How often held requests are let go, and new faults planned.
const POLL: Duration = Duration::from_millis(300);

/// Faults without end.
pub(crate) struct Faults {
    chance: Rng,
    struck: u64,
}

impl Faults {
    pub(crate) fn with_seed(seed: u64) -> Self {
        Self {
            chance: Rng::with_seed(seed),
            struck: 0,
        }
    }

    /// Ends them all; returns how many requests have suffered one.
    pub(crate) async fn end(&mut self, simulator: &Simulator) -> u64 {
        let faults = simulator.faults().await;
        self.struck += faults.iter().map(|fault| fault.matched).sum::<u64>();
        simulator.clear_faults().await;
        self.struck
    }

    /// Sets faults until it is dropped.
    pub(crate) async fn strike(&mut self, simulator: &Simulator) {
        let mut seen = latest(simulator, 0).await;
        loop {
            self.end(simulator).await;
            let holding = self.plan(simulator).await;
            let end = seen + AHEAD;
            while seen < end {
                for fault in &holding {
                    simulator.release(*fault).await;
                }
                tokio::time::sleep(POLL).await;
                seen = latest(simulator, seen).await;
            }
        }
    }

    /// Plans for the next requests; returns the faults that hold what they strike.
    async fn plan(&mut self, simulator: &Simulator) -> Vec<FaultId> {
        let mut holding = Vec::new();
        for skip in 0..AHEAD {
            if self.chance.u8(..10) != 0 {
                continue;
            }
            let effect = self.effect();
            let holds = effect["type"].as_str().unwrap().starts_with("hold");
            let fault = json!({ "skip": skip, "effect": effect });
            let id = simulator.fault(fault).await;
            if holds {
                holding.push(id);
            }
        }
        // The only failure of work that needs nobody to settle it: a copy that failed is published again.
        let failing =
            json!({ "type": "failWork", "errorCode": "SIMULATED_EXCEPTION", "errorDetails": "out of space" });
        let skip = self.chance.u64(..10);
        simulator
            .fault(json!({ "match": { "operation": "republishVersion" }, "skip": skip, "effect": failing }))
            .await;
        holding
    }

    /// What a remote in trouble does; nothing that says what is not so.
    fn effect(&mut self) -> Value {
        let chance = &mut self.chance;
        let troubles = [408, 429, 500, 502, 503, 504];
        let trouble = *chance.choice(&troubles).unwrap();
        match chance.u8(..11) {
            0 => json!({ "type": "holdBefore" }),
            1 => json!({ "type": "holdAfter" }),
            2 => json!({ "type": "refuse", "status": trouble }),
            3 => json!({ "type": "throttle", "retryAfterSeconds": chance.u8(1..3) }),
            4 => json!({ "type": "dropBefore" }),
            5 => json!({ "type": "dropAfter" }),
            6 => json!({ "type": "errorAfter", "status": trouble }),
            7 => json!({ "type": "delay", "milliseconds": chance.u16(50..1_500) }),
            8 => json!({ "type": "hideFromListings", "seconds": chance.u8(1..4) }),
            9 => {
                let damages = ["truncate", "html", "huge", "empty", "unknownStatus"];
                json!({ "type": "corrupt", "how": chance.choice(damages).unwrap() })
            }
            _ => json!({ "type": "expireTokens" }),
        }
    }
}

/// The number of the latest request, which is this one unless there have been more.
pub(crate) async fn latest(simulator: &Simulator, seen: u64) -> u64 {
    let requests = simulator.requests_since(seen).await;
    requests.last().map_or(seen, |request| request.seq)
}
