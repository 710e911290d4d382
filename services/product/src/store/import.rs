//! Many products at once, in one write: all of them or none.

use super::{
    Record, Store, for_update, places,
    products::{changed, write},
    record::{self, GROUP},
};
use crate::{
    Error, Metrics,
    domain::{
        csv::Line,
        import::{Plan, plan},
        stock,
        values::Draft,
    },
};
use contract::{Currency, event::ProductEvent};
use database::{AssertSqlSafe, Engine, Transaction, Value, values};
use std::collections::HashMap;

/// Products per INSERT; each has eight values.
const INSERTED_AT_ONCE: usize = 100;

/// The advisory lock that lets PostgreSQL's replicas import one after the other. Any number will do, as long
/// as nothing else in the database uses it.
const IMPORT_LOCK: &str = "SELECT pg_advisory_xact_lock(7078883)";

/// What an import did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
}

impl Store {
    /// Brings the catalogue to what the lines say; products of which they do not speak stay.
    ///
    /// # Errors
    /// A name is taken, or the database cannot be written. Nothing has changed then.
    pub async fn import(&self, lines: Vec<Line>, traceparent: Option<String>) -> Result<Counts, Error> {
        let (currency, metrics) = (self.currency, self.metrics.clone());
        self.database
            .write(move |transaction| Box::pin(import(transaction, lines, currency, metrics, traceparent)))
            .await
    }

    /// What such an import would do.
    ///
    /// # Errors
    /// As [`Store::import`].
    pub async fn rehearse(&self, lines: Vec<Line>) -> Result<Counts, Error> {
        let mut transaction = self.database.snapshot().await?;
        let plan = planned(&mut transaction, lines).await?;
        let mut counts = Counts { created: plan.create.len() as u64, ..Counts::default() };
        let ids: Vec<_> = plan.update.iter().map(|(id, _)| *id).collect();
        let records = by_id(record::by_ids(&mut transaction, &ids, self.currency).await?);
        for (id, edit) in &plan.update {
            let before = records.get(id).ok_or(Error::ProductNotFound)?;
            let is_same = changed(before, edit) == *before;
            *(if is_same { &mut counts.unchanged } else { &mut counts.updated }) += 1;
        }
        Ok(counts)
    }
}

/// Does an import within a write.
pub(super) async fn import(
    transaction: &mut Transaction,
    lines: Vec<Line>,
    currency: Currency,
    metrics: Metrics,
    traceparent: Option<String>,
) -> Result<Counts, Error> {
    if transaction.engine() == Engine::Postgres {
        transaction.execute(IMPORT_LOCK, []).await?;
    }
    let plan = planned(transaction, lines).await?;
    let ids: Vec<_> = plan.update.iter().map(|(id, _)| *id).collect();
    lock(transaction, &ids).await?;
    let records = by_id(record::by_ids(transaction, &ids, currency).await?);
    let mut counts = Counts { created: plan.create.len() as u64, ..Counts::default() };
    let mut updates = Vec::new();
    for (id, edit) in &plan.update {
        let before = records.get(id).ok_or(Error::ProductNotFound)?;
        let after = changed(before, edit);
        if after == *before {
            counts.unchanged += 1;
        } else {
            updates.push((before, after));
        }
    }
    counts.updated = updates.len() as u64;
    free_names(transaction, &updates).await?;
    let mut touched = Vec::with_capacity(updates.len() + plan.create.len());
    for (before, after) in &updates {
        write(transaction, before, after).await?;
        touched.push(after.facts.id);
        if before.facts.stock != after.facts.stock {
            metrics.stock_became(after.facts.stock);
        }
    }
    for drafts in plan.create.chunks(INSERTED_AT_ONCE) {
        touched.extend(insert(transaction, drafts).await?);
    }
    touched.sort_unstable();
    for ids in touched.chunks(GROUP) {
        let records = record::by_ids(transaction, ids, currency).await?;
        let events: Vec<_> = records.into_iter().map(|record| ProductEvent::Changed(record.facts)).collect();
        feed::publish_all(transaction, &events, traceparent.clone());
    }
    Ok(counts)
}

/// What the lines mean, given the catalogue as it is.
async fn planned(transaction: &mut Transaction, lines: Vec<Line>) -> Result<Plan, Error> {
    let (mut known, mut owners) = (HashMap::new(), HashMap::new());
    for group in lines.chunks(GROUP) {
        let slugs = group.iter().map(|line| Value::from(line.slug.as_str()));
        let sql = format!("SELECT id, slug FROM products WHERE slug IN ({})", places(1, group.len()));
        for row in transaction.fetch_all(AssertSqlSafe(sql), slugs).await? {
            known.insert(row.get::<String>("slug")?, row.get::<i64>("id")?);
        }
        let names = group.iter().map(|line| Value::from(line.name.folded()));
        let sql = format!(
            "SELECT name_folded, slug FROM products WHERE name_folded IN ({})",
            places(1, group.len())
        );
        for row in transaction.fetch_all(AssertSqlSafe(sql), names).await? {
            owners.insert(row.get::<String>("name_folded")?, row.get::<String>("slug")?);
        }
    }
    plan(lines, &known, &owners).map_err(Error::BadCsv)
}

fn by_id(records: Vec<Record>) -> HashMap<i64, Record> {
    records.into_iter().map(|record| (record.facts.id, record)).collect()
}

/// Keeps the stock of these products from others until the commit, in ascending order.
async fn lock(transaction: &mut Transaction, ids: &[i64]) -> Result<(), database::Error> {
    if transaction.engine() == Engine::Sqlite {
        return Ok(());
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    for group in ids.chunks(GROUP) {
        let sql = format!(
            "SELECT product_id FROM stock WHERE product_id IN ({}) ORDER BY product_id{}",
            places(1, group.len()),
            for_update(transaction.engine())
        );
        transaction.fetch_all(AssertSqlSafe(sql), group.iter().map(|id| Value::from(*id))).await?;
    }
    Ok(())
}

/// Takes away the names of products that are about to get others, so that names can be passed on. No name
/// begins with a control character.
async fn free_names(
    transaction: &mut Transaction,
    updates: &[(&Record, Record)],
) -> Result<(), database::Error> {
    let renamed = |(before, after): &&(&Record, Record)| before.facts.name != after.facts.name;
    for (before, _) in updates.iter().filter(renamed) {
        transaction
            .execute(
                "UPDATE products SET name_folded = $2 WHERE id = $1",
                values![before.facts.id, format!("\u{1}{}", before.facts.id)],
            )
            .await?;
    }
    Ok(())
}

/// Inserts products and their stock, and returns their ids.
async fn insert(transaction: &mut Transaction, drafts: &[Draft]) -> Result<Vec<i64>, Error> {
    const WIDTH: usize = 8;
    let rows: Vec<_> =
        (0..drafts.len()).map(|row| format!("({}, 1, 1, 1)", places(row * WIDTH + 1, WIDTH))).collect();
    let sql = format!(
        "INSERT INTO products (slug, name, name_folded, price, category, description, image, stock, \
         version, revision, edited_revision) VALUES {} RETURNING id, slug",
        rows.join(", ")
    );
    let values = drafts.iter().flat_map(|draft| {
        values![
            draft.slug.as_str(),
            draft.name.as_str(),
            draft.name.folded(),
            draft.price.0,
            draft.category.as_str(),
            draft.description.as_str(),
            draft.image.as_str(),
            stock::name(stock::word(draft.quantity.0)),
        ]
    });
    let inserted = transaction.fetch_all(AssertSqlSafe(sql), values).await?;
    // The engines do not promise to return rows in the order of the values.
    let quantities: HashMap<_, _> =
        drafts.iter().map(|draft| (draft.slug.as_str(), draft.quantity.0)).collect();
    let mut stock = Vec::with_capacity(3 * inserted.len());
    let mut ids = Vec::with_capacity(inserted.len());
    for row in &inserted {
        let (id, slug): (i64, String) = (row.get("id")?, row.get("slug")?);
        let quantity = quantities.get(slug.as_str()).copied().flatten();
        stock.extend(values![id, quantity.unwrap_or(0), quantity]);
        ids.push(id);
    }
    let rows: Vec<_> = (0..ids.len())
        .map(|row| format!("(${}, ${}, 0, 0, ${})", 3 * row + 1, 3 * row + 2, 3 * row + 3))
        .collect();
    let sql = format!(
        "INSERT INTO stock (product_id, restocked_total, reserved_total, sold_total, quantity) VALUES {}",
        rows.join(", ")
    );
    transaction.execute(AssertSqlSafe(sql), stock).await?;
    Ok(ids)
}
