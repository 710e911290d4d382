//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{net::SocketAddr, path::PathBuf};

/// Measures the parts of a shop against floors that do only what must be done.
///
/// Build first, run second, on a machine with two cores and nothing else to do:
///   cargo build --release && cargo run --release -p bench
/// Tables go to standard output as Markdown, progress to standard error.
#[derive(Debug, Parser)]
#[command(name = "bench", verbatim_doc_comment, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) floor: Option<Floor>,
    /// Only these cases
    #[arg(long, value_name = "CASE,…", value_delimiter = ',')]
    pub(crate) case: Vec<Case>,
    /// Turns that floor and part take; figures are medians
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Seconds that one turn of a read or a login takes
    #[arg(long, value_name = "S", default_value_t = 3.0)]
    pub(crate) seconds: f64,
    /// Connections that are kept busy
    #[arg(long, value_name = "N", default_value_t = 32)]
    pub(crate) connections: usize,
    /// Shoppers who add and check out once in one turn
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) shoppers: usize,
    /// Short turns and small tables: to see that it works, not to quote
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measures the rates on this PostgreSQL server too: a role that may create databases
    #[arg(long, value_name = "URL")]
    pub(crate) postgres: Option<String>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// Requests per second, latency and CPU of the main requests, against their floors
    Rates,
    /// Memory, start to ready, and the size of the program
    Size,
    /// From checkout to confirmed
    Confirm,
    /// Pages through the storefront, against bare routes with the same bytes
    Pages,
    /// Pages while a service hangs
    Degraded,
    /// Reads as the catalogue grows
    Products,
    /// Own orders and checkouts as orders grow
    Orders,
}

/// What a part is measured against, as a process of its own; the benchmark starts them itself.
#[derive(Debug, Subcommand)]
pub(crate) enum Floor {
    /// A bare axum route that answers with the content of a file
    #[command(hide = true)]
    Route(RouteFloor),
    /// The statements of a request for every shopper, so many in a transaction
    #[command(hide = true)]
    Commits {
        #[arg(long)]
        database: PathBuf,
        #[arg(long)]
        statements: Statements,
        #[arg(long)]
        users: usize,
        #[arg(long)]
        group: usize,
    },
    /// Password hashes, one after the other
    #[command(hide = true)]
    Hashes {
        #[arg(long)]
        seconds: f64,
    },
}

/// A bare route and its only answer.
#[derive(Debug, Args)]
pub(crate) struct RouteFloor {
    #[arg(long)]
    pub(crate) listen: SocketAddr,
    #[arg(long)]
    pub(crate) path: String,
    #[arg(long)]
    pub(crate) status: u16,
    /// A line of the answer's head
    #[arg(long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,
    #[arg(long)]
    pub(crate) body: PathBuf,
}

/// Whose statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Statements {
    AddItem,
    CheckOut,
}

impl Statements {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AddItem => "add-item",
            Self::CheckOut => "check-out",
        }
    }
}

impl Arguments {
    /// The cases to run: all, unless some are named.
    pub(crate) fn cases(&self) -> Vec<Case> {
        if self.case.is_empty() { Case::value_variants().to_vec() } else { self.case.clone() }
    }

    pub(crate) fn rounds(&self) -> usize {
        if self.quick { 1 } else { self.rounds.max(1) }
    }

    pub(crate) fn seconds(&self) -> f64 {
        if self.quick { 0.5 } else { self.seconds }
    }

    pub(crate) fn shoppers(&self) -> usize {
        if self.quick { 200 } else { self.shoppers }
    }
}
