//! The first products: loaded once in the life of a catalogue, and only if it is empty.

use super::{Counts, Store, import::import};
use crate::{Error, domain::csv::Line};
use database::values;

impl Store {
    /// Whether the first products were loaded, or are not wanted any more.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn has_begun(&self) -> Result<bool, Error> {
        Ok(self.database.fetch_optional("SELECT only_row FROM first_catalogue", []).await?.is_some())
    }

    /// Loads the first products, unless another replica was faster or there are products already. `None` if
    /// nothing was loaded.
    ///
    /// # Errors
    /// A name is there twice, or the database cannot be written.
    pub async fn begin_with(&self, lines: Vec<Line>, now_unix_ms: i64) -> Result<Option<Counts>, Error> {
        let (currency, metrics) = (self.currency, self.metrics.clone());
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    let is_first = transaction
                        .execute(
                            "INSERT INTO first_catalogue (only_row, loaded_at) VALUES (1, $1) \
                             ON CONFLICT (only_row) DO NOTHING",
                            values![now_unix_ms],
                        )
                        .await?
                        == 1;
                    let has_products =
                        transaction.fetch_optional("SELECT id FROM products LIMIT 1", []).await?.is_some();
                    if !is_first || has_products {
                        return Ok(None);
                    }
                    import(transaction, lines, currency, metrics, None).await.map(Some)
                })
            })
            .await
    }
}
