//! The user service as a program.

use clap::Parser;
use std::process::ExitCode;

/// Accounts, sessions and keys.
#[derive(Parser)]
#[command(name = "user", version)]
struct Arguments {
    #[command(subcommand)]
    command: user::Command,
}

fn main() -> ExitCode {
    user::run(Arguments::parse().command)
}
