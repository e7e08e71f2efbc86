//! `image-operator import`: what exists remotely as manifests, ready for Git.

mod manifest;
mod names;
mod plan;
#[cfg(test)]
mod tests;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::manifest::Manifest;
use self::plan::{NoSuchImage, Plan, Wish, plan};
use super::account::{Account, AccountArgs, AccountError};
use super::session::{self, SessionError};

/// Writes manifests for the images and versions that exist remotely, ready for Git. Applying them adopts every object
/// and changes nothing remotely. Nothing is written to the cluster or to the account.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  image-operator import --connection prod --namespace images --out images/
  image-operator import --connection prod --catalog win11 | kubectl apply -f -

What already belongs to a resource is left out; standard error says what was left out, and why.")]
pub struct Args {
    #[command(flatten)]
    account: AccountArgs,

    /// Only this image, by its name or id; may be repeated.
    #[arg(long = "catalog", value_name = "STREAM")]
    catalogs: Vec<String>,

    /// Write one file per resource into this folder instead. No file that exists is touched.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// The manifests could not be given out.
#[derive(Debug, thiserror::Error)]
enum ImportError {
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    NoSuchImage(#[from] NoSuchImage),
    #[error("writing a manifest as YAML")]
    Yaml(#[from] serde_saphyr::ser::Error),
    #[error("writing {path}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("printing the manifests")]
    Print(#[source] std::io::Error),
}

/// Runs the subcommand.
pub fn run(args: &Args) -> ExitCode {
    session::run(import(args))
}

async fn import(args: &Args) -> Result<(), ImportError> {
    let account = Account::open(&args.account).await?;
    if account.may_be_another() {
        session::remark("the account answers as one does that has no images, or that does not exist");
    }
    let wish = Wish {
        namespace: &account.namespace,
        connection: &args.account.connection,
        catalogs: &args.catalogs,
    };
    let estate = account.estate().await?;
    let plan = plan(&estate, &account.residents().await?, &wish)?;
    for left_out in &plan.left_out {
        session::remark(&format!("left out: {left_out}"));
    }
    match &args.out {
        Some(folder) => write(&plan.manifests, folder)?,
        None => print(&plan.manifests)?,
    }
    session::remark(&summary(&plan));
    Ok(())
}

fn print(manifests: &[Manifest]) -> Result<(), ImportError> {
    let documents: Result<Vec<String>, _> = manifests.iter().map(Manifest::yaml).collect();
    std::io::stdout()
        .write_all(documents?.join("---\n").as_bytes())
        .map_err(ImportError::Print)
}

fn write(manifests: &[Manifest], folder: &Path) -> Result<(), ImportError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ImportError::File { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    for manifest in manifests {
        let path = folder.join(manifest.file_name());
        let yaml = manifest.yaml()?;
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(yaml.as_bytes()))
            .map_err(failed(&path))?;
    }
    Ok(())
}

fn summary(plan: &Plan) -> String {
    let count = |kind: &str| {
        let manifests = plan.manifests.iter();
        manifests.filter(|manifest| manifest.kind() == kind).count()
    };
    format!(
        "{} ImageCatalogs and {} ImageVersions written, {} objects left out",
        count("ImageCatalog"),
        count("ImageVersion"),
        plan.left_out.len()
    )
}
