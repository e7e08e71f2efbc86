//! `image-operator completions`: what a shell needs to complete the command line.

use std::io::Write;
use std::process::ExitCode;

use clap_complete::Shell;

/// Prints completions for a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  source <(image-operator completions bash)
  image-operator completions zsh > \"${fpath[1]}/_image-operator\"
  image-operator completions fish > ~/.config/fish/completions/image-operator.fish")]
pub struct Args {
    /// The shell.
    shell: Shell,
}

/// Runs the subcommand for this command line.
pub fn run(args: &Args, mut command: clap::Command) -> ExitCode {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    match std::io::stdout().write_all(&script) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nowhere left to complain to if even this fails.
            let _ = writeln!(std::io::stderr(), "error: printing the completions: {error}");
            ExitCode::FAILURE
        }
    }
}
