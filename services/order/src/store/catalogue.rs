//! The copy of the catalogue facts that baskets are checked and priced by.

use crate::domain::basket::Facts;
use contract::{event::ProductFacts, product::Stock};
use database::{AssertSqlSafe, Error, Transaction, Value, values};
use std::collections::HashMap;

/// Takes in what the product service says of a product, unless something newer is known.
///
/// # Errors
/// The database cannot be written.
pub async fn learn(tx: &mut Transaction, facts: ProductFacts) -> Result<(), Error> {
    let stock = match facts.stock {
        Stock::InStock => "in_stock",
        Stock::Low => "low",
        Stock::Out => "out",
    };
    tx.execute(
        "INSERT INTO catalogue (id, slug, name, price, stock, revision) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, price = excluded.price, \
         stock = excluded.stock, revision = excluded.revision WHERE excluded.revision > catalogue.revision",
        values![facts.id, facts.slug, facts.name, facts.price, stock, facts.revision],
    )
    .await
    .map(drop)
}

/// What is known of these products; those that are not known are left out.
pub(super) async fn facts(tx: &mut Transaction, ids: &[i64]) -> Result<HashMap<i64, Facts>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT id, name, price FROM catalogue WHERE id IN ({})", placeholders(ids.len()));
    let rows = tx.fetch_all(AssertSqlSafe(sql), ids.iter().copied().map(Value::from)).await?;
    rows.iter()
        .map(|row| Ok((row.get("id")?, Facts { name: row.get("name")?, price: row.get("price")? })))
        .collect()
}

/// Whether the product service was ever heard. Until then a product that is not known may exist.
pub(super) async fn was_loaded(tx: &mut Transaction) -> Result<bool, Error> {
    let heard = "SELECT position FROM feed_position WHERE feed = 'product'";
    Ok(tx.fetch_optional(heard, []).await?.is_some())
}

/// `$1, $2, …` for that many values.
pub(super) fn placeholders(count: usize) -> String {
    let numbered: Vec<_> = (1..=count).map(|number| format!("${number}")).collect();
    numbered.join(", ")
}
