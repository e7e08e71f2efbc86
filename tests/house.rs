//! The rules of the house: which folder of the crate may use which, and how long a file may be.
//! ARCHITECTURE.md and the table in `src/lib.rs` tell why.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Each folder and the folders of the crate it may use. Every folder may use itself.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("lifecycle", &[]),
    ("api", &[]),
    ("remote", &["lifecycle"]),
    ("inventory", &["remote", "lifecycle"]),
    ("connections", &["inventory", "remote", "api", "lifecycle"]),
    (
        "kinds",
        &["connections", "inventory", "remote", "api", "lifecycle"],
    ),
    ("controller", &["kinds", "connections", "api", "lifecycle"]),
    ("simulator", &[]),
    (
        "cli",
        &[
            "controller",
            "kinds",
            "connections",
            "inventory",
            "remote",
            "api",
            "lifecycle",
            "simulator",
        ],
    ),
];

/// What would make the state machine need a cluster, a network or a runtime to be tested.
const NOT_IN_LIFECYCLE: [&str; 7] = [
    "kube",
    "k8s_openapi",
    "tokio",
    "reqwest",
    "futures",
    "axum",
    "tracing",
];

/// Reading the time inside a pure function makes it give another answer each time.
const CLOCKS: [&str; 4] = ["Timestamp::now", "Instant::now", "SystemTime::now", "Zoned::now"];

const LONGEST_FILE: usize = 600;
const LONGEST_MAIN: usize = 29;

#[test]
fn folders_use_only_the_folders_below_them() {
    hold(&sources(), forbidden_uses);
}

#[test]
fn every_folder_has_a_rule() {
    for folder in std::fs::read_dir(root().join("src")).unwrap() {
        let folder = folder.unwrap();
        let name = folder.file_name().into_string().unwrap();
        let known = MAY_USE.iter().any(|(folder, _)| *folder == name);
        assert!(
            known || !folder.path().is_dir(),
            "src/{name} has no rule: say in tests/house.rs, src/lib.rs and ARCHITECTURE.md what it may use"
        );
    }
}

#[test]
fn the_lifecycle_is_pure() {
    hold(&sources(), impurities);
}

#[test]
fn no_source_file_is_longer_than_a_person_reads() {
    hold(&sources(), overlong);
}

#[test]
fn a_use_of_a_higher_folder_is_found_in_every_spelling() {
    for code in [
        "use crate::kinds::Desired;",
        "use crate::{lifecycle::Mark, kinds::Desired};",
        "use crate::{\n    lifecycle::{Mark, RemoteId},\n    kinds,\n};",
        "fn f() { crate::kinds::perform() }",
        "use image_operator::kinds::Desired;",
        "use super::super::kinds::Desired;",
        "use super::super::{lifecycle::Mark, kinds};",
        "pub(in crate::kinds) fn f() {}",
        "use crate :: kinds::Desired;",
    ] {
        let found = forbidden_uses(&source("src/remote/http/mod.rs", code));
        assert_eq!(found.len(), 1, "{code}: {found:?}");
        assert!(found[0].contains("`remote` uses `kinds`"), "{found:?}");
    }
}

#[test]
fn an_allowed_use_is_not_found() {
    for code in [
        "use crate::lifecycle::Mark;",
        "use crate::{lifecycle::Mark, remote::http::Client};",
        "// crate::kinds is above",
        "/// See [`crate::kinds`].",
        "use super::kinds::Desired;",
        "use other::kinds::Desired;",
    ] {
        let found = forbidden_uses(&source("src/remote/http/mod.rs", code));
        assert!(found.is_empty(), "{code}: {found:?}");
    }
}

#[test]
fn a_glob_of_the_whole_crate_is_found() {
    assert_eq!(
        forbidden_uses(&source("src/remote/mod.rs", "use crate::*;")).len(),
        1
    );
}

#[test]
fn the_network_and_the_clock_are_found_in_the_lifecycle() {
    for code in [
        "use tokio::time;",
        "fn f(t: kube::Client) {}",
        "let t = jiff::Timestamp::now();",
    ] {
        assert_eq!(
            impurities(&source("src/lifecycle/decide.rs", code)).len(),
            1,
            "{code}"
        );
        assert!(
            impurities(&source("src/remote/mod.rs", code)).is_empty(),
            "{code}"
        );
    }
    assert!(impurities(&source("src/lifecycle/decide.rs", "let kube_like = 1; // kube::")).is_empty());
}

#[test]
fn an_overlong_file_is_found() {
    let file = source("src/api/long.rs", &"\n".repeat(LONGEST_FILE));
    assert!(overlong(&file).is_empty());
    let file = source("src/api/long.rs", &"\n".repeat(LONGEST_FILE + 1));
    assert_eq!(overlong(&file).len(), 1);
    let file = source("src/main.rs", &"\n".repeat(LONGEST_MAIN + 1));
    assert_eq!(overlong(&file).len(), 1);
}

/// A file of the crate.
struct Source {
    /// From the root of the repository, such as `src/remote/http/mod.rs`.
    path: PathBuf,
    text: String,
}

fn source(path: &str, text: &str) -> Source {
    Source {
        path: path.into(),
        text: text.to_owned(),
    }
}

impl Source {
    /// The folder directly under `src` that the file is in, or is the root of.
    fn folder(&self) -> Option<&str> {
        let below = self.path.strip_prefix("src").ok()?;
        below.iter().next()?.to_str()?.split('.').next()
    }

    /// How many modules deep the file is: 1 for `src/remote/mod.rs`, 2 for `src/remote/http.rs`.
    fn depth(&self) -> usize {
        let names_its_module = self.path.file_name().is_some_and(|name| name != "mod.rs");
        self.path.iter().count() - 2 + usize::from(names_its_module)
    }

    /// The lines without what stands in comments.
    fn code(&self) -> String {
        let line = |line: &str| line.split("//").next().unwrap_or_default().to_owned() + "\n";
        self.text.lines().map(line).collect()
    }
}

/// Fails with every breach of a rule in the sources.
fn hold(sources: &[Source], breaches: impl Fn(&Source) -> Vec<String>) {
    assert!(
        sources.len() > 10,
        "only {} source files found: is the test looking in the right place?",
        sources.len()
    );
    let mut report = String::new();
    for breach in sources.iter().flat_map(breaches) {
        writeln!(report, "  {breach}").unwrap();
    }
    assert!(
        report.is_empty(),
        "rules of the house that do not hold:\n{report}"
    );
}

fn forbidden_uses(source: &Source) -> Vec<String> {
    let Some(folder) = source.folder() else {
        return Vec::new();
    };
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == folder) else {
        return Vec::new();
    };
    let mut used = used_folders(source);
    used.sort();
    used.dedup();
    used.retain(|name| name != folder && !allowed.contains(&name.as_str()));
    used.iter()
        .map(|name| {
            let path = source.path.display();
            let allowed = if allowed.is_empty() {
                "nothing".to_owned()
            } else {
                allowed.join(", ")
            };
            format!(
                "{path}: `{folder}` uses `{name}`, but may use {allowed}: move what both need down, \
                 or pass it in from above"
            )
        })
        .collect()
}

/// The folders of the crate that paths in the file begin with, in whatever spelling.
fn used_folders(source: &Source) -> Vec<String> {
    // The longer spelling of the crate's root: one `super` for each module down to this file.
    let climb = "super::".repeat(source.depth());
    let code: String = source.code().split_whitespace().collect::<Vec<_>>().join(" ");
    let code = code.replace(" ::", "::").replace(":: ", "::");
    let mut used = Vec::new();
    for root in ["crate::", "image_operator::", &climb] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':') {
                continue;
            }
            used.extend(first_names(&code[at + root.len()..]));
        }
    }
    used.retain(|name| name == "*" || MAY_USE.iter().any(|(folder, _)| folder == name));
    used
}

/// The names at the front of a path: `a` of `a::b`, and `a`, `d` of `{a::{b, c}, d}`.
fn first_names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![leading_name(path)];
    };
    let mut names = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(leading_name(group[start..at].trim()));
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

fn leading_name(path: &str) -> String {
    if path.starts_with('*') {
        return "*".to_owned();
    }
    path.chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect()
}

fn impurities(source: &Source) -> Vec<String> {
    if source.folder() != Some("lifecycle") {
        return Vec::new();
    }
    let code = source.code();
    let path = source.path.display();
    let crates = NOT_IN_LIFECYCLE
        .iter()
        .filter(|name| mentions(&code, &format!("{name}::")));
    let clocks = CLOCKS.iter().filter(|clock| code.contains(**clock));
    crates
        .chain(clocks)
        .map(|name| {
            format!("{path}: the lifecycle uses `{name}`: it is pure, so pass in what it needs as a value")
        })
        .collect()
}

/// Whether a path begins with these letters.
fn mentions(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':')
    })
}

fn overlong(source: &Source) -> Vec<String> {
    let longest = if source.path == Path::new("src/main.rs") {
        LONGEST_MAIN
    } else {
        LONGEST_FILE
    };
    let lines = source.text.lines().count();
    if lines <= longest {
        return Vec::new();
    }
    vec![format!(
        "{}: {lines} lines, at most {longest}: a file is one idea, so split it",
        source.path.display()
    )]
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    collect(&root().join("src"), &mut sources);
    sources
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            sources.push(Source {
                path: path.strip_prefix(root()).unwrap().to_owned(),
                text,
            });
        }
    }
}
