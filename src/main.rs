//! Parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    runner::cli::main(std::env::args_os().skip(1))
}
