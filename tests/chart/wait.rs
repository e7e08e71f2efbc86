//! `helm upgrade --install --wait` of a chart that holds images.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::helm::{Helm, small_chart};
use crate::support::gallery::{self, Limits};
use crate::support::{Namespace, Operator, OperatorOptions, Simulator, SimulatorOptions, cluster};
use image_operator::api::ImageCatalog;

/// Of no account of the simulator, so that it refuses the image.
const UNKNOWN_PROVIDER: &str = "65f0c0ffee00000000009999";

#[tokio::test]
async fn it_returns_when_the_image_is_ready() {
    let scene = Scene::new().await;

    let waited = scene.upgrade("right", &[catalog("win11", &json!({}))]).await;

    assert!(waited.is_ok(), "{}", waited.unwrap_err());
    let catalog = scene.namespace.api::<ImageCatalog>().get("win11").await.unwrap();
    assert_eq!(gallery::ready(&catalog), Ok(()));
}

#[tokio::test]
async fn it_waits_again_after_a_change() {
    let scene = Scene::new().await;
    scene
        .upgrade("change", &[catalog("win11", &json!({}))])
        .await
        .unwrap();

    let changed = json!({"deletionPolicy": "Retain"});
    scene
        .upgrade("change", &[catalog("win11", &changed)])
        .await
        .unwrap();

    let catalog = scene.namespace.api::<ImageCatalog>().get("win11").await.unwrap();
    assert_eq!(gallery::ready(&catalog), Ok(()));
    let observed = catalog.status.map(|status| status.managed.observed_generation);
    assert_eq!(observed, catalog.metadata.generation);
}

#[tokio::test]
async fn it_fails_at_once_when_the_image_needs_a_person() {
    let scene = Scene::new().await;
    let refused = catalog("win11", &json!({"providerInstanceId": UNKNOWN_PROVIDER}));
    let started = Instant::now();

    let said = scene.upgrade("wrong", &[refused]).await.unwrap_err();

    assert!(said.contains("PROVIDER_INSTANCE_NOT_OF_SAME_ORG"), "{said}");
    assert!(
        started.elapsed() < Duration::from_mins(1),
        "only after {:?}",
        started.elapsed()
    );
}

struct Scene {
    namespace: Namespace,
    helm: Helm,
    _simulator: Simulator,
    _operator: Operator,
}

impl Scene {
    async fn new() -> Self {
        let namespace = cluster().namespace().await;
        let simulator = Simulator::start(cluster(), SimulatorOptions::default())
            .await
            .unwrap();
        let options = OperatorOptions::for_namespace(&namespace).with("--settling-window=2s");
        let operator = Operator::start(cluster(), options).await.unwrap();
        gallery::connect(&namespace, simulator.url(), Limits::default()).await;
        Self {
            helm: Helm::new(cluster()),
            namespace,
            _simulator: simulator,
            _operator: operator,
        }
    }

    async fn upgrade(&self, release: &str, manifests: &[Value]) -> Result<String, String> {
        let chart = small_chart(cluster(), release, manifests);
        let (chart, namespace) = (chart.to_string_lossy(), self.namespace.name.as_str());
        self.helm
            .run(&[
                "upgrade",
                "--install",
                release,
                &chart,
                "--namespace",
                namespace,
                "--wait",
                "--timeout=80s",
            ])
            .await
    }
}

/// A catalog of a gallery image with fields of its spec set.
fn catalog(name: &str, fields: &Value) -> Value {
    let mut catalog = serde_json::to_value(gallery::catalog(name)).unwrap();
    for (field, value) in fields.as_object().unwrap() {
        catalog["spec"][field] = value.clone();
    }
    catalog
}
