//! `make demo`: a real API server, the simulated remote and the operator, with `deploy/samples` applied and shown
//! becoming Ready. Stays up on a terminal until Ctrl-C. Whatever way it ends, it leaves no process behind.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use support::kubectl::Kubectl;
use support::workplace::{self, Workplace};
use support::{Cluster, Operator, OperatorOptions, Simulator, SimulatorOptions};

/// The simulator's address that the samples name.
const ADDRESS_IN_SAMPLES: &str = "http://127.0.0.1:8080";
const READY_DEADLINE: Duration = Duration::from_mins(3);
const POLL: Duration = Duration::from_millis(500);
/// One line for each resource: its kind and name, whether it is Ready, and why.
const PROGRESS: &str = concat!(
    r#"--output=jsonpath={range .items[*]}{.kind}/{.metadata.name}{"\t"}"#,
    r#"{.status.conditions[?(@.type=="Ready")].status}{"\t"}"#,
    r#"{.status.conditions[?(@.type=="Ready")].reason}{"\n"}{end}"#,
);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match demonstrate().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn demonstrate() -> Result<(), Box<dyn Error>> {
    println!("demo: starting etcd and kube-apiserver, applying crds/ and deploy/base");
    let cluster = Cluster::start(Workplace::take(workplace::target().join("demo"))?)?;

    println!("demo: starting the simulator and the operator");
    let mut simulator = Simulator::start(&cluster, SimulatorOptions::default()).await?;
    let mut operator = Operator::start(&cluster, OperatorOptions::default()).await?;

    println!("demo: applying deploy/samples");
    let kubectl = cluster.kubectl();
    let samples = read_samples(&workplace::required("deploy/samples")?)?;
    kubectl.run_with_input(
        &["apply", "-f", "-"],
        &samples.replace(ADDRESS_IN_SAMPLES, simulator.url()),
    )?;

    let shown = show_progress(kubectl, &mut operator).await;
    if let Err(problem) = shown {
        let seen = kubectl.run(&["describe", "image-operator"]).unwrap_or_default();
        let log = operator.log_path().display();
        return Err(format!("{problem}\n\n{seen}\nThe operator's log: {log}").into());
    }
    show(kubectl, &["get", "imagecatalogs"])?;
    show(kubectl, &["get", "imageversions"])?;
    show(kubectl, &["get", "customimages"])?;
    show(kubectl, &["get", "cloudconnections"])?;
    explain(&cluster, &simulator, &operator);

    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        println!("demo: not on a terminal, so it stops here; everything became Ready");
        return Ok(());
    }
    println!("demo: stays up until Ctrl-C");
    stay_up(&mut simulator, &mut operator).await
}

/// The manifests of a folder as one, in the order of their file names.
fn read_samples(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_manifest = path.extension().is_some_and(|extension| extension == "yaml");
        if is_manifest && !path.ends_with("kustomization.yaml") {
            paths.push(path);
        }
    }
    paths.sort();
    let texts = paths
        .iter()
        .map(std::fs::read_to_string)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(texts.join("\n---\n"))
}

/// Prints each resource whenever its state changes, until all are Ready.
async fn show_progress(kubectl: &Kubectl, operator: &mut Operator) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let mut seen = BTreeMap::new();
    loop {
        let lines = kubectl.run(&["get", "image-operator", PROGRESS])?;
        let mut all_ready = true;
        for line in lines.lines() {
            let (name, state) = line.split_once('\t').unwrap_or((line, ""));
            let ready = state.starts_with("True\t");
            all_ready &= ready;
            if seen.insert(name.to_owned(), state.to_owned()).as_deref() != Some(state) {
                let reason = state.split_once('\t').map_or("", |(_, reason)| reason);
                let mark = if ready { "Ready" } else { "waiting" };
                println!(
                    "  {:>5.1} s  {name:<40} {mark:<8} {reason}",
                    started.elapsed().as_secs_f64()
                );
            }
        }
        if all_ready && !seen.is_empty() {
            return Ok(());
        }
        if let Some(status) = operator.ended()? {
            return Err(format!("the operator ended with {status}").into());
        }
        if started.elapsed() >= READY_DEADLINE {
            let waiting: Vec<_> = seen
                .iter()
                .filter(|(_, state)| !state.starts_with("True\t"))
                .collect();
            return Err(format!("not Ready after {READY_DEADLINE:?}: {waiting:?}").into());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Runs a command of kubectl the way a person would see it.
fn show(kubectl: &Kubectl, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    println!("\n$ kubectl {}", arguments.join(" "));
    print!("{}", kubectl.run(arguments)?);
    Ok(())
}

fn explain(cluster: &Cluster, simulator: &Simulator, operator: &Operator) {
    let kubectl = cluster.kubectl().program().display();
    println!(
        "
Try it from another terminal:
  export KUBECONFIG={kubeconfig}
  alias kubectl={kubectl}
  kubectl get image-operator                        everything the operator looks after
  kubectl explain imagecatalog.spec                 what can be said about an image
  kubectl edit imagecatalog NAME                    change it
  kubectl delete imagecatalog NAME                  delete it, at the remote too

What the remote holds, what the operator asked of it, and how the operator does:
  curl {url}/_simulator/state
  curl {url}/_simulator/requests/summary
  curl {metrics}

Logs: {folder}
",
        kubeconfig = cluster.admin_kubeconfig().display(),
        url = simulator.url(),
        metrics = operator.url("/metrics"),
        folder = cluster.folder().display(),
    );
}

/// Returns on Ctrl-C, or with an error when the operator or the simulator ends by itself.
async fn stay_up(simulator: &mut Simulator, operator: &mut Operator) -> Result<(), Box<dyn Error>> {
    loop {
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => {
                pressed?;
                println!("\ndemo: stopping");
                return Ok(());
            }
            () = tokio::time::sleep(POLL) => {
                simulator.still_runs()?;
                if let Some(status) = operator.ended()? {
                    return Err(format!("the operator ended with {status}: see {}", operator.log_path().display()).into());
                }
            }
        }
    }
}
