//! `image-operator orphans`: what we made remotely and no resource stands for any more.

use std::io::Write as _;
use std::process::ExitCode;

use serde::Serialize;

use super::account::{Account, AccountArgs, AccountError};
use super::estate::{Estate, mark_of};
use super::residents::Residents;
use super::session::{self, SessionError};
use super::table::aligned;
use crate::lifecycle::{Described, Mark};

/// Lists the remote images and versions that bear this cluster's mark and that no resource stands for any more. Nothing
/// is written to the cluster or to the account.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  image-operator orphans --connection prod --namespace images
  image-operator orphans --connection prod --output json | jq -r '.[].id'

An orphan comes about when a resource is deleted with deletionPolicy Retain, or when its finalizer is removed by hand.")]
pub struct Args {
    #[command(flatten)]
    account: AccountArgs,

    /// How they are listed.
    #[arg(long, short, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    output: Format,
}

/// How orphans are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// A JSON array of objects.
    Json,
}

/// The orphans could not be listed.
#[derive(Debug, thiserror::Error)]
enum OrphansError {
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("writing the orphans as JSON")]
    Json(#[from] serde_json::Error),
    #[error("printing the orphans")]
    Print(#[source] std::io::Error),
}

/// A remote object that bears our mark and belongs to nobody.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Orphan {
    /// `image` or `version`.
    kind: &'static str,
    id: String,
    name: String,
    status: String,
    /// The image that it is, or is a version of.
    stream_id: String,
    stream_name: String,
    /// The description without the mark.
    description: String,
    mark: Mark,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> ExitCode {
    session::run(list(args))
}

async fn list(args: &Args) -> Result<(), OrphansError> {
    let account = Account::open(&args.account).await?;
    let estate = account.estate().await?;
    // Read last: what was made since the account was listed has its resource by now.
    let orphans = orphans(&estate, &account.residents().await?);
    let text = match args.output {
        Format::Table => table(&orphans),
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&orphans)?),
    };
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(OrphansError::Print)?;
    if orphans.is_empty() {
        session::remark("no orphans");
    }
    Ok(())
}

/// Images first, each followed by its versions.
fn orphans(estate: &Estate, residents: &Residents) -> Vec<Orphan> {
    let mut orphans = Vec::new();
    for holding in &estate.holdings {
        let image = &holding.entry.image;
        let orphan = |kind, id: &str, name: &str, status: &str, description: &str, mark| Orphan {
            kind,
            id: id.to_owned(),
            name: name.to_owned(),
            status: status.to_owned(),
            stream_id: image.id.to_string(),
            stream_name: image.name.clone(),
            description: Described::parse(description).text,
            mark,
        };
        let is_orphan = |id: &str, mark: Option<Mark>| {
            mark.filter(|mark| residents.is_ours(*mark) && residents.of(id, Some(*mark)).is_none())
        };
        if let Some(mark) = is_orphan(image.id.as_str(), holding.entry.mark) {
            let description = image.description.as_deref().unwrap_or_default();
            let status = image.status.as_str();
            orphans.push(orphan(
                "image",
                image.id.as_str(),
                &image.name,
                status,
                description,
                mark,
            ));
        }
        for version in &holding.versions {
            if let Some(mark) = is_orphan(version.id.as_str(), mark_of(version)) {
                let description = version.description.as_deref().unwrap_or_default();
                let status = version.status.as_str();
                orphans.push(orphan(
                    "version",
                    version.id.as_str(),
                    &version.name,
                    status,
                    description,
                    mark,
                ));
            }
        }
    }
    orphans
}

fn table(orphans: &[Orphan]) -> String {
    if orphans.is_empty() {
        return String::new();
    }
    let row = |orphan: &Orphan| {
        [
            orphan.kind.to_owned(),
            orphan.stream_name.clone(),
            orphan.name.clone(),
            orphan.status.clone(),
            orphan.id.clone(),
        ]
    };
    aligned(["KIND", "IMAGE", "NAME", "STATUS", "ID"], orphans.iter().map(row))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::cli::estate::Holding;
    use crate::cli::residents::Resources;
    use crate::inventory::Entry;
    use crate::lifecycle::{Install, ObjectPart};

    fn marked(cluster: &str, kind: &str, name: &str, part: &str) -> String {
        let mark = Mark {
            install: Install::of_cluster(cluster),
            object: ObjectPart::of(kind, "team", name, part),
        };
        Described::render("text", mark)
    }

    fn holding(id: &str, description: &str, version_description: &str) -> Holding {
        let image = json!({ "id": id, "name": "win11", "status": "AVAILABLE", "description": description });
        let version = json!({
            "id": format!("{id}-v"), "name": "1.0.0", "status": "FAILED", "description": version_description,
        });
        let entry = Entry::new(serde_json::from_value(image).unwrap(), Vec::new());
        Holding::new(Arc::new(entry), &[serde_json::from_value(version).unwrap()])
    }

    fn estate() -> Estate {
        let ours = marked("here", "ImageCatalog", "win11", "image");
        let theirs = marked("there", "ImageCatalog", "win11", "image");
        let version = marked("here", "ImageVersion", "win11-2", "version");
        Estate {
            holdings: vec![
                holding("i1", &ours, "by hand"),
                holding("i2", &theirs, "by hand"),
                holding("i3", "by hand", &version),
            ],
        }
    }

    fn residents(status: &serde_json::Value) -> Residents {
        let mut sample: serde_json::Value =
            serde_saphyr::from_str(include_str!("../../deploy/samples/imagecatalog-gallery.yaml")).unwrap();
        sample["metadata"] = json!({ "namespace": "team", "name": "other" });
        sample["status"] = status.clone();
        let resources = Resources {
            catalogs: vec![serde_json::from_value(sample).unwrap()],
            ..Resources::default()
        };
        Residents::new(Install::of_cluster("here"), "horizonCloud/o1", &resources)
    }

    fn ids(orphans: &[Orphan]) -> Vec<&str> {
        orphans.iter().map(|orphan| orphan.id.as_str()).collect()
    }

    #[test]
    fn what_bears_our_mark_and_belongs_to_nobody_is_an_orphan() {
        let found = orphans(&estate(), &residents(&json!({})));
        assert_eq!(ids(&found), ["i1", "i3-v"]);
        assert_eq!(
            (found[0].description.as_str(), found[1].stream_id.as_str()),
            ("text", "i3")
        );
    }

    #[test]
    fn what_another_resource_has_taken_over_is_no_orphan() {
        let taken = json!({ "parts": [{ "name": "image", "id": "i1" }] });
        assert_eq!(ids(&orphans(&estate(), &residents(&taken))), ["i3-v"]);
    }

    #[test]
    fn the_table_is_aligned_and_empty_without_orphans() {
        let text = table(&orphans(&estate(), &residents(&json!({}))));
        assert_eq!(
            text,
            "KIND      IMAGE   NAME    STATUS      ID\n\
             image     win11   win11   AVAILABLE   i1\n\
             version   win11   1.0.0   FAILED      i3-v\n"
        );
        assert_eq!(table(&[]), "");
    }
}
