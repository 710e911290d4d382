//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::part::Part;

const ABOUT: &str = "Runs a whole online shop on this machine: a storefront and a user, a product and an order service, \
each a process with its own database. Ctrl-C stops them all.";

const EXAMPLES: &str = "\
Examples:
  shopkeeper                              open the sample shop; its pages are at http://127.0.0.1:8080
  shopkeeper --data /tmp/shop --port 9000 another shop beside it
  shopkeeper --shop my-shop.yaml --catalogue my-products.csv
  shopkeeper --postgres postgres://postgres:secret@127.0.0.1/postgres

In a second terminal, on the shop that runs on ./data (the open page tells of it within 5 s):
  shopkeeper stop product                 and go on browsing, registering, logging in and ordering
  shopkeeper start product                and see the order confirmed
  shopkeeper freeze order                 the process hangs, as an overloaded one would
  shopkeeper status --json

With cargo, the same after two dashes: cargo run -- stop product

On 127.0.0.1 the storefront has PORT, user, product and order the next three.
Health and metrics (/livez, /readyz, /metrics) are 1000 higher. API documents: /api/user/docs and so on.
DIR/staff-login.json holds the first staff account. DIR/storefront is the storefront's copy of the catalogue,
and DIR/keys the keys; without the first the copy is made anew, without the second all sessions end.

A part by itself (serve, backup, restore, openapi): shopkeeper part user --help";

/// The data folder unless another is named.
pub(crate) const DEFAULT_DATA: &str = "data";

/// The whole command line.
#[derive(Parser)]
#[command(name = "shopkeeper", version, about = ABOUT, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Folder of the shop: databases, keys, staff login, the copy of the catalogue. It is made if it is missing
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA, global = true)]
    pub(crate) data: PathBuf,

    /// Port of the storefront; user, product and order take the next three, internal ports are 1000 higher
    #[arg(long, default_value_t = 8080, global = true, value_parser = clap::value_parser!(u16).range(1..=64532))]
    pub(crate) port: u16,

    /// A Shop in YAML [default: the sample, manifests/shop.yaml]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) shop: Option<PathBuf>,

    /// First products in CSV, loaded once into an empty shop [default: catalogue/NAME.csv beside the Shop file,
    /// NAME being the Shop's]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) catalogue: Option<PathBuf>,

    /// Keep the data in this PostgreSQL server instead of SQLite files; one database per service is made there
    /// if it is missing
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) postgres: Option<String>,

    /// What the parts log: a level, or levels by module (info,sqlx=debug)
    #[arg(long, value_name = "LEVEL", default_value = "info", global = true)]
    pub(crate) log_level: String,

    /// How the parts log: text for people, each line behind its part's name, or one JSON object per line
    #[arg(long, value_name = "FORMAT", default_value = "text", global = true)]
    pub(crate) log_format: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl LogFormat {
    /// As parts take it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// What can be done to the shop that runs on the data folder.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Stop one part and keep it stopped; returns when its process is gone
    Stop { part: Part },
    /// Freeze one part: it keeps its connections and answers nothing (SIGSTOP)
    Freeze { part: Part },
    /// Start a stopped part or thaw a frozen one; returns when it is ready
    Start { part: Part },
    /// Show every part: state, readiness, process, address, restarts
    Status {
        /// Print one JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Arguments, Command};
    use crate::part::Part;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn options_are_taken_before_and_after_the_command() {
        for line in [["--data", "d", "stop", "product"], ["stop", "product", "--data", "d"]] {
            let arguments = Arguments::parse_from(std::iter::once("shopkeeper").chain(line));
            assert_eq!(arguments.data.to_str(), Some("d"));
            assert!(matches!(arguments.command, Some(Command::Stop { part: Part::Product })));
        }
    }

    #[test]
    fn a_port_that_leaves_no_room_for_the_internal_ones_is_refused() {
        assert!(Arguments::try_parse_from(["shopkeeper", "--port", "64533"]).is_err());
    }
}
