//! Rows become orders: one row per line, the order's own columns repeated on each.

use crate::domain::basket;
use contract::{
    Timestamp,
    order::{Item, Order, OrderState, Refusal},
};
use database::{Error, Row, Transaction, values};
use uuid::Uuid;

/// An order and the id that the product service knows it by; a basket has none yet.
pub(super) struct Stored {
    pub(super) uid: Option<Uuid>,
    pub(super) order: Order,
}

/// Selects the orders whose ids `$ids` selects, with their lines. An order without lines does not exist.
macro_rules! select_orders {
    ($ids:literal, $direction:literal) => {
        concat!(
            "SELECT o.id, o.order_uid, o.user_id, o.state, o.currency, o.placed_at, o.delivery_name, \
             o.delivery_address, i.product_id, i.quantity, i.refusal, coalesce(i.name, c.name) AS name, \
             coalesce(i.unit_price, c.price) AS unit_price \
             FROM orders o JOIN order_items i ON i.order_id = o.id JOIN catalogue c ON c.id = i.product_id \
             WHERE o.id IN (",
            $ids,
            ") ORDER BY o.id ",
            $direction,
            ", i.position"
        )
    };
}
pub(super) use select_orders;

/// The orders of the rows that [`select_orders`] brings.
pub(super) fn orders(rows: &[Row]) -> Result<Vec<Stored>, Error> {
    let mut orders: Vec<Stored> = Vec::new();
    for row in rows {
        let id: i64 = row.get("id")?;
        if orders.last().is_none_or(|last| last.order.id != id) {
            orders.push(order(id, row)?);
        }
        if let Some(last) = orders.last_mut() {
            let mut line = item(row)?;
            line.refusal = refusal(row)?;
            last.order.total = last.order.total.saturating_add(line.line_total);
            last.order.items.push(line);
        }
    }
    Ok(orders)
}

/// One order with its lines.
///
/// # Errors
/// There is no such order, or the database cannot be read.
pub(super) async fn load(tx: &mut Transaction, id: i64) -> Result<Stored, Error> {
    let rows = tx.fetch_all(select_orders!("$1", "ASC"), values![id]).await?;
    orders(&rows)?.pop().ok_or(Error::Corrupt { column: "orders.id" })
}

/// The line that a row tells, without a refusal.
pub(super) fn item(row: &Row) -> Result<Item, Error> {
    let (product, quantity) = (row.get("product_id")?, row.get("quantity")?);
    Ok(basket::item(product, quantity, row.get("name")?, row.get("unit_price")?))
}

fn order(id: i64, row: &Row) -> Result<Stored, Error> {
    let state = state(row)?;
    let currency: String = row.get("currency")?;
    Ok(Stored {
        uid: uid(row)?,
        order: Order {
            id,
            is_open: state == OrderState::Open,
            state,
            items: Vec::new(),
            user_id: row.get("user_id")?,
            total: 0,
            currency: currency.parse().map_err(|_| Error::Corrupt { column: "orders.currency" })?,
            placed_at: row.get::<Option<i64>>("placed_at")?.map(Timestamp::from_unix_ms),
            delivery_name: row.get("delivery_name")?,
            delivery_address: row.get("delivery_address")?,
        },
    })
}

/// The state that a row tells.
pub(super) fn state(row: &Row) -> Result<OrderState, Error> {
    let name: String = row.get("state")?;
    OrderState::named(&name).ok_or(Error::Corrupt { column: "orders.state" })
}

/// The id that the product service knows the order by.
pub(super) fn uid(row: &Row) -> Result<Option<Uuid>, Error> {
    let text: Option<String> = row.get("order_uid")?;
    text.map(|text| text.parse().map_err(|_| Error::Corrupt { column: "orders.order_uid" })).transpose()
}

/// A refusal as it is written in a row.
pub(super) fn refusal_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::OutOfStock => "out_of_stock",
        Refusal::UnknownProduct => "unknown_product",
    }
}

fn refusal(row: &Row) -> Result<Option<Refusal>, Error> {
    let name: Option<String> = row.get("refusal")?;
    let known = [Refusal::OutOfStock, Refusal::UnknownProduct];
    name.map(|name| {
        let found = known.into_iter().find(|refusal| refusal_name(*refusal) == name);
        found.ok_or(Error::Corrupt { column: "order_items.refusal" })
    })
    .transpose()
}
