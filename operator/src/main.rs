//! The operator's command line.

use std::process::ExitCode;

use chassis::process;
use clap::{Parser, Subcommand};
use operator::args::{RenderArgs, RunArgs, TryShopArgs};
use operator::{metrics, render, run, try_shop};

/// Runs online shops on Kubernetes: a Shop resource becomes four services, their databases, and a way in.
#[derive(Parser)]
#[command(name = "operator", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Watch Shops and keep what they consist of as they say
    Run(Box<RunArgs>),
    /// Print the CustomResourceDefinition of the Shop as YAML
    Crd,
    /// Print what the operator measures, as JSON
    Metrics,
    /// Print what would be applied for a Shop in a file, without a cluster
    Render(Box<RenderArgs>),
    /// Print what each panel of the dashboards asks, a line of JSON each
    Queries,
    /// Make a Shop, buy something in it, and remove it: a test of an installation, run inside of the cluster
    TryShop(TryShopArgs),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run(args) => run::run(*args),
        Command::Crd => process::run_to_end("operator", async {
            print!("{}", shop::crd::yaml()?);
            Ok(())
        }),
        Command::Metrics => process::run_to_end("operator", async { metrics::print_definitions() }),
        Command::Render(args) => process::run_to_end("operator", async move { render::run(&args) }),
        Command::Queries => process::run_to_end("operator", async { render::queries() }),
        Command::TryShop(args) => process::run_to_end("operator", try_shop::run(args)),
    }
}
