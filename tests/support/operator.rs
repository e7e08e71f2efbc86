//! The built operator as a process, with the rights that `deploy/base` gives it.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::cluster::Cluster;
use super::failure::Failure;
use super::namespace::Namespace;
use super::process::{Process, Program, Signal, tail};
use super::workplace;

const READY_DEADLINE: Duration = Duration::from_mins(1);
const END_DEADLINE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(50);

/// How to run the operator.
#[derive(Debug, Clone, Default)]
pub struct OperatorOptions {
    /// Only the objects of this namespace; of all when `None`.
    pub watch_namespace: Option<String>,
    /// More arguments, such as `--settling-window=2s`.
    pub arguments: Vec<String>,
    /// More environment variables.
    pub environment: Vec<(String, String)>,
}

impl OperatorOptions {
    /// For one test: only its namespace.
    pub fn for_namespace(namespace: &Namespace) -> Self {
        Self {
            watch_namespace: Some(namespace.name.clone()),
            ..Self::default()
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }
}

/// A running `image-operator run`, killed when dropped. Its log is printed when its test fails.
pub struct Operator {
    process: Process,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    address: String,
    log: PathBuf,
    http: reqwest::Client,
}

impl Operator {
    /// Starts the operator and waits until it is ready.
    pub async fn start(cluster: &Cluster, options: OperatorOptions) -> Result<Self, Failure> {
        let mut operator = Self::launch(cluster, options)?;
        operator.wait_until_ready().await?;
        Ok(operator)
    }

    /// Starts the operator without waiting, for tests of how it starts.
    pub fn launch(cluster: &Cluster, options: OperatorOptions) -> Result<Self, Failure> {
        let kubeconfig = cluster.operator_kubeconfig()?;
        let address = format!("127.0.0.1:{}", workplace::free_port()?);
        let name = options.watch_namespace.as_deref().unwrap_or("all-namespaces");
        let log = cluster.path(&format!("operator-{name}-{}.log", address.replace(':', "-")));

        let mut arguments: Vec<String> = ["run", "--allow-plain-http", "--allowed-hosts=127.0.0.1"]
            .map(str::to_owned)
            .into();
        arguments.push(format!("--listen={address}"));
        arguments.extend(
            options
                .watch_namespace
                .iter()
                .map(|name| format!("--watch-namespace={name}")),
        );
        arguments.extend(options.arguments);
        let mut environment = vec![("KUBECONFIG".to_owned(), kubeconfig.to_string_lossy().into_owned())];
        environment.extend(options.environment);

        let program = workplace::operator_program()?;
        let process = start(&program, &arguments, &environment, &log)?;
        let http = reqwest::Client::new();
        Ok(Self {
            process,
            program,
            arguments,
            environment,
            address,
            log,
            http,
        })
    }

    /// Waits until `/readyz` answers 200.
    pub async fn wait_until_ready(&mut self) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            let Err(last) = self.get("/readyz").await else {
                return Ok(());
            };
            self.process.still_runs()?;
            if started.elapsed() >= READY_DEADLINE {
                return Err(self.process.not_ready(started.elapsed(), last));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// The address of a page of the probe port.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The body of a page of the probe port, such as `/metrics`; `Err` says what came instead of a 200.
    pub async fn get(&self, path: &str) -> Result<String, String> {
        let url = self.url(path);
        let asked = self.http.get(&url).timeout(Duration::from_secs(10)).send().await;
        let answer = asked.map_err(|error| format!("{url}: {error}"))?;
        let status = answer.status();
        let body = answer.text().await.map_err(|error| format!("{url}: {error}"))?;
        if status.as_u16() == 200 {
            Ok(body)
        } else {
            Err(format!("{url}: {status}: {body}"))
        }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// How it ended, or `None` while it runs.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        self.process.ended()
    }

    /// SIGKILL: it ends wherever it is. Returns when it is gone.
    pub async fn kill(&mut self) -> Result<(), Failure> {
        self.process.signal(Signal::Kill);
        self.wait_for_the_end().await.map(drop)
    }

    /// SIGTERM, and waits until it has ended by itself.
    pub async fn terminate(&mut self) -> Result<ExitStatus, Failure> {
        self.process.signal(Signal::Terminate);
        self.wait_for_the_end().await
    }

    /// SIGSTOP: it is frozen, as on a node that hangs.
    pub fn freeze(&mut self) {
        self.process.signal(Signal::Stop);
    }

    /// SIGCONT: it goes on.
    pub fn thaw(&mut self) {
        self.process.signal(Signal::Continue);
    }

    /// Starts it again with the same arguments and waits until it is ready. One that still runs is killed first.
    pub async fn restart(&mut self) -> Result<(), Failure> {
        self.kill().await?;
        self.process = start(&self.program, &self.arguments, &self.environment, &self.log)?;
        self.wait_until_ready().await
    }

    async fn wait_for_the_end(&mut self) -> Result<ExitStatus, Failure> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.process.ended()? {
                return Ok(status);
            }
            if started.elapsed() >= END_DEADLINE {
                return Err(self
                    .process
                    .not_ready(started.elapsed(), "it did not end when told to".to_owned()));
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

impl Drop for Operator {
    #[allow(clippy::print_stderr, reason = "the test harness shows it for a failed test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "the end of the operator's log {}:\n{}",
                self.log.display(),
                tail(&self.log)
            );
        }
    }
}

fn start(
    program: &Path,
    arguments: &[String],
    environment: &[(String, String)],
    log: &Path,
) -> Result<Process, Failure> {
    Process::start(Program {
        name: "image-operator run",
        path: program,
        arguments: arguments.to_vec(),
        environment: environment.to_vec(),
        log: log.to_owned(),
    })
}
