//! Names the commit that a release is built from, and no time, so that one commit gives one binary. Development builds do
//! without: they would all be built anew after every commit.

use std::process::Command;

/// Set by who builds from an archive instead of a checkout.
const COMMIT: &str = "IMAGE_OPERATOR_COMMIT";

fn main() {
    println!("cargo:rerun-if-env-changed={COMMIT}");
    let version = env!("CARGO_PKG_VERSION");
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let version = match commit().filter(|_| is_release) {
        Some(commit) => format!("{version} (commit {commit})"),
        None => version.to_owned(),
    };
    println!("cargo:rustc-env=IMAGE_OPERATOR_VERSION={version}");
    println!("cargo:rerun-if-changed=build.rs");
    if is_release {
        // A commit, a checkout and an edit are what changes the answer.
        for path in git(&["rev-parse", "--git-path", "logs/HEAD"])
            .iter()
            .map(String::as_str)
            .chain(["src", "Cargo.lock", "Cargo.toml"])
        {
            println!("cargo:rerun-if-changed={path}");
        }
    }
}

fn commit() -> Option<String> {
    if let Ok(commit) = std::env::var(COMMIT) {
        return Some(commit).filter(|commit| !commit.is_empty());
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let edited = git(&["status", "--porcelain", "--untracked-files=no"])?;
    if edited.is_empty() {
        Some(commit)
    } else {
        Some(commit + ", edited")
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|_| output.status.success())
}
