//! The operator's command line. It prints the definition of the Shop for `kubectl apply -f -`.

use clap::{Parser, Subcommand};

/// Runs Shops on Kubernetes.
#[derive(Parser)]
#[command(name = "operator", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the CustomResourceDefinition of the Shop as YAML
    Crd,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Crd => print!("{}", operator::crd::yaml()?),
    }
    Ok(())
}
