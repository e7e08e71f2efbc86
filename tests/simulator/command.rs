//! `image-operator simulate`: what it prints, and how it ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

fn simulate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_image-operator"));
    command
        .arg("simulate")
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn url_of(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let said: Value = serde_json::from_str(&line).expect("one line of JSON");
    said["url"].as_str().unwrap().to_owned()
}

fn wait(child: &mut Child) -> Option<i32> {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("it did not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test]
async fn it_says_where_it_listens_and_ends_cleanly_on_both_signals() {
    for signal in ["-TERM", "-INT"] {
        let mut child = simulate(&["--listen", "127.0.0.1:0", "--speed", "60"])
            .spawn()
            .unwrap();
        let url = url_of(&mut child);
        let settings = reqwest::get(format!("{url}/_simulator/settings")).await.unwrap();
        assert_eq!(settings.status(), 200);
        Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .unwrap();
        assert_eq!(wait(&mut child), Some(0), "{signal}");
    }
}

#[tokio::test]
async fn it_starts_with_the_settings_given() {
    let settings = r#"{"emptyListAnswer": 204, "latencyMillis": 3}"#;
    let arguments = [
        "--listen",
        "127.0.0.1:0",
        "--settings",
        settings,
        "--latency",
        "1",
    ];
    let mut child = simulate(&arguments).spawn().unwrap();
    let url = url_of(&mut child);
    let answer = reqwest::get(format!("{url}/_simulator/settings"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let settings: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(settings["emptyListAnswer"], 204);
    assert_eq!(settings["latencyMillis"], 1);
}

#[test]
fn what_it_cannot_use_it_refuses_by_name() {
    for (arguments, named) in [
        (["--speed", "0"], "positive number"),
        (["--settings", r#"{"latency": 1}"#], "`latency`"),
        (["--listen", "here"], "--listen"),
    ] {
        let output = simulate(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(named), "{said}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = simulate(&["--listen", &address]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&address));
}
