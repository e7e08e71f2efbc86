//! Manifests, from files, folders and standard input.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::api::names::{GROUP, VERSION};
use crate::controller::key::Kind;

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// The files of a folder that are read.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// The manifests that were found.
#[derive(Debug, Default)]
pub(super) struct Manifests {
    /// Those of our kinds, in the order in which they are written.
    pub(super) ours: Vec<Manifest>,
    /// How many there are of other kinds.
    pub(super) others: usize,
}

/// A manifest of one of our kinds, with a name.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) kind: Kind,
    pub(super) object: Value,
    origin: String,
}

/// Manifests cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ManifestError {
    /// A file cannot be read.
    #[error("reading {path}")]
    Read { path: PathBuf, source: std::io::Error },
    /// What is read is no YAML.
    #[error("reading {origin} as YAML")]
    Yaml {
        origin: String,
        source: serde_saphyr::Error,
    },
    /// A document is no manifest.
    #[error("{0} has a document without apiVersion and kind")]
    NoKind(String),
    /// A document is of our group, and of no kind that there is.
    #[error("{origin} has a {kind} of {api_version}, which does not exist")]
    UnknownKind {
        origin: String,
        kind: String,
        api_version: String,
    },
    /// A manifest has no name.
    #[error("{origin} has a {kind} without metadata.name")]
    NoName { origin: String, kind: Kind },
    /// A manifest has fields that do not exist.
    #[error("{manifest} has fields that do not exist: {fields}")]
    UnknownFields { manifest: String, fields: String },
    /// There is nothing to tell anything about.
    #[error("there is no resource of {GROUP} in what was given with -f")]
    Nothing,
}

impl Manifest {
    /// The manifest with its namespace, which is this one unless it names another.
    pub(super) fn within(&self, namespace: &str) -> Value {
        let mut object = self.object.clone();
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
            && !metadata.get("namespace").is_some_and(Value::is_string)
        {
            metadata.insert("namespace".to_owned(), namespace.into());
        }
        object
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = name(&self.object).unwrap_or_default();
        write!(f, "{} {name} ({})", self.kind, self.origin)
    }
}

/// Reads all of them.
pub(super) fn read(sources: &[PathBuf]) -> Result<Manifests, ManifestError> {
    let mut found = Manifests::default();
    for source in sources {
        if source.as_os_str() == STANDARD_INPUT {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(failed(source))?;
            found.add(&text, "standard input")?;
            continue;
        }
        for file in files(source)? {
            let text = std::fs::read_to_string(&file).map_err(failed(&file))?;
            found.add(&text, &file.display().to_string())?;
        }
    }
    if found.ours.is_empty() {
        return Err(ManifestError::Nothing);
    }
    Ok(found)
}

/// The file itself, or the manifests in the folder, by name.
fn files(source: &Path) -> Result<Vec<PathBuf>, ManifestError> {
    if !source.is_dir() {
        return Ok(vec![source.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(source).map_err(failed(source))? {
        let path = entry.map_err(failed(source))?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> ManifestError {
    let path = path.to_owned();
    move |source| ManifestError::Read { path, source }
}

fn name(object: &Value) -> Option<&str> {
    object.pointer("/metadata/name")?.as_str()
}

impl Manifests {
    fn add(&mut self, text: &str, origin: &str) -> Result<(), ManifestError> {
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(text).map_err(|source| ManifestError::Yaml {
                origin: origin.to_owned(),
                source,
            })?;
        documents
            .into_iter()
            .filter(|document| !document.is_null())
            .try_for_each(|document| self.add_document(document, origin))
    }

    fn add_document(&mut self, mut document: Value, origin: &str) -> Result<(), ManifestError> {
        let text = |field: &str| Some(document.get(field)?.as_str()?.to_owned());
        let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
            return Err(ManifestError::NoKind(origin.to_owned()));
        };
        if api_version == "v1" && kind == "List" {
            let Some(Value::Array(items)) = document.get_mut("items").map(Value::take) else {
                return Ok(());
            };
            return items
                .into_iter()
                .try_for_each(|item| self.add_document(item, origin));
        }
        if api_version.split('/').next() != Some(GROUP) {
            self.others += 1;
            return Ok(());
        }
        let known = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
        let Some(kind) = known.filter(|_| api_version == format!("{GROUP}/{VERSION}")) else {
            return Err(ManifestError::UnknownKind {
                origin: origin.to_owned(),
                kind,
                api_version,
            });
        };
        let origin = origin.to_owned();
        if name(&document).is_none_or(str::is_empty) {
            return Err(ManifestError::NoName { origin, kind });
        }
        self.ours.push(Manifest {
            kind,
            object: document,
            origin,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(text: &str) -> Result<Manifests, ManifestError> {
        let mut found = Manifests::default();
        found.add(text, "a.yaml").map(|()| found)
    }

    fn refusal(text: &str) -> String {
        found(text).unwrap_err().to_string()
    }

    fn named(name: &str) -> String {
        format!("apiVersion: image-operator.dev/v1alpha1\nkind: ImageCatalog\nmetadata:\n  name: {name}\n")
    }

    #[test]
    fn every_document_counts_and_those_of_other_kinds_are_left_out() {
        let text = format!(
            "---\n{}---\n# nothing\n---\napiVersion: v1\nkind: Secret\n---\n{}",
            named("a"),
            named("b")
        );
        let found = found(&text).unwrap();
        let names: Vec<String> = found.ours.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["ImageCatalog a (a.yaml)", "ImageCatalog b (a.yaml)"]);
        assert_eq!(found.others, 1);
    }

    #[test]
    fn json_and_lists_are_read_as_well() {
        let item = json!({
            "apiVersion": "image-operator.dev/v1alpha1", "kind": "ImageVersion", "metadata": { "name": "v" },
        });
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": [item] });
        assert_eq!(found(&list.to_string()).unwrap().ours[0].kind, Kind::ImageVersion);
    }

    #[test]
    fn a_namespace_is_given_to_those_that_name_none() {
        let found = found(&format!("{}---\n{}  namespace: own\n", named("a"), named("b"))).unwrap();
        let within: Vec<Value> = found
            .ours
            .iter()
            .map(|manifest| manifest.within("given")["metadata"]["namespace"].clone())
            .collect();
        assert_eq!(within, ["given", "own"]);
    }

    #[test]
    fn what_is_no_manifest_of_ours_is_refused_with_its_file() {
        assert!(refusal("a: [").contains("reading a.yaml as YAML"));
        assert!(refusal("name: a").contains("without apiVersion and kind"));
        let unknown = named("a").replace("ImageCatalog", "ImageCatalogue");
        assert!(refusal(&unknown).contains("has a ImageCatalogue of image-operator.dev/v1alpha1"));
        let older = named("a").replace("v1alpha1", "v1alpha0");
        assert!(refusal(&older).contains("v1alpha0, which does not exist"));
        assert!(refusal(&named("")).contains("without metadata.name"));
    }
}
