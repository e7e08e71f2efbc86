//! The operator as the Deployment in a cluster says: there are no nodes to run its pod, so it runs here, with the
//! arguments, the environment and the ServiceAccount of the pod.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::Cluster;
use crate::support::process::{Process, Program, Signal, tail};
use crate::support::workplace;

const READY_DEADLINE: Duration = Duration::from_mins(1);
const END_DEADLINE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(50);

/// A running operator, killed when dropped.
pub(crate) struct Deployed {
    process: Process,
    log: PathBuf,
}

impl Deployed {
    /// Starts what the Deployment's first container says and waits until it is ready.
    pub(crate) async fn start(cluster: &Cluster, namespace: &str, deployment: &str) -> Self {
        let kubectl = cluster.kubectl();
        let get = [
            "--namespace",
            namespace,
            "get",
            "deployment",
            deployment,
            "--output=json",
        ];
        let deployment: Value = serde_json::from_str(&kubectl.run(&get).unwrap()).unwrap();
        let pod = &deployment["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        let account = pod["serviceAccountName"].as_str().unwrap();
        let kubeconfig = cluster.service_account_kubeconfig(namespace, account).unwrap();

        let port = workplace::free_port().unwrap();
        let own = container["ports"][0]["containerPort"].to_string();
        let arguments = texts(&container["args"]).map(|argument| argument.replace(&own, &port.to_string()));
        let mut environment = vec![("KUBECONFIG".to_owned(), kubeconfig.to_string_lossy().into_owned())];
        for variable in container["env"].as_array().into_iter().flatten() {
            let text = |field: &str| variable[field].as_str().unwrap().to_owned();
            environment.push((text("name"), text("value")));
        }
        let log = cluster.path(&format!("deployed-{port}.log"));
        let process = Process::start(Program {
            name: "image-operator run",
            path: &workplace::operator_program().unwrap(),
            arguments: arguments.collect(),
            environment,
            log: log.clone(),
        })
        .unwrap();
        let mut deployed = Self { process, log };
        let page = &container["readinessProbe"]["httpGet"]["path"];
        let url = format!("http://127.0.0.1:{port}{}", page.as_str().unwrap());
        deployed.wait_until_ready(&url).await;
        deployed
    }

    /// SIGTERM, and waits until it has ended by itself.
    pub(crate) async fn terminate(&mut self) {
        self.process.signal(Signal::Terminate);
        let started = Instant::now();
        while self.process.ended().unwrap().is_none() {
            assert!(
                started.elapsed() < END_DEADLINE,
                "it does not end: {}",
                tail(&self.log)
            );
            tokio::time::sleep(POLL).await;
        }
    }

    async fn wait_until_ready(&mut self, url: &str) {
        let http = reqwest::Client::new();
        let started = Instant::now();
        loop {
            let asked = http.get(url).timeout(Duration::from_secs(10)).send().await;
            if asked.is_ok_and(|answer| answer.status().as_u16() == 200) {
                return;
            }
            self.process
                .still_runs()
                .unwrap_or_else(|failure| panic!("{failure}"));
            assert!(
                started.elapsed() < READY_DEADLINE,
                "not ready: {}",
                tail(&self.log)
            );
            tokio::time::sleep(POLL).await;
        }
    }
}

fn texts(list: &Value) -> impl Iterator<Item = String> {
    let texts = list.as_array().into_iter().flatten();
    texts.map(|text| text.as_str().unwrap().to_owned())
}
