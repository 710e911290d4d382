//! The only SQL of this service, the same on both engines but for a few words.

mod first;
mod import;
mod listing;
mod pictures;
mod products;
mod record;
mod reservations;
mod search;
mod snapshot;
mod upkeep;

pub use import::Counts;
pub use listing::{Cursor, Filter, Listing, Page, Sort};
pub use pictures::Picture;
pub use products::Expected;
pub use record::Record;
pub(crate) use reservations::{Told, apply as apply_order_event};
pub use snapshot::{Shelf, SnapshotPlace};

use crate::Metrics;
use contract::Currency;
use database::{Database, Engine};

/// The catalogue, its pictures and its stock.
#[derive(Clone)]
pub struct Store {
    database: Database,
    currency: Currency,
    metrics: Metrics,
}

impl Store {
    /// The catalogue in this database, with prices in this currency.
    pub fn new(database: Database, currency: Currency, metrics: Metrics) -> Self {
        Self { database, currency, metrics }
    }
}

/// Keeps the selected rows from others until the commit. SQLite has one writer anyway.
fn for_update(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "",
        Engine::Postgres => " FOR UPDATE",
    }
}

/// `$<first>, $<first + 1>, …`
fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}
