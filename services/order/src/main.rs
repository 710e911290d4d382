//! The order service as a program.

use clap::Parser;
use std::process::ExitCode;

/// Baskets and orders.
#[derive(Parser)]
#[command(name = "order", version)]
struct Arguments {
    #[command(subcommand)]
    command: order::Command,
}

fn main() -> ExitCode {
    order::run(Arguments::parse().command)
}
