//! A child process that cannot outlive the program that started it.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::failure::Failure;

/// The supervisor says why it is a script: the pipe to it closes however this program ends.
const SUPERVISOR: &str = include_str!("supervise.sh");

const POLL: Duration = Duration::from_millis(20);

/// A signal that can be passed to a [`Process`].
#[derive(Debug, Clone, Copy)]
pub enum Signal {
    /// SIGTERM: please end.
    Terminate,
    /// SIGKILL: ends at once, wherever the process is.
    Kill,
    /// SIGSTOP: freezes the process.
    Stop,
    /// SIGCONT: lets a frozen process go on.
    Continue,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Self::Terminate => "TERM",
            Self::Kill => "KILL",
            Self::Stop => "STOP",
            Self::Continue => "CONT",
        }
    }
}

/// What to run.
pub struct Program<'a> {
    /// What it is called in messages.
    pub name: &'a str,
    pub path: &'a Path,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    /// Standard output and standard error are appended here.
    pub log: PathBuf,
}

/// A running child process; killed when dropped, and when this program ends in whatever way.
pub struct Process {
    name: String,
    log: PathBuf,
    /// Holds the pipe to the supervisor, whose end is the end of the process.
    supervisor: Child,
    /// A line for each signal that has been sent.
    sent: Option<BufReader<ChildStdout>>,
}

impl Process {
    pub fn start(program: Program<'_>) -> Result<Self, Failure> {
        let Program {
            name,
            path,
            arguments,
            environment,
            log,
        } = program;
        let output = append(&log)?;
        let errors = output
            .try_clone()
            .map_err(Failure::io(format!("open {} twice", log.display())))?;
        let mut supervisor = Command::new("sh")
            .args(["-c", SUPERVISOR, name])
            .arg(&log)
            .arg(path)
            .args(arguments)
            .envs(environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            // Ctrl-C on a terminal goes to this program alone, which then ends its children.
            .process_group(0)
            .spawn()
            .map_err(Failure::io(format!("start {name}")))?;
        let sent = supervisor.stdout.take().map(BufReader::new);
        Ok(Self {
            name: name.to_owned(),
            log,
            supervisor,
            sent,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Sends a signal and returns when it has been sent. A process that has ended already is left in peace.
    pub fn signal(&mut self, signal: Signal) {
        let (Some(pipe), Some(sent)) = (self.supervisor.stdin.as_mut(), self.sent.as_mut()) else {
            return;
        };
        // A closed pipe means that the supervisor, and so the process, is gone.
        if writeln!(pipe, "{}", signal.name()).is_ok() {
            let _ = sent.read_line(&mut String::new());
        }
    }

    /// How the process ended, or `None` while it runs. A process ended by signal N has the exit code 128 + N.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        // Not `Child::wait`, which would close the pipe and so kill what is waited for.
        self.supervisor
            .try_wait()
            .map_err(Failure::io(format!("wait for {}", self.name)))
    }

    /// Waits until `look` finds what it looks for; says what it saw last when it does not in time.
    pub fn wait_until_ready<T>(
        &mut self,
        deadline: Duration,
        mut look: impl FnMut() -> Result<T, String>,
    ) -> Result<T, Failure> {
        let started = Instant::now();
        loop {
            let last = match look() {
                Ok(found) => return Ok(found),
                Err(last) => last,
            };
            self.still_runs()?;
            if started.elapsed() >= deadline {
                return Err(self.not_ready(started.elapsed(), last));
            }
            std::thread::sleep(POLL);
        }
    }

    /// Fails with the end of the log when the process has ended.
    pub fn still_runs(&mut self) -> Result<(), Failure> {
        match self.ended()? {
            None => Ok(()),
            Some(status) => Err(Failure::Ended {
                name: self.name.clone(),
                status,
                log: self.log.clone(),
                tail: tail(&self.log),
            }),
        }
    }

    /// The failure of a process that runs but is not ready.
    pub fn not_ready(&self, waited: Duration, last: String) -> Failure {
        Failure::NotReady {
            name: self.name.clone(),
            waited,
            last,
            log: self.log.clone(),
            tail: tail(&self.log),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

/// The last lines of a log, for messages.
pub fn tail(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines
        .get(lines.len().saturating_sub(25)..)
        .unwrap_or_default()
        .join("\n")
}

fn append(log: &Path) -> Result<File, Failure> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .map_err(Failure::io(format!("open {}", log.display())))
}
