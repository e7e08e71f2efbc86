//! The harness itself: that it boots, keeps tests apart, and gives the operator no more than its rights.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::ListParams;
use support::failure::Failure;
use support::process::{Process, Program, Signal};
use support::workplace::{self, Workplace};
use support::{cluster, eventually};

const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_namespace_is_fresh_and_named_for_its_test() {
    let namespace = cluster().namespace().await;

    assert!(
        namespace.name.starts_with("a-namespace-is-fresh-and-named"),
        "{}",
        namespace.name
    );
    let secrets = namespace
        .api::<Secret>()
        .list(&ListParams::default())
        .await
        .unwrap();
    assert!(secrets.items.is_empty());
}

#[tokio::test]
async fn two_namespaces_of_one_test_differ() {
    let (one, other) = (cluster().namespace().await, cluster().namespace().await);

    assert_ne!(one.name, other.name);
}

#[tokio::test]
async fn the_custom_resources_are_served() {
    let namespace = cluster().namespace().await;

    let listed = namespace
        .kubectl(&[
            "get",
            "imagecatalogs,imageversions,cloudconnections",
            "--output=name",
        ])
        .await
        .unwrap();

    assert_eq!(listed, "");
}

#[tokio::test]
async fn what_is_applied_can_be_read_back() {
    let namespace = cluster().namespace().await;
    namespace
        .apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: note}, data: {text: hello}}")
        .await
        .unwrap();

    let note = namespace.api::<ConfigMap>().get("note").await.unwrap();

    assert_eq!(note.data.unwrap()["text"], "hello");
}

#[tokio::test]
async fn a_refused_manifest_says_why() {
    let namespace = cluster().namespace().await;

    let refused = namespace
        .apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: Not_A_Name}}")
        .await;

    assert!(refused.unwrap_err().to_string().contains("Not_A_Name"));
}

#[tokio::test]
async fn a_secret_can_be_written_twice() {
    let namespace = cluster().namespace().await;
    namespace.secret("token", &[("key", "old")]).await;
    namespace.secret("token", &[("key", "new")]).await;

    let secret = namespace.api::<Secret>().get("token").await.unwrap();

    assert_eq!(secret.data.unwrap()["key"].0, b"new");
}

#[tokio::test]
async fn the_operators_account_may_read_a_secret_and_nothing_else_may_be_written() {
    let cluster = cluster();
    let namespace = cluster.namespace().await;
    namespace.secret("token", &[("key", "value")]).await;
    let before = cluster.audit().position();
    let kubeconfig = cluster.operator_kubeconfig().unwrap();
    let client = support::cluster::client(&kubeconfig).await.unwrap();
    let secrets = Api::<Secret>::namespaced(client, &namespace.name);

    secrets.get("token").await.unwrap();
    let refused = secrets
        .delete("token", &kube::api::DeleteParams::default())
        .await
        .unwrap_err();

    assert!(
        matches!(&refused, kube::Error::Api(status) if status.code == 403),
        "{refused}"
    );
    let audit = cluster.audit();
    let entry = eventually(SOON, "the refusal is in the audit log", async || {
        let mut writes = audit.writes_in(&namespace.name, before);
        writes.pop().ok_or_else(|| "no write".to_owned())
    })
    .await;
    assert_eq!(
        (entry.verb.as_str(), entry.resource.as_str(), entry.name.as_str()),
        ("delete", "secrets", "token")
    );
    assert!(entry.is_forbidden());
}

#[tokio::test]
async fn a_deleted_namespace_goes_away() {
    let namespace = cluster().namespace().await;
    namespace.secret("token", &[("key", "value")]).await;

    namespace
        .kubectl(&["delete", "namespace", &namespace.name, "--wait=false"])
        .await
        .unwrap();

    let namespaces = Api::<k8s_openapi::api::core::v1::Namespace>::all(namespace.client.clone());
    eventually(
        Duration::from_mins(1),
        "the namespace is gone",
        async || match namespaces.get_opt(&namespace.name).await {
            Ok(None) => Ok(()),
            Ok(Some(left)) => Err(format!("{:?}", left.status)),
            Err(error) => Err(error.to_string()),
        },
    )
    .await;
}

#[tokio::test]
#[should_panic(expected = "not within 60ms: pigs fly; last seen: no pig")]
async fn what_does_not_happen_fails_with_what_was_seen() {
    eventually(Duration::from_millis(60), "pigs fly", async || {
        Err::<(), _>("no pig".to_owned())
    })
    .await;
}

#[tokio::test]
#[should_panic(expected = "last seen: no answer")]
async fn a_question_that_is_never_answered_ends_at_the_deadline() {
    let never = async || std::future::pending::<Result<(), String>>().await;
    eventually(Duration::from_millis(60), "an answer", never).await;
}

#[test]
fn a_folder_that_many_take_at_once_is_given_to_one_at_most_and_in_use_for_the_others() {
    let folder = workplace::target().join("clusters/taken");
    for _ in 0..200 {
        let barrier = Barrier::new(4);
        let take = || {
            barrier.wait();
            let taken = Workplace::take(folder.clone());
            barrier.wait();
            match taken {
                Ok(_) => 1,
                Err(Failure::InUse(_)) => 0,
                Err(other) => panic!("{other}"),
            }
        };
        let given: usize = std::thread::scope(|scope| {
            let takers: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            takers.into_iter().map(|taker| taker.join().unwrap()).sum()
        });
        // A process that another test starts at this moment has the lock too, until it becomes its program.
        assert!(given <= 1, "{given} took it");
    }
}

#[tokio::test]
async fn a_signal_reaches_the_process_itself() {
    let folder = Folder::new("signal");
    let mut process = folder.start("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done");
    eventually(SOON, "the process runs", async || folder.printed("ready")).await;

    process.signal(Signal::Terminate);

    let status = eventually(SOON, "the process ends", async || match process.ended() {
        Ok(Some(status)) => Ok(status),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert_eq!(status.code(), Some(7));
}

#[tokio::test]
async fn a_stopped_process_is_stopped_when_the_call_returns() {
    let folder = Folder::new("stopped");
    let mut process = folder.start("echo $$; while :; do sleep 0.01; done");
    let pid = eventually(SOON, "the process runs", async || folder.first_line()).await;

    process.signal(Signal::Stop);

    let state = Command::new("ps")
        .args(["-o", "stat=", "-p", &pid])
        .output()
        .unwrap();
    assert!(state.stdout.starts_with(b"T"), "{state:?}");
}

#[tokio::test]
async fn a_signal_to_a_process_that_has_ended_is_ignored() {
    let folder = Folder::new("ended");
    let mut process = folder.start("exit 3");
    let status = eventually(SOON, "the process ends", async || {
        process.ended().unwrap().ok_or("runs".to_owned())
    })
    .await;

    process.signal(Signal::Kill);

    assert_eq!(status.code(), Some(3));
    assert_eq!(process.ended().unwrap(), Some(status));
}

#[tokio::test]
async fn a_dropped_process_is_killed_however_it_resists() {
    let folder = Folder::new("dropped");
    let process = folder.start("trap '' TERM INT HUP; echo $$; while :; do sleep 0.05; done");
    let pid = eventually(SOON, "the process runs", async || folder.first_line()).await;

    drop(process);

    eventually(SOON, "the process is gone", async || gone(&pid)).await;
}

#[tokio::test]
async fn what_a_killed_program_started_is_killed_too() {
    let folder = Folder::new("orphan");
    // Stands for a test program: all that the supervisor knows of it is the pipe between them.
    let mut starter = Command::new("sleep")
        .arg("600")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut supervisor = Command::new("sh")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/supervise.sh"))
        .arg(folder.log())
        .args(["sh", "-c", "echo $$; while :; do sleep 0.05; done"])
        .stdin(starter.stdout.take().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = eventually(SOON, "the process runs", async || folder.first_line()).await;
    assert!(gone(&pid).is_err());

    starter.kill().unwrap();

    eventually(SOON, "the process is gone", async || gone(&pid)).await;
    supervisor.wait().unwrap();
    starter.wait().unwrap();
}

/// A log file of a test that needs no cluster.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    fn start(&self, script: &str) -> Process {
        Process::start(Program {
            name: "script",
            path: Path::new("sh"),
            arguments: vec!["-c".to_owned(), script.to_owned()],
            environment: Vec::new(),
            log: self.log(),
        })
        .unwrap()
    }

    fn printed(&self, wanted: &str) -> Result<(), String> {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        if text.lines().any(|line| line == wanted) {
            Ok(())
        } else {
            Err(text)
        }
    }

    fn first_line(&self) -> Result<String, String> {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        text.split_once('\n').map(|(line, _)| line.to_owned()).ok_or(text)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn gone(pid: &str) -> Result<(), String> {
    // `kill -0` asks whether the process is there.
    let there = Command::new("kill")
        .args(["-0", pid])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    if there.success() {
        Err(format!("process {pid} is still there"))
    } else {
        Ok(())
    }
}
