//! Placed orders: read, moved from state to state, and told to the product service.

use super::{
    Store, catalogue,
    checkout::placed,
    rows::{self, Stored},
};
use crate::{
    Error,
    domain::lifecycle::{self, Event, Step},
};
use contract::{
    event::{OrderEvent, OrderNamed, RefusedLine, Snapshot},
    order::{Order, OrderState},
};
use database::{AssertSqlSafe, Engine, Row, Transaction, Value, values};
use std::collections::HashMap;
use uuid::Uuid;

/// Which orders to list, newest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listing {
    /// Whose; everybody's if absent.
    pub user_id: Option<i64>,
    pub state: Option<OrderState>,
    /// The last order of the page before.
    pub after: Option<i64>,
    pub limit: i64,
}

/// What a person does to an order.
#[derive(Clone, Debug)]
pub struct Action {
    pub order_id: i64,
    /// Whose order it has to be; anybody's if absent.
    pub owner: Option<i64>,
    /// [`Event::Cancelled`] or [`Event::Fulfilled`].
    pub event: Event,
    pub traceparent: Option<String>,
}

/// What became of an order when the stock had answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub state: OrderState,
    /// Minor units of the shop's currency.
    pub total: i64,
}

impl Store {
    /// A page of orders.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn list(&self, listing: Listing) -> Result<Vec<Order>, Error> {
        let Listing { user_id, state, after, limit } = listing;
        let (after, state) = (after.unwrap_or(i64::MAX), state.map(OrderState::name));
        let database = &self.database;
        let rows = match (user_id, state) {
            (None, None) => {
                let sql = rows::select_orders!(
                    "SELECT id FROM orders WHERE id < $1 ORDER BY id DESC LIMIT $2",
                    "DESC"
                );
                database.fetch_all(sql, values![after, limit]).await?
            }
            (None, Some(state)) => {
                let sql = rows::select_orders!(
                    "SELECT id FROM orders WHERE state = $3 AND id < $1 ORDER BY id DESC LIMIT $2",
                    "DESC"
                );
                database.fetch_all(sql, values![after, limit, state]).await?
            }
            (Some(user_id), None) => {
                let sql = rows::select_orders!(
                    "SELECT id FROM orders WHERE user_id = $3 AND id < $1 ORDER BY id DESC LIMIT $2",
                    "DESC"
                );
                database.fetch_all(sql, values![after, limit, user_id]).await?
            }
            (Some(user_id), Some(state)) => {
                let sql = rows::select_orders!(
                    "SELECT id FROM orders WHERE user_id = $3 AND state = $4 AND id < $1 \
                     ORDER BY id DESC LIMIT $2",
                    "DESC"
                );
                database.fetch_all(sql, values![after, limit, user_id, state]).await?
            }
        };
        Ok(rows::orders(&rows)?.into_iter().map(|stored| stored.order).collect())
    }

    /// One order, if it exists and belongs to `owner` (anybody, if absent).
    ///
    /// # Errors
    /// The order is not there for this owner, or the database cannot be read.
    pub async fn order(&self, id: i64, owner: Option<i64>) -> Result<Order, Error> {
        let rows = self.database.fetch_all(rows::select_orders!("$1", "ASC"), values![id]).await?;
        let stored = rows::orders(&rows)?.pop().ok_or(Error::OrderNotFound)?;
        let theirs = owner.is_none_or(|owner| owner == stored.order.user_id);
        if theirs { Ok(stored.order) } else { Err(Error::OrderNotFound) }
    }

    /// Cancels or fulfils an order, and tells whether that was done now; otherwise it was done before.
    ///
    /// # Errors
    /// The order is not there for this owner, it is in a state that does not allow it, or the database
    /// cannot be written.
    pub async fn act(&self, action: Action) -> Result<(Order, bool), Error> {
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let row = tx.fetch_optional(by_id(tx.engine()), values![action.order_id]).await?;
                    let row = row.ok_or(Error::OrderNotFound)?;
                    let owner: i64 = row.get("user_id")?;
                    if action.owner.is_some_and(|required| required != owner) {
                        return Err(Error::OrderNotFound);
                    }
                    let state = rows::state(&row)?;
                    let moved = match lifecycle::step(state, action.event) {
                        Step::To(next) => {
                            move_to(tx, action.order_id, next).await?;
                            publish(tx, &row, next, action.traceparent)?;
                            true
                        }
                        Step::Repeated => false,
                        Step::Impossible => return Err(Error::WrongState { state }),
                    };
                    Ok((rows::load(tx, action.order_id).await?.order, moved))
                })
            })
            .await
    }

    /// A page of the orders that are not final, oldest first, as the events that lead to them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn unfinished(&self, after: i64, limit: i64) -> Result<Snapshot<OrderEvent>, Error> {
        let mut tx = self.database.snapshot().await?;
        let head = feed::head(&mut tx).await?;
        let sql = rows::select_orders!(
            "SELECT id FROM orders WHERE state NOT IN ('open', 'refused', 'fulfilled', 'cancelled') \
             AND id > $1 ORDER BY id LIMIT $2",
            "ASC"
        );
        let orders = rows::orders(&tx.fetch_all(sql, values![after, limit]).await?)?;
        let full = i64::try_from(orders.len()).is_ok_and(|found| found == limit);
        let next = orders.last().filter(|_| full).map(|stored| stored.order.id.to_string());
        let events = orders
            .iter()
            .map(|Stored { uid, order }| {
                let uid = uid.ok_or(database::Error::Corrupt { column: "orders.order_uid" })?;
                Ok(placed(uid, &order.items))
            })
            .collect::<Result<_, database::Error>>()?;
        Ok(Snapshot { epoch: head.epoch, position: head.position, events, next })
    }

    /// When the oldest order that waits for the stock's answer was placed, in unix milliseconds.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn oldest_unanswered(&self) -> Result<Option<i64>, Error> {
        let sql = "SELECT min(placed_at) AS placed_at FROM orders WHERE state = 'placed'";
        let row = self.database.fetch_optional(sql, []).await?;
        Ok(row.map(|row| row.get("placed_at")).transpose()?.flatten())
    }

    /// The states of those of the orders that exist.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn states(&self, uids: &[Uuid]) -> Result<HashMap<Uuid, OrderState>, Error> {
        if uids.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "SELECT order_uid, state FROM orders WHERE order_uid IN ({})",
            catalogue::placeholders(uids.len())
        );
        let rows = self.database.fetch_all(AssertSqlSafe(sql), uids.iter().copied().map(Value::from)).await?;
        let states = rows.iter().filter_map(|row| {
            let uid = rows::uid(row).transpose()?;
            Some(uid.and_then(|uid| Ok((uid, rows::state(row)?))))
        });
        Ok(states.collect::<Result<_, database::Error>>()?)
    }
}

/// Takes in what the stock said of an order; `None` if the order has moved on, or is not known.
///
/// # Errors
/// The database cannot be written.
pub async fn settle(
    tx: &mut Transaction,
    order_uid: Uuid,
    event: Event,
    blamed: &[RefusedLine],
) -> Result<Option<Settled>, database::Error> {
    let sql = match tx.engine() {
        Engine::Sqlite => "SELECT id, state, total FROM orders WHERE order_uid = $1",
        Engine::Postgres => "SELECT id, state, total FROM orders WHERE order_uid = $1 FOR UPDATE",
    };
    let Some(row) = tx.fetch_optional(sql, values![order_uid]).await? else { return Ok(None) };
    let Step::To(state) = lifecycle::step(rows::state(&row)?, event) else { return Ok(None) };
    let id: i64 = row.get("id")?;
    move_to(tx, id, state).await?;
    for line in blamed {
        tx.execute(
            "UPDATE order_items SET refusal = $1 WHERE order_id = $2 AND product_id = $3",
            values![rows::refusal_name(line.reason), id, line.product_id],
        )
        .await?;
    }
    Ok(Some(Settled { state, total: row.get("total")? }))
}

fn by_id(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SELECT user_id, state, order_uid FROM orders WHERE id = $1",
        Engine::Postgres => "SELECT user_id, state, order_uid FROM orders WHERE id = $1 FOR UPDATE",
    }
}

async fn move_to(tx: &mut Transaction, id: i64, state: OrderState) -> Result<(), database::Error> {
    let sql = "UPDATE orders SET state = $1 WHERE id = $2";
    tx.execute(sql, values![state.name(), id]).await.map(drop)
}

/// Tells the product service what a person did to an order.
fn publish(
    tx: &mut Transaction,
    row: &Row,
    state: OrderState,
    traceparent: Option<String>,
) -> Result<(), database::Error> {
    let order_uid = rows::uid(row)?.ok_or(database::Error::Corrupt { column: "orders.order_uid" })?;
    let named = OrderNamed { order_uid };
    let event = match state {
        OrderState::Fulfilled => OrderEvent::Fulfilled(named),
        _ => OrderEvent::Cancelled(named),
    };
    feed::publish(tx, &event, traceparent);
    Ok(())
}
