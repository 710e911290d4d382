//! The storefront as a program.

use std::process::ExitCode;

use clap::Parser;

/// The pages of a shop.
#[derive(Parser)]
#[command(name = "storefront", version)]
struct Arguments {
    #[command(subcommand)]
    command: storefront::Command,
}

fn main() -> ExitCode {
    storefront::run(Arguments::parse().command)
}
