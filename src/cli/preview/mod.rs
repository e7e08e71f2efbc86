//! `image-operator preview`: what the operator would do next with manifests.

mod fields;
mod manifests;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use kube::Api;
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde::Serialize;

use self::fields::Schemas;
use self::manifests::{Manifest, ManifestError};
use super::hosts::Hosts;
use super::lists;
use super::run::settling_window;
use super::session::{self, SessionError};
use super::table::aligned;
use crate::api::SchemaError;
use crate::api::names::{GROUP, VERSION};
use crate::connections::{self, Connections};
use crate::controller::cluster::{Cluster, ClusterError};
use crate::controller::key::{Key, Kind};
use crate::controller::rehearsal::{Outlook, Props, Rehearsal};
use crate::inventory::NoInventoryRecorder;
use crate::lifecycle::{Problem, ProblemKind};
use crate::remote::http::{NoRecorder, WriteGate};

/// With `--exit-code`, when something remote would be changed.
const CHANGES: u8 = 3;

/// Tells what the operator would do next with each resource, once its manifest is applied. Nothing is written to the
/// cluster or to an account.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  image-operator preview -f images/
  kubectl kustomize overlays/production | image-operator preview -f - --namespace images
  image-operator preview -f images/ --output json | jq -r '.[] | select(.next == \"delete\") | .name'

NEXT is create, change or delete where one request would be sent; adopt where a remote object would become the
resource's as it is; wait, stop, pause or nothing where nothing would be sent; release where the resource would be let
go; check for a CloudConnection that is new or changed. REASON and MESSAGE are what the condition Ready would say.")]
pub struct Args {
    /// Manifests: a file, a folder, or - for standard input; may be repeated.
    #[arg(long = "filename", short = 'f', value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// The namespace of manifests that name none. Default: that of your kubeconfig.
    #[arg(long, short, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// What tells this cluster from others in the marks on remote objects: the same as for the operator. Default: the
    /// uid of the namespace kube-system.
    #[arg(long, env = "IMAGE_OPERATOR_CLUSTER_ID", value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    cluster_id: Option<String>,

    /// How long a remote create whose answer was lost may take to show: the same as for the operator.
    #[arg(long, env = "IMAGE_OPERATOR_SETTLING_WINDOW", default_value = "5m", value_name = "DURATION", value_parser = settling_window)]
    settling_window: Duration,

    #[command(flatten)]
    hosts: Hosts,

    /// How the resources are listed.
    #[arg(long, short, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    output: Format,

    /// Exit with 3 when something remote would be created, changed or deleted.
    #[arg(long)]
    exit_code: bool,
}

/// How the resources are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// A JSON array of objects.
    Json,
}

/// Nothing could be told.
#[derive(Debug, thiserror::Error)]
enum PreviewError {
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Schema(#[from] SchemaError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error("reading every {kind} in all namespaces, because each may have to do with another")]
    List { kind: Kind, source: kube::Error },
    #[error("reading {manifest}")]
    Unreadable {
        manifest: String,
        source: serde_json::Error,
    },
    #[error("{0} is given twice")]
    Twice(Key),
    #[error("writing the results as JSON")]
    Json(#[source] serde_json::Error),
    #[error("printing the results")]
    Print(#[source] std::io::Error),
}

/// A resource and what the operator would do next with it.
#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    namespace: String,
    name: String,
    #[serde(flatten)]
    outlook: Outlook,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> ExitCode {
    session::run(preview(args))
}

async fn preview(args: &Args) -> Result<ExitCode, PreviewError> {
    let found = manifests::read(&args.files)?;
    let schemas = Schemas::of_all_kinds()?;
    for manifest in &found.ours {
        schemas.check(manifest)?;
    }
    if found.others > 0 {
        session::remark(&format!("{} resources of other kinds left out", found.others));
    }
    let cluster = Cluster::find().await?;
    let namespace = args.namespace.as_deref();
    let namespace = namespace.unwrap_or(cluster.calls.default_namespace()).to_owned();
    let mut rehearsal = rehearsal(args, &cluster).await?;
    let keys = declare(&mut rehearsal, &found.ours, &namespace)?;
    for (key, outlook) in rehearsal.connect().await {
        session::remark(&format!("{key} cannot be used: {}", words(&outlook)));
    }
    let mut rows = Vec::new();
    for key in keys {
        let outlook = rehearsal.next(&key).await;
        rows.push(Row {
            kind: key.kind.as_str(),
            namespace: key.namespace,
            name: key.name,
            outlook,
        });
    }
    print(args.output, &rows)?;
    session::remark(&summary(&rows));
    let changes = rows.iter().any(|row| row.outlook.next.changes_the_remote());
    Ok(if args.exit_code && changes {
        ExitCode::from(CHANGES)
    } else {
        ExitCode::SUCCESS
    })
}

/// With everything of ours that is in the cluster.
async fn rehearsal(args: &Args, cluster: &Cluster) -> Result<Rehearsal, PreviewError> {
    let cluster_id = match &args.cluster_id {
        Some(id) => id.clone(),
        None => cluster.id().await?,
    };
    let held_back = Arc::new(AtomicUsize::new(0));
    let connections = Connections::new(connections::Settings {
        allowed_hosts: args.hosts.allowed(),
        settling_window: args.settling_window,
        write_gate: Arc::new(HoldBack(Arc::clone(&held_back))),
        recorder: Arc::new(NoRecorder),
        inventory_recorder: Arc::new(NoInventoryRecorder),
    });
    let mut rehearsal = Rehearsal::new(Props {
        client: cluster.calls.clone(),
        connections: Arc::new(connections),
        held_back,
        cluster_id,
        settling_window: args.settling_window,
    });
    for kind in Kind::ALL {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(GROUP, VERSION, kind.as_str()));
        let api: Api<DynamicObject> = Api::all_with(cluster.calls.clone(), &resource);
        let all = lists::all(&api)
            .await
            .map_err(|source| PreviewError::List { kind, source })?;
        for object in all {
            let added = serde_json::to_value(&object).and_then(|object| rehearsal.add(kind, &object));
            if let Err(error) = added {
                let name = object.metadata.name.unwrap_or_default();
                session::remark(&format!(
                    "left out: {kind} {name} of the cluster cannot be read: {error}"
                ));
            }
        }
    }
    Ok(rehearsal)
}

fn declare(
    rehearsal: &mut Rehearsal,
    manifests: &[Manifest],
    namespace: &str,
) -> Result<Vec<Key>, PreviewError> {
    let mut keys = Vec::new();
    for manifest in manifests {
        let object = manifest.within(namespace);
        let key = rehearsal
            .declare(manifest.kind, &object)
            .map_err(|source| PreviewError::Unreadable {
                manifest: manifest.to_string(),
                source,
            })?;
        if keys.contains(&key) {
            return Err(PreviewError::Twice(key));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn print(format: Format, rows: &[Row]) -> Result<(), PreviewError> {
    let text = match format {
        Format::Table => table(rows),
        Format::Json => {
            let json = serde_json::to_string_pretty(rows).map_err(PreviewError::Json)?;
            format!("{json}\n")
        }
    };
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(PreviewError::Print)
}

fn table(rows: &[Row]) -> String {
    let row = |row: &Row| {
        [
            row.kind.to_owned(),
            row.namespace.clone(),
            row.name.clone(),
            row.outlook.next.to_string(),
            words(&row.outlook),
        ]
    };
    aligned(
        ["KIND", "NAMESPACE", "NAME", "NEXT", "REASON: MESSAGE"],
        rows.iter().map(row),
    )
}

fn words(outlook: &Outlook) -> String {
    let adopts = if outlook.adopts.is_empty() {
        String::new()
    } else {
        format!("takes over {}; ", outlook.adopts.join(", "))
    };
    let reason = match outlook.reason.as_str() {
        "" => String::new(),
        reason => format!("{reason}: "),
    };
    // A message is one line in a table.
    let message = outlook.message.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{adopts}{reason}{message}")
}

fn summary(rows: &[Row]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.outlook.next.to_string()).or_default() += 1;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(next, count)| format!("{count} {next}"))
        .collect();
    counts.join(", ")
}

/// Lets nothing pass that could change anything, and counts what it held back.
#[derive(Debug)]
struct HoldBack(Arc<AtomicUsize>);

impl WriteGate for HoldBack {
    fn check(&self) -> Result<(), Problem> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(Problem::new(ProblemKind::NotLeading, "this command only reads"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::rehearsal::Next;

    fn row(name: &str, next: Next, adopts: &[&str], reason: &str, message: &str) -> Row {
        Row {
            kind: "ImageCatalog",
            namespace: "images".to_owned(),
            name: name.to_owned(),
            outlook: Outlook {
                next,
                adopts: adopts.iter().map(|id| (*id).to_owned()).collect(),
                reason: reason.to_owned(),
                message: message.to_owned(),
            },
        }
    }

    fn rows() -> Vec<Row> {
        vec![
            row("a", Next::Create, &[], "Creating", "sending"),
            row("bb", Next::Adopt, &["i1"], "Available", "all\nis well"),
            row("c", Next::Release, &[], "", "gone"),
        ]
    }

    #[test]
    fn the_table_has_a_line_for_each_resource() {
        assert_eq!(
            table(&rows()),
            "KIND           NAMESPACE   NAME   NEXT      REASON: MESSAGE\n\
             ImageCatalog   images      a      create    Creating: sending\n\
             ImageCatalog   images      bb     adopt     takes over i1; Available: all is well\n\
             ImageCatalog   images      c      release   gone\n"
        );
        assert_eq!(summary(&rows()), "1 adopt, 1 create, 1 release");
    }

    #[test]
    fn json_says_the_same_in_fields() {
        let json = serde_json::to_value(rows()).unwrap();
        assert_eq!(
            json[1],
            serde_json::json!({
                "kind": "ImageCatalog", "namespace": "images", "name": "bb", "next": "adopt", "adopts": ["i1"],
                "reason": "Available", "message": "all\nis well",
            })
        );
    }

    #[test]
    fn the_gate_stays_shut_and_counts() {
        let count = Arc::new(AtomicUsize::new(0));
        let gate = HoldBack(Arc::clone(&count));
        assert!(gate.check().is_err() && gate.check().is_err());
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }
}
