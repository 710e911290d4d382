//! The product service as a program.

use clap::Parser;
use std::process::ExitCode;

/// The catalogue and its stock.
#[derive(Parser)]
#[command(name = "product", version)]
struct Arguments {
    #[command(subcommand)]
    command: product::Command,
}

fn main() -> ExitCode {
    product::run(Arguments::parse().command)
}
