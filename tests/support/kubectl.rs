//! kubectl, as a person would use it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::failure::Failure;

/// kubectl with one kubeconfig.
#[derive(Debug, Clone)]
pub struct Kubectl {
    program: PathBuf,
    kubeconfig: PathBuf,
    /// Not in the home directory: what a server offers must not be remembered for another server on its port.
    cache: PathBuf,
}

impl Kubectl {
    pub fn new(program: PathBuf, kubeconfig: PathBuf, cache: PathBuf) -> Self {
        Self {
            program,
            kubeconfig,
            cache,
        }
    }

    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Runs kubectl and returns what it printed.
    ///
    /// # Errors
    /// [`Failure::Kubectl`] with what it said on standard error.
    pub fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        self.run_with_input(arguments, "")
    }

    /// Like [`Kubectl::run`], with text for `-f -`.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Result<String, Failure> {
        let mut child = Command::new(&self.program)
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .arg("--cache-dir")
            .arg(&self.cache)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(Failure::io(format!("start {}", self.program.display())))?;
        if let Some(mut pipe) = child.stdin.take() {
            // kubectl that ends without reading its input says why itself.
            let _ = pipe.write_all(input.as_bytes());
        }
        let output = child
            .wait_with_output()
            .map_err(Failure::io("read what kubectl printed"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(Failure::Kubectl {
            arguments: arguments.join(" "),
            message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Like [`Kubectl::run_with_input`], without holding up the other tasks of the test.
    pub async fn run_async(&self, arguments: Vec<String>, input: String) -> Result<String, Failure> {
        let kubectl = self.clone();
        let run = move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            kubectl.run_with_input(&arguments, &input)
        };
        tokio::task::spawn_blocking(run)
            .await
            .expect("kubectl does not panic")
    }
}
