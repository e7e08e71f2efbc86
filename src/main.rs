//! The `image-operator` binary: parse the command line, run.

fn main() -> std::process::ExitCode {
    image_operator::cli::main()
}
