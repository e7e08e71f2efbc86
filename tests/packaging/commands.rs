//! The tools that these tests run.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::generated::CHART;
use crate::support::workplace::{self, repository};

/// Runs a tool of `make tools` in the root of the repository; `Err` is what it said on standard error.
pub(crate) fn run<A: AsRef<OsStr>>(name: &str, arguments: &[A]) -> Result<String, String> {
    let built = workplace::target().join("tools/bin").join(name);
    let program: PathBuf = if built.exists() {
        built
    } else {
        workplace::tool(name).unwrap_or_else(|failure| panic!("{failure}"))
    };
    let output = Command::new(&program)
        .args(arguments)
        .current_dir(repository())
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stdout) + &text(&output.stderr))
    }
}

/// `helm template` of the chart with some `--set` values, or why it is refused.
pub(crate) fn template(arguments: &[&str]) -> Result<String, String> {
    let fixed = [
        "template",
        "image-operator",
        CHART,
        "--namespace=image-operator-system",
    ];
    run("helm", &[&fixed[..], arguments].concat())
}

/// What the chart renders to.
pub(crate) fn rendered(arguments: &[&str]) -> Vec<Value> {
    documents(&template(arguments).unwrap())
}

/// What kustomize makes of a folder.
pub(crate) fn built(folder: &str) -> Vec<Value> {
    documents(&run("kubectl", &["kustomize", folder]).unwrap_or_else(|error| panic!("{folder}: {error}")))
}

pub(crate) fn documents(yaml: &str) -> Vec<Value> {
    let mut documents: Vec<Value> = serde_saphyr::from_multiple(yaml).unwrap();
    documents.retain(|document| !document.is_null());
    documents
}

/// The object of a kind and name.
pub(crate) fn find<'a>(objects: &'a [Value], kind: &str, name: &str) -> Option<&'a Value> {
    objects
        .iter()
        .find(|object| object["kind"] == kind && object["metadata"]["name"] == name)
}
