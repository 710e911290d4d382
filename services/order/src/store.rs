//! The only SQL of this service: baskets, orders, the copy of the catalogue, and what may be repeated.

mod basket;
mod catalogue;
mod checkout;
mod orders;
mod rows;

pub use basket::Merging;
pub use catalogue::learn;
pub use checkout::Checkout;
pub use orders::{Action, Listing, Settled, settle};

use crate::Error;
use contract::Currency;
use database::{Database, values};

/// How long a checkout's key is kept: 24 hours (DESIGN section 5).
pub const KEYS_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// How long a merge's id is kept: 30 days (DESIGN section 3).
pub const MERGES_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The service's data. Cloning shares it.
#[derive(Clone)]
pub struct Store {
    database: Database,
    currency: Currency,
}

impl Store {
    /// `currency` is the shop's only one; it never changes.
    pub fn new(database: Database, currency: Currency) -> Self {
        Self { database, currency }
    }

    /// The database itself, for its feed and its health.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Forgets keys and merges that have been kept for long enough.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn forget_old(&self, now_ms: i64) -> Result<(), Error> {
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(
                        "DELETE FROM idempotency_keys WHERE created_at <= $1",
                        values![now_ms - KEYS_KEPT_MS],
                    )
                    .await?;
                    tx.execute("DELETE FROM merges WHERE created_at <= $1", values![now_ms - MERGES_KEPT_MS])
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}
