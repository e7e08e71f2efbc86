//! `image-operator crds`: the definitions of all kinds, as YAML.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::Value;

use crate::api;

/// Prints the definitions of all kinds as YAML, ready for `kubectl apply -f -`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write one file per kind into this directory instead.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The definitions could not be given out.
#[derive(Debug, thiserror::Error)]
pub enum CrdsError {
    /// A schema cannot be generated.
    #[error(transparent)]
    Schema(#[from] api::SchemaError),
    /// A definition cannot be written as JSON.
    #[error("writing the definition of {kind} as JSON: {source}")]
    Json {
        /// The kind in question.
        kind: String,
        /// What went wrong.
        source: serde_json::Error,
    },
    /// A definition cannot be written as YAML.
    #[error("writing the definition of {kind} as YAML: {source}")]
    Yaml {
        /// The kind in question.
        kind: String,
        /// What went wrong.
        source: serde_saphyr::ser::Error,
    },
    /// A file cannot be written.
    #[error("writing {path}: {source}")]
    File {
        /// The file in question.
        path: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// The definitions cannot be printed.
    #[error("printing the definitions: {0}")]
    Print(std::io::Error),
}

/// A definition as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionFile {
    /// Name of the file: `<plural>.yaml`.
    pub name: String,
    /// What is in it.
    pub yaml: String,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> ExitCode {
    let done = match &args.out {
        Some(directory) => write(directory),
        None => print(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nowhere left to complain to if even this fails.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The definitions of all kinds, one file each.
pub fn files() -> Result<Vec<DefinitionFile>, CrdsError> {
    api::definitions()?.iter().map(file).collect()
}

fn write(directory: &Path) -> Result<(), CrdsError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| CrdsError::File { path, source }
    };
    std::fs::create_dir_all(directory).map_err(failed(directory))?;
    for file in files()? {
        let path = directory.join(&file.name);
        std::fs::write(&path, &file.yaml).map_err(failed(&path))?;
    }
    Ok(())
}

fn print() -> Result<(), CrdsError> {
    let documents: Vec<String> = files()?.into_iter().map(|file| file.yaml).collect();
    std::io::stdout()
        .write_all(documents.join("---\n").as_bytes())
        .map_err(CrdsError::Print)
}

fn file(definition: &CustomResourceDefinition) -> Result<DefinitionFile, CrdsError> {
    let kind = &definition.spec.names.kind;
    let mut value = serde_json::to_value(definition).map_err(|source| CrdsError::Json {
        kind: kind.clone(),
        source,
    })?;
    whole_numbers(&mut value);
    let yaml = serde_saphyr::to_string(&value).map_err(|source| CrdsError::Yaml {
        kind: kind.clone(),
        source,
    })?;
    Ok(DefinitionFile {
        name: format!("{}.yaml", definition.spec.names.plural),
        yaml,
    })
}

/// Limits are floating point numbers in the definition's own type; `1000` reads better than `1000.0`.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|float| float.fract() == 0.0);
            if let Some(whole) = whole.and_then(|float| float.to_string().parse::<i64>().ok()) {
                *value = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
