//! The command line: one file per subcommand.

mod account;
mod causes;
pub mod completions;
pub mod crds;
mod estate;
pub mod hosts;
pub mod import;
mod lists;
pub mod orphans;
pub mod preview;
mod residents;
pub mod run;
mod session;
pub mod simulate;
mod table;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

const AFTER_HELP: &str = "\
Examples:
  image-operator crds | kubectl apply -f -      install the definitions
  image-operator simulate                       the remote APIs to rehearse with, on http://127.0.0.1:8080
  image-operator run --listen=127.0.0.1:8081 --allow-plain-http --allowed-hosts=127.0.0.1
                                                the operator, on the cluster of your kubeconfig, speaking to them alone
  image-operator run --cluster-id=production-west --log-format=json
                                                the operator in earnest
  image-operator import --connection=prod --out=images/
                                                what exists remotely, as manifests that adopt it
  image-operator orphans --connection=prod      what we made remotely and no resource stands for any more
  image-operator preview -f images/             what the operator would do next with these manifests
  source <(image-operator completions bash)     complete the command line

Every option can be given as the environment variable that its help names. Log lines and complaints go to standard
error, results to standard output.

Exit codes:
  0  done, or stopped by SIGTERM or SIGINT
  1  could not start or go on: the last line says why
  2  wrong command line
  3  preview --exit-code: something remote would be changed

Documentation: https://github.com/image-operator/image-operator";

/// Kubernetes operator for desktop images that live behind remote cloud APIs.
#[derive(Debug, Parser)]
#[command(version = env!("IMAGE_OPERATOR_VERSION"), after_help = AFTER_HELP)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Crds(crds::Args),
    Import(import::Args),
    Orphans(orphans::Args),
    Preview(preview::Args),
    Completions(completions::Args),
    /// Serve a faithful fake of the remote APIs, to rehearse with.
    Simulate(simulate::Args),
}

/// Parses the command line and runs the subcommand it names.
pub fn main() -> ExitCode {
    match CommandLine::parse().command {
        Command::Run(args) => run::run(args),
        Command::Crds(args) => crds::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Orphans(args) => orphans::run(&args),
        Command::Preview(args) => preview::run(&args),
        Command::Completions(args) => completions::run(&args, CommandLine::command()),
        Command::Simulate(args) => simulate::run(args),
    }
}
