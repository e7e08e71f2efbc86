//! The command line: one file per subcommand.

pub mod crds;
pub mod run;

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
    Run(run::Args),
}

/// Parses the command line and runs the subcommand it names.
pub fn main() -> ExitCode {
    match CommandLine::parse().command {
        Command::Run(args) => run::run(args),
        Command::Crds(args) => crds::run(&args),
        Command::Run(args) => run::run(args),
    }
}
