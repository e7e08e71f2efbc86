//! The manners of the command line: versions, completions, exit codes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::{Command, Output};

fn image_operator(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_image-operator"))
        .args(arguments)
        .env_clear()
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_version_is_that_of_the_package() {
    let said = text(&image_operator(&["--version"]).stdout);

    let version = format!("image-operator {}", env!("CARGO_PKG_VERSION"));
    assert!(said.starts_with(&version), "{said}");
}

#[test]
fn every_shell_completes_every_subcommand_and_option() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = image_operator(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = text(&output.stdout);
        for word in [
            "run",
            "crds",
            "simulate",
            "completions",
            "settling-window",
            "allowed-hosts",
        ] {
            assert!(script.contains(word), "{shell} does not complete {word}");
        }
    }
}

#[test]
fn a_wrong_command_line_exits_with_2_and_says_what_is_wrong() {
    for wrong in [
        &["rum"][..],
        &["run", "--worker=1"],
        &["run", "--workers=0"],
        &["completions", "tcsh"],
    ] {
        let output = image_operator(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(text(&output.stderr).starts_with("error: "), "{wrong:?}");
    }
}

#[test]
fn what_cannot_be_done_exits_with_1_and_says_why() {
    let output = image_operator(&["crds", "--out", "/dev/null/folder"]);

    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("/dev/null/folder"),
        "{}",
        text(&output.stderr)
    );
}
