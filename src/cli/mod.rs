//! The command line: one file per subcommand.

pub mod crds;
pub mod run;
pub mod simulate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Kubernetes operator for desktop images that live behind remote cloud APIs.
#[derive(Debug, Parser)]
#[command(version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Crds(crds::Args),
    /// Serve a faithful fake of the remote APIs, to rehearse with.
    Simulate(simulate::Args),
}

/// Parses the command line and runs the subcommand it names.
pub fn main() -> ExitCode {
    match CommandLine::parse().command {
        Command::Run(args) => run::run(args),
        Command::Crds(args) => crds::run(&args),
        Command::Simulate(args) => simulate::run(args),
    }
}
