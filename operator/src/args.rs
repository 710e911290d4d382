//! The settings of each command: a flag each, and its twin in the environment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chassis::args::parse_duration;
use chassis::telemetry::Format;
use clap::Args;

use crate::settings::Settings;

/// How to run the operator.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    #[command(flatten)]
    pub settings: Settings,
    /// The operator's own namespace, in which the Lease of its leader lies
    #[arg(long, env = "SHOPKEEPER_NAMESPACE", value_name = "NAME", default_value = "default")]
    pub namespace: String,
    /// What this replica calls itself in the Lease [default: the host's name]
    #[arg(long, env = "SHOPKEEPER_IDENTITY", value_name = "NAME")]
    pub identity: Option<String>,
    /// Namespaces whose Shops are looked after; none: all
    #[arg(long, env = "SHOPKEEPER_WATCH_NAMESPACES", value_name = "NAME,…", value_delimiter = ',')]
    pub watch_namespaces: Vec<String>,
    /// Shops that are worked on at the same time
    #[arg(long, env = "SHOPKEEPER_MAX_CONCURRENT", value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub max_concurrent: u16,
    /// Address of health and metrics
    #[arg(long, env = "SHOPKEEPER_LISTEN", value_name = "ADDR", default_value = "0.0.0.0:8080")]
    pub listen: SocketAddr,
    /// How log lines are written; auto: text on a terminal, else json
    #[arg(long, env = "SHOPKEEPER_LOG_FORMAT", value_name = "FORMAT", default_value = "auto")]
    pub log_format: Format,
    /// What is logged: a level, or levels by module (info,kube=warn)
    #[arg(long, env = "SHOPKEEPER_LOG_LEVEL", value_name = "LEVEL", default_value = "info")]
    pub log_level: String,
}

/// Which Shop to print, and as which operator.
#[derive(Args, Clone, Debug)]
pub struct RenderArgs {
    /// A file with one Shop in YAML
    pub file: PathBuf,
    /// The namespace, if the file names none
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub namespace: String,
    #[command(flatten)]
    pub settings: Settings,
}

/// Which Shop to make for a trial.
#[derive(Args, Clone, Debug)]
pub struct TryShopArgs {
    /// The namespace of the Shop
    #[arg(long, env = "SHOPKEEPER_NAMESPACE", value_name = "NAME", default_value = "default")]
    pub namespace: String,
    /// The name of the Shop; there must be none of that name
    #[arg(long, value_name = "NAME", default_value = "shopkeeper-trial")]
    pub name: String,
    /// How long each step may take
    #[arg(long, value_name = "TIME", default_value = "3m", value_parser = parse_duration)]
    pub timeout: Duration,
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command};

    use super::RunArgs;

    #[test]
    fn every_flag_has_a_twin_in_the_environment() {
        for argument in RunArgs::augment_args(Command::new("operator")).get_arguments() {
            let Some(flag) = argument.get_long() else { continue };
            let twin = argument.get_env().expect("a variable").to_str().expect("text");
            assert_eq!(twin, format!("SHOPKEEPER_{}", flag.replace('-', "_").to_uppercase()));
        }
    }
}
