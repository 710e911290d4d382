//! Products by words: the database finds candidates, and the domain says which fit best.
//!
//! A word that every second product has would make the engine rank them all. So only the newest
//! [`CANDIDATES`] that have all the words are ranked, and a search never shows more than those.

use super::{Cursor, Listing, Page, Record, Sort, Store, listing::conditions, record};
use crate::{Error, domain::search::Words};
use database::{AssertSqlSafe, Engine, Row, Transaction, Value};
use std::{cmp::Reverse, collections::HashMap};

/// The most products that a search ranks and shows.
const CANDIDATES: usize = 1_000;

/// The most products whose names are merely similar.
const SIMILAR: usize = 50;

impl Store {
    /// A page of the products that have all the words, or, on PostgreSQL, of those with similar names if none
    /// has.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn search(&self, words: &Words, listing: &Listing) -> Result<Page, Error> {
        if words.is_empty() {
            return Ok(Page { records: Vec::new(), next: None });
        }
        let mut transaction = self.database.snapshot().await?;
        let mut found = self.with_words(&mut transaction, words, listing).await?;
        if found.is_empty() && transaction.engine() == Engine::Postgres {
            found = with_similar_names(&mut transaction, words, listing).await?;
        }
        let (ids, next) = page(found, listing);
        let mut records: HashMap<i64, Record> = record::by_ids(&mut transaction, &ids, self.currency)
            .await?
            .into_iter()
            .map(|record| (record.facts.id, record))
            .collect();
        Ok(Page { records: ids.iter().filter_map(|id| records.remove(id)).collect(), next })
    }

    async fn with_words(
        &self,
        transaction: &mut Transaction,
        words: &Words,
        listing: &Listing,
    ) -> Result<Vec<Cursor>, Error> {
        let (tables, matches, order, query) = match transaction.engine() {
            // CROSS JOIN: the words are looked up first, then their products.
            Engine::Sqlite => (
                "products_search CROSS JOIN products p ON p.id = products_search.rowid",
                "products_search MATCH $1",
                "products_search.rowid DESC",
                words.for_fts5(),
            ),
            Engine::Postgres => {
                ("products p", "p.search @@ to_tsquery('simple', $1)", "p.id DESC", words.for_tsquery())
            }
        };
        let mut values = vec![Value::from(query)];
        let filter =
            [vec![matches.to_owned()], conditions(&listing.filter, &mut values)].concat().join(" AND ");
        let sql = format!(
            "SELECT p.id, p.name_folded, p.category, p.price FROM {tables} WHERE {filter} \
             ORDER BY {order} LIMIT {CANDIDATES}"
        );
        let rows = transaction.fetch_all(AssertSqlSafe(sql), values).await?;
        let score = |row: &Row| -> Result<i64, database::Error> {
            Ok(words.score(&row.get::<String>("name_folded")?, &row.get::<String>("category")?))
        };
        candidates(&rows, listing.sort, score)
    }
}

/// Products whose names are spelt much like the words; none where the server cannot tell.
async fn with_similar_names(
    transaction: &mut Transaction,
    words: &Words,
    listing: &Listing,
) -> Result<Vec<Cursor>, Error> {
    let can_tell = "SELECT 1 AS yes FROM pg_extension WHERE extname = 'pg_trgm'";
    if transaction.fetch_optional(can_tell, []).await?.is_none() {
        return Ok(Vec::new());
    }
    let mut values = vec![Value::from(words.text())];
    let filter = [vec!["$1 <% p.name_folded".to_owned()], conditions(&listing.filter, &mut values)].concat();
    let sql = format!(
        "SELECT p.id, p.name_folded, p.category, p.price, \
         CAST(1000 * word_similarity($1, p.name_folded) AS BIGINT) AS score \
         FROM products p WHERE {} ORDER BY score DESC, p.id DESC LIMIT {SIMILAR}",
        filter.join(" AND ")
    );
    let rows = transaction.fetch_all(AssertSqlSafe(sql), values).await?;
    candidates(&rows, listing.sort, |row| row.get("score"))
}

/// Each row as the order of the list sees it.
fn candidates(
    rows: &[Row],
    sort: Sort,
    score: impl Fn(&Row) -> Result<i64, database::Error>,
) -> Result<Vec<Cursor>, Error> {
    let candidate = |row: &Row| {
        let number = match sort {
            Sort::Relevance => score(row)?,
            Sort::Price | Sort::PriceDescending => row.get("price")?,
            Sort::Age | Sort::Newest | Sort::Name => 0,
        };
        let text = if sort == Sort::Name { row.get("name_folded")? } else { String::new() };
        Ok(Cursor { number, text, id: row.get("id")? })
    };
    rows.iter().map(candidate).collect()
}

/// The ids of the page, in its order, and where the next one begins.
fn page(mut found: Vec<Cursor>, listing: &Listing) -> (Vec<i64>, Option<Cursor>) {
    let descending = listing.sort.is_descending();
    if let Some(after) = &listing.after {
        found.retain(|candidate| if descending { candidate < after } else { candidate > after });
    }
    if descending {
        found.sort_unstable_by_key(|candidate| Reverse(candidate.clone()));
    } else {
        found.sort_unstable();
    }
    let more = found.len() > listing.limit;
    found.truncate(listing.limit);
    let ids = found.iter().map(|candidate| candidate.id).collect();
    (ids, found.pop().filter(|_| more))
}
