//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

const ABOUT: &str = "Starts the user, product and order service, lets shoppers and staff at them, kills and freezes \
the processes at random moments, disturbs the deliveries between them, and then checks that nothing that was \
acknowledged is lost, nothing is doubled and no stock is made or unmade. Exits with 1 if anything is.";

/// What `--short` asks for unless told otherwise.
const SHORT: Size = Size { checkouts: 150, kills: 20, buyers: 60, shoppers: 24 };

/// What the campaign asks for unless told otherwise.
const WHOLE: Size = Size { checkouts: 1000, kills: 100, buyers: 200, shoppers: 40 };

#[derive(Parser)]
#[command(name = "campaign", about = ABOUT)]
pub(crate) struct Arguments {
    /// Where the services keep their data: sqlite has one replica of each, postgres two
    #[arg(long, value_enum, default_value_t = Engine::Sqlite)]
    pub(crate) engine: Engine,

    /// All that chance decides comes from this number [default: another one each time]
    #[arg(long)]
    seed: Option<u64>,

    /// Acknowledged checkouts to reach [default: 1000; short: 150]
    #[arg(long)]
    checkouts: Option<usize>,

    /// Kills with a request in flight to reach [default: 100; short: 20]
    #[arg(long)]
    kills: Option<usize>,

    /// Customers who want the last unit [default: 200; short: 60]
    #[arg(long)]
    buyers: Option<usize>,

    /// Customers who shop at the same time [default: 40; short: 24]
    #[arg(long)]
    shoppers: Option<usize>,

    /// A campaign of less than a minute
    #[arg(long)]
    short: bool,

    /// Print the faults that the seed stands for and end
    #[arg(long)]
    pub(crate) plan: bool,

    /// Keep the logs of all processes when the campaign passes, too
    #[arg(long)]
    pub(crate) keep: bool,

    /// Give up after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    time_limit: u64,

    /// The program to put to the test [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    pub(crate) shopkeeper: Option<PathBuf>,
}

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// How much is to be reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) checkouts: usize,
    pub(crate) kills: usize,
    pub(crate) buyers: usize,
    pub(crate) shoppers: usize,
}

impl Arguments {
    pub(crate) fn size(&self) -> Size {
        let usual = if self.short { SHORT } else { WHOLE };
        Size {
            checkouts: self.checkouts.unwrap_or(usual.checkouts),
            kills: self.kills.unwrap_or(usual.kills),
            buyers: self.buyers.unwrap_or(usual.buyers),
            shoppers: self.shoppers.unwrap_or(usual.shoppers).max(1),
        }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()))
    }

    pub(crate) fn time_limit(&self) -> Duration {
        Duration::from_secs(self.time_limit)
    }
}

impl Engine {
    /// SQLite allows one process per database.
    pub(crate) fn replicas(self) -> usize {
        match self {
            Self::Sqlite => 1,
            Self::Postgres => 2,
        }
    }
}
