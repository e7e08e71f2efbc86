//! The documentation: generated pages are current, manifests are accepted, links lead somewhere.
//! `UPDATE=1 cargo test --test docs current` writes the generated pages anew.
// Helpers of tests are tests too: a panic in them is a failed test.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use image_operator::api::{CloudConnection, CustomImage, ImageCatalog, ImageVersion, Reason};
use kube::CustomResourceExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[test]
fn the_page_of_reasons_is_current() {
    let mut page = "\
# Reasons

What `reason` of a condition or an event says, and what to do about it. Generated from `src/api/reasons.rs`.

| reason | meaning |
|---|---|
"
    .to_owned();
    for reason in Reason::ALL {
        writeln!(page, "| `{reason}` | {} |", reason.doc()).expect("a text takes more text");
    }
    hold_generated("docs/reference/reasons.md", &page);
}

#[test]
fn the_page_of_the_command_line_is_current() {
    let overview = help(&["--help"]);
    let mut page = format!(
        "\
# Command line

What the program says to `--help`, generated.

```text
{overview}```
"
    );
    for command in subcommands(&overview) {
        let text = help(&[command, "--help"]);
        write!(page, "\n## {command}\n\n```text\n{text}```\n").expect("a text takes more text");
    }
    hold_generated("docs/reference/cli.md", &page);
}

#[test]
fn every_manifest_in_the_documentation_is_accepted() {
    let mut seen = 0;
    for page in pages() {
        for block in yaml_blocks(&page.text) {
            let place = format!("{}, the block that begins {:?}", page.name, first_line(&block));
            let documents: Vec<Value> =
                serde_saphyr::from_multiple(&block).unwrap_or_else(|error| panic!("{place}: {error}"));
            for document in &documents {
                let found = problems(document);
                assert!(found.is_empty(), "{place}: {found:#?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "only {seen} manifests were found");
}

#[test]
fn a_manifest_with_a_mistake_is_not_accepted() {
    let sample = include_str!("../deploy/samples/imagecatalog-gallery.yaml");
    let catalog = serde_saphyr::from_str::<Value>(sample).expect("a sample is YAML");
    assert_eq!(problems(&catalog), NONE);

    let mut misspelt = catalog.clone();
    misspelt["spec"]["streamDescripton"] = "x".into();
    assert_eq!(problems(&misspelt), ["there is no field spec.streamDescripton"]);

    let mut wrong_type = catalog.clone();
    wrong_type["spec"]["suspend"] = "yes".into();
    assert_eq!(problems(&wrong_type).len(), 1);

    let mut against_a_rule = catalog;
    against_a_rule["spec"]["action"] = "import".into();
    assert!(problems(&against_a_rule)[0].contains("leave action out"));
}

#[test]
fn every_link_within_the_repository_leads_somewhere() {
    for page in pages() {
        let folder = page.path.parent().unwrap_or(Path::new(""));
        for link in links(&page.text) {
            let (file, _) = link.split_once('#').unwrap_or((link, ""));
            if !file.is_empty() && !link.contains("://") {
                assert!(folder.join(file).exists(), "{}: {link} leads nowhere", page.name);
            }
        }
    }
}

#[test]
fn every_reason_that_is_explained_exists() {
    let page = std::fs::read_to_string(root().join("docs/operations.md")).expect("the page can be read");
    let (_, section) = page
        .split_once("## Troubleshooting by reason")
        .expect("the page has the section");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let first_cells = rows.filter_map(|row| row.split_once(" | "));
    let mut explained = 0;
    for (reasons, _) in first_cells {
        for reason in reasons
            .split('`')
            .filter(|text| text.chars().all(char::is_alphabetic))
        {
            let exists = reason.is_empty() || Reason::ALL.iter().any(|known| known.as_str() == reason);
            assert!(
                exists,
                "docs/operations.md explains {reason}, which does not exist"
            );
            explained += 1;
        }
    }
    assert!(explained > 0, "the section explains nothing");
}

const NONE: [&str; 0] = [];

/// What is wrong with a manifest, as far as can be told without an API server.
fn problems(manifest: &Value) -> Vec<String> {
    match manifest["kind"].as_str() {
        Some("CloudConnection") => problems_of::<CloudConnection>(manifest),
        Some("CustomImage") => problems_of::<CustomImage>(manifest),
        Some("ImageCatalog") => problems_of::<ImageCatalog>(manifest),
        Some("ImageVersion") => problems_of::<ImageVersion>(manifest),
        Some(_) if manifest["apiVersion"].is_string() => Vec::new(),
        _ => vec!["it names no apiVersion and kind".to_owned()],
    }
}

fn problems_of<K: CustomResourceExt + Serialize + DeserializeOwned>(manifest: &Value) -> Vec<String> {
    let definition = serde_json::to_value(K::crd()).expect("a definition is JSON");
    let schema = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let typed: K = match serde_json::from_value(manifest.clone()) {
        Ok(typed) => typed,
        Err(error) => return vec![error.to_string()],
    };
    let read = serde_json::to_value(typed).expect("a resource is JSON");
    let mut problems = Vec::new();
    unread(&manifest["spec"], &read["spec"], "spec", &mut problems);
    if let Err(errors) = kube_cel::Validator::new().validate(schema, &read, None) {
        problems.extend(errors.into_vec().into_iter().map(|error| error.message));
    }
    problems
}

/// The fields that are written and that the types do not know.
fn unread(written: &Value, read: &Value, path: &str, problems: &mut Vec<String>) {
    match (written, read) {
        (Value::Object(written), _) => {
            for (name, value) in written {
                let path = format!("{path}.{name}");
                match read.get(name) {
                    Some(read) => unread(value, read, &path, problems),
                    None => problems.push(format!("there is no field {path}")),
                }
            }
        }
        (Value::Array(written), Value::Array(read)) => {
            for (written, read) in written.iter().zip(read) {
                unread(written, read, path, problems);
            }
        }
        _ => {}
    }
}

struct Page {
    name: String,
    path: PathBuf,
    text: String,
}

/// Every page of Markdown in the root, below `docs` and in the chart.
fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    for folder in ["", "docs", "docs/reference", "charts/image-operator"] {
        for entry in std::fs::read_dir(root().join(folder)).expect("a folder can be read") {
            let path = entry.expect("a folder can be read").path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
                let text = std::fs::read_to_string(&path).expect("a page can be read");
                pages.push(Page { name, path, text });
            }
        }
    }
    pages
}

fn yaml_blocks(page: &str) -> Vec<String> {
    let parts = page.split("```yaml\n").skip(1);
    parts
        .map(|part| part.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

fn links(page: &str) -> impl Iterator<Item = &str> {
    let targets = page.split("](").skip(1);
    targets.filter_map(|rest| rest.split_once(')').map(|(link, _)| link))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// What the program prints, whatever is set where the test runs.
fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_image-operator"))
        .args(arguments)
        .env_clear()
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {}", output.status);
    let text = String::from_utf8(output.stdout).expect("help is text");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

/// The subcommands that the program names in its help.
fn subcommands(overview: &str) -> impl Iterator<Item = &str> {
    let lines = overview.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help")
}

/// Holds a page to what it should be, or writes it where `UPDATE` is set.
fn hold_generated(path: &str, expected: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, expected).expect("the page can be written");
        return;
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(golden == expected, "{path} is out of date: run `make generate`");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
