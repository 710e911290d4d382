//! Baskets: every change locks the user's open order, decides on its lines, and writes what differs.

use super::{Store, catalogue, rows};
use crate::{
    Error,
    domain::basket::{self, Amount, Change, Facts},
};
use contract::{
    Currency,
    order::{Item, Merged, NotApplied, NotAppliedReason, Order, OrderState},
};
use database::{Engine, Transaction, values};
use std::collections::HashMap;
use uuid::Uuid;

/// A set of changes that takes effect once.
#[derive(Clone, Debug)]
pub struct Merging {
    pub user_id: i64,
    pub merge_id: Uuid,
    pub changes: Vec<Change>,
    pub now_ms: i64,
}

impl Store {
    /// The user's open order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn basket(&self, user_id: i64) -> Result<Option<Order>, Error> {
        let sql = rows::select_orders!("SELECT id FROM orders WHERE user_id = $1 AND state = 'open'", "ASC");
        let rows = self.database.fetch_all(sql, values![user_id]).await?;
        Ok(rows::orders(&rows)?.pop().map(|stored| stored.order))
    }

    /// Makes one change, wholly or not at all; `None` if the basket is empty then.
    ///
    /// # Errors
    /// The change does not fit, the product is not known, or the database cannot be written.
    pub async fn change_basket(&self, user_id: i64, change: Change) -> Result<Option<Order>, Error> {
        let currency = self.currency;
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let mut basket = Basket::lock_or_open(tx, user_id, currency).await?;
                    let facts = basket.facts(tx, &[change]).await?;
                    basket::change(&mut basket.lines, change, |id| facts.get(&id).cloned()).map_err(
                        |reason| match reason {
                            NotAppliedReason::UnknownProduct => Error::UnknownProduct,
                            NotAppliedReason::QuantityLimit => Error::QuantityLimit,
                            NotAppliedReason::LineLimit => Error::LineLimit,
                        },
                    )?;
                    basket.save(tx).await?;
                    Ok(basket.into_order())
                })
            })
            .await
    }

    /// Makes all changes as far as they fit, once per user and id. A repetition answers with the basket of
    /// today and what did not fit the first time.
    ///
    /// # Errors
    /// A product is not known although it may exist, or the database cannot be written.
    pub async fn merge(&self, merging: Merging) -> Result<Merged, Error> {
        let currency = self.currency;
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let Merging { user_id, merge_id, changes, now_ms } = merging;
                    // The row is the lock: a merge sent twice at once waits here for the other's end.
                    let first = tx
                        .execute(
                            "INSERT INTO merges (user_id, merge_id, not_applied, created_at) \
                             VALUES ($1, $2, '[]', $3) ON CONFLICT DO NOTHING",
                            values![user_id, merge_id, now_ms],
                        )
                        .await?;
                    let mut basket = Basket::lock_or_open(tx, user_id, currency).await?;
                    let not_applied = if first == 1 {
                        let facts = basket.facts(tx, &changes).await?;
                        let left = basket::merge(&mut basket.lines, &changes, |id| facts.get(&id).cloned());
                        remember(tx, user_id, merge_id, &left).await?;
                        left
                    } else {
                        remembered(tx, user_id, merge_id).await?
                    };
                    basket.save(tx).await?;
                    Ok(Merged { result: basket.into_order(), not_applied })
                })
            })
            .await
    }
}

async fn remember(
    tx: &mut Transaction,
    user_id: i64,
    merge_id: Uuid,
    not_applied: &[NotApplied],
) -> Result<(), database::Error> {
    if not_applied.is_empty() {
        return Ok(());
    }
    let written = serde_json::to_string(not_applied).expect("a list of ids and reasons is JSON");
    tx.execute(
        "UPDATE merges SET not_applied = $1 WHERE user_id = $2 AND merge_id = $3",
        values![written, user_id, merge_id],
    )
    .await
    .map(drop)
}

async fn remembered(
    tx: &mut Transaction,
    user_id: i64,
    merge_id: Uuid,
) -> Result<Vec<NotApplied>, database::Error> {
    let sql = "SELECT not_applied FROM merges WHERE user_id = $1 AND merge_id = $2";
    let written: String = tx.fetch_one(sql, values![user_id, merge_id]).await?.get("not_applied")?;
    serde_json::from_str(&written).map_err(|_| database::Error::Corrupt { column: "merges.not_applied" })
}

/// Locks the user's open order for the rest of the write, if there is one.
pub(super) async fn lock(tx: &mut Transaction, user_id: i64) -> Result<Option<i64>, database::Error> {
    let sql = match tx.engine() {
        Engine::Sqlite => "SELECT id FROM orders WHERE user_id = $1 AND state = 'open'",
        Engine::Postgres => "SELECT id FROM orders WHERE user_id = $1 AND state = 'open' FOR UPDATE",
    };
    tx.fetch_optional(sql, values![user_id]).await?.map(|row| row.get("id")).transpose()
}

/// The lines of an open order, at the prices of the catalogue.
pub(super) async fn lines(tx: &mut Transaction, order_id: i64) -> Result<Vec<Item>, database::Error> {
    let sql = "SELECT i.product_id, i.quantity, c.name, c.price AS unit_price FROM order_items i \
               JOIN catalogue c ON c.id = i.product_id WHERE i.order_id = $1 ORDER BY i.position";
    tx.fetch_all(sql, values![order_id]).await?.iter().map(rows::item).collect()
}

/// A user's open order, locked for the rest of the write.
struct Basket {
    id: i64,
    user_id: i64,
    currency: Currency,
    lines: Vec<Item>,
    /// The lines as they are in the database.
    stored: Vec<Item>,
}

impl Basket {
    /// The open order of the user, opened if there is none. Of several at once one opens it; the others
    /// wait for that one and find it.
    async fn lock_or_open(
        tx: &mut Transaction,
        user_id: i64,
        currency: Currency,
    ) -> Result<Self, database::Error> {
        let open = "INSERT INTO orders (user_id, state, currency) VALUES ($1, 'open', $2) \
                    ON CONFLICT (user_id) WHERE state = 'open' DO UPDATE SET user_id = excluded.user_id \
                    RETURNING id";
        let id = match lock(tx, user_id).await? {
            Some(id) => id,
            None => tx.fetch_one(open, values![user_id, currency.code()]).await?.get("id")?,
        };
        let lines = lines(tx, id).await?;
        Ok(Self { id, user_id, currency, stored: lines.clone(), lines })
    }

    /// The facts that the changes need: of products that they put into the basket.
    async fn facts(&self, tx: &mut Transaction, changes: &[Change]) -> Result<HashMap<i64, Facts>, Error> {
        let mut wanted: Vec<i64> = changes
            .iter()
            .filter(|change| change.amount != Amount::Set(0))
            .map(|change| change.product_id)
            .filter(|id| self.lines.iter().all(|line| line.product != *id))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let facts = catalogue::facts(tx, &wanted).await?;
        if facts.len() < wanted.len() && !catalogue::was_loaded(tx).await? {
            return Err(Error::CatalogueNeverLoaded);
        }
        Ok(facts)
    }

    /// Writes what differs from what is stored. A basket without lines goes away.
    async fn save(&self, tx: &mut Transaction) -> Result<(), database::Error> {
        if self.lines.is_empty() {
            return tx.execute("DELETE FROM orders WHERE id = $1", values![self.id]).await.map(drop);
        }
        for gone in self.stored.iter().filter(|old| self.lines.iter().all(|new| new.product != old.product)) {
            let sql = "DELETE FROM order_items WHERE order_id = $1 AND product_id = $2";
            tx.execute(sql, values![self.id, gone.product]).await?;
        }
        for line in self.lines.iter().filter(|new| !self.stored.contains(new)) {
            tx.execute(
                "INSERT INTO order_items (order_id, product_id, position, quantity) \
                 SELECT $1, $2, coalesce(max(position), 0) + 1, $3 FROM order_items WHERE order_id = $1 \
                 ON CONFLICT (order_id, product_id) DO UPDATE SET quantity = excluded.quantity",
                values![self.id, line.product, line.quantity],
            )
            .await?;
        }
        Ok(())
    }

    fn into_order(self) -> Option<Order> {
        let Self { id, user_id, lines, currency, .. } = self;
        (!lines.is_empty()).then(|| Order {
            id,
            is_open: true,
            state: OrderState::Open,
            total: basket::total(&lines),
            items: lines,
            user_id,
            currency,
            placed_at: None,
            delivery_name: None,
            delivery_address: None,
        })
    }
}
