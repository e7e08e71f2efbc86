//! A namespace, a simulator and an operator of its own for each group of cases.

use std::collections::BTreeMap;
use std::time::Duration;

use image_operator::api::ImageCatalog;
use kube::api::ListParams;
use serde_json::json;

use super::support::{
    FaultId, Kind, Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, Subject,
};
use super::support::{cluster, eventually};

/// For anything that a test waits for on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

/// The operator's settling window, where the machine allows it. All that the remote does late has to happen within it.
pub(crate) const WINDOW: Duration = Duration::from_secs(15);

/// Longer than anything takes that the tests do, in seconds.
pub(crate) const AN_HOUR: u64 = 3_600;

/// How long the remote works on anything, in its seconds: half a second.
const WORK: u64 = 30;

pub(crate) struct Workshop {
    pub(crate) namespace: Namespace,
    pub(crate) simulator: Simulator,
    pub(crate) operator: Operator,
}

impl Workshop {
    /// Nothing is in the namespace yet. `window` is the operator's settling window.
    pub(crate) async fn open(window: Duration) -> Self {
        let namespace = cluster().namespace().await;
        let simulator = Simulator::start(cluster(), SimulatorOptions::default())
            .await
            .unwrap();
        simulator
            .settings(json!({
                // A second create for the same catalog has to be possible, to be noticed.
                "uniqueNames": false,
                "copySeconds": WORK, "importSeconds": WORK, "publishSeconds": WORK, "replicateSeconds": WORK,
                "shrinkSeconds": WORK, "deleteSeconds": WORK, "markerMoveSeconds": WORK,
                "surferCloud": { "importSeconds": WORK, "copySeconds": WORK, "terminateSeconds": WORK },
                // The clock is put forward, and that is not what the tokens are to notice.
                "tokenLifetimeSeconds": 100 * AN_HOUR,
            }))
            .await;
        let options = OperatorOptions::for_namespace(&namespace)
            .with(format!("--settling-window={}s", window.as_secs()));
        let operator = Operator::start(cluster(), options).await.unwrap();
        Self {
            namespace,
            simulator,
            operator,
        }
    }

    /// Waits until a fault holds so many requests.
    pub(crate) async fn held(&self, fault: FaultId, wanted: u64) {
        let description = format!("{wanted} requests are held");
        eventually(DEADLINE, &description, async || {
            let holding = self
                .simulator
                .fault_state(fault)
                .await
                .map_or(0, |fault| fault.holding);
            if holding == wanted {
                Ok(())
            } else {
                Err(format!("{holding} are"))
            }
        })
        .await;
    }

    /// Kills the operator, and waits until the remote has noticed that whoever it kept waiting is gone.
    pub(crate) async fn kill(&mut self, held: Option<FaultId>) {
        self.operator.kill().await.unwrap();
        if let Some(fault) = held {
            self.held(fault, 0).await;
        }
    }

    /// The number of the latest request that the remote has got.
    pub(crate) async fn latest_request(&self) -> u64 {
        let requests = self.simulator.requests().await;
        requests.last().map_or(0, |request| request.seq)
    }

    /// The resource of a kind and name.
    pub(crate) fn subject(&self, kind: Kind, name: &str) -> Subject {
        Subject::of(&self.namespace, kind, name)
    }

    /// How many creates have made something.
    pub(crate) async fn creates(&self) -> usize {
        let requests = self.simulator.requests().await;
        requests
            .iter()
            .filter(|request| request.operation == "createImage" && request.changed)
            .count()
    }

    /// The ids of the remote's images by name.
    pub(crate) async fn images(&self) -> BTreeMap<String, Vec<String>> {
        let mut images: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for image in self.simulator.images().await {
            let text = |key: &str| image[key].as_str().unwrap_or_default().to_owned();
            images.entry(text("name")).or_default().push(text("id"));
        }
        images
    }

    pub(crate) async fn catalogs(&self) -> Vec<ImageCatalog> {
        let catalogs = self.namespace.api::<ImageCatalog>();
        catalogs.list(&ListParams::default()).await.unwrap().items
    }
}
