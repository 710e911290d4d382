//! A basket becomes an order, once per key.

use super::{KEYS_KEPT_MS, Store, basket, rows};
use crate::{Error, domain::basket as domain};
use contract::{
    Currency, Timestamp,
    event::{OrderEvent, OrderPlaced, OrderedLine},
    order::{Item, Order, OrderState},
};
use database::{Transaction, values};
use uuid::Uuid;

/// A wish to order what is in the basket.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub user_id: i64,
    /// Names this checkout, so that it may be repeated.
    pub key: Option<String>,
    /// Of everything else that the request said.
    pub digest: Vec<u8>,
    /// What the shopper was shown, in minor units.
    pub expected_total: Option<i64>,
    pub delivery_name: Option<String>,
    pub delivery_address: Option<String>,
    /// The id that the product service will know the order by.
    pub order_uid: Uuid,
    pub now_ms: i64,
    pub traceparent: Option<String>,
}

impl Store {
    /// Places the user's open order. Tells whether it was placed now; otherwise the key is that of an
    /// earlier checkout, whose answer this is.
    ///
    /// # Errors
    /// The basket is empty, costs something else than expected, or the key named another checkout; or the
    /// database cannot be written. The basket stays as it is.
    pub async fn check_out(&self, checkout: Checkout) -> Result<(Order, bool), Error> {
        let currency = self.currency;
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    // The lock comes first: a checkout sent twice at once waits here and then finds the key.
                    let open = basket::lock(tx, checkout.user_id).await?;
                    if let Some(order) = replay(tx, &checkout, open).await? {
                        return Ok((order, false));
                    }
                    let id = open.ok_or(Error::NothingToCheckOut)?;
                    Ok((place(tx, checkout, id, currency).await?, true))
                })
            })
            .await
    }
}

/// The answer that the key was given before, if there is one. `open` is the order in the basket now.
async fn replay(
    tx: &mut Transaction,
    checkout: &Checkout,
    open: Option<i64>,
) -> Result<Option<Order>, Error> {
    let Some(key) = &checkout.key else { return Ok(None) };
    let row = tx
        .fetch_optional(
            "SELECT order_id, digest FROM idempotency_keys \
             WHERE user_id = $1 AND key = $2 AND created_at > $3",
            values![checkout.user_id, key, checkout.now_ms - KEYS_KEPT_MS],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let order = as_placed(rows::load(tx, row.get("order_id")?).await?.order);
    let same_request = row.get::<Vec<u8>>("digest")? == checkout.digest;
    let same_basket = match open {
        Some(id) => domain::same_pieces(&basket::lines(tx, id).await?, &order.items),
        None => true,
    };
    if same_request && same_basket { Ok(Some(order)) } else { Err(Error::KeyReused { order: order.id }) }
}

/// Freezes names and prices, and with them the total.
async fn place(
    tx: &mut Transaction,
    checkout: Checkout,
    id: i64,
    currency: Currency,
) -> Result<Order, Error> {
    let items = freeze(tx, id).await?;
    let total = domain::total(&items);
    if total == i64::MAX {
        return Err(Error::TotalTooLarge);
    }
    if let Some(expected) = checkout.expected_total.filter(|expected| *expected != total) {
        return Err(Error::PriceChanged { expected, total });
    }
    let Checkout { user_id, key, digest, delivery_name, delivery_address, order_uid, now_ms, .. } = checkout;
    tx.execute(
        "UPDATE orders SET state = 'placed', order_uid = $1, total = $2, placed_at = $3, \
         delivery_name = $4, delivery_address = $5 WHERE id = $6",
        values![order_uid, total, now_ms, delivery_name.clone(), delivery_address.clone(), id],
    )
    .await?;
    if let Some(key) = key {
        // Only a key that is no longer kept can be in the way.
        tx.execute(
            "INSERT INTO idempotency_keys (user_id, key, digest, order_id, created_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, key) DO UPDATE \
             SET digest = excluded.digest, order_id = excluded.order_id, created_at = excluded.created_at",
            values![user_id, key, digest, id, now_ms],
        )
        .await?;
    }
    feed::publish(tx, &placed(order_uid, &items), checkout.traceparent);
    let placed_at = Some(Timestamp::from_unix_ms(now_ms));
    let state = OrderState::Placed;
    Ok(Order {
        id,
        is_open: false,
        state,
        items,
        user_id,
        total,
        currency,
        placed_at,
        delivery_name,
        delivery_address,
    })
}

/// Writes the catalogue's names and prices of this moment into the lines, and answers with them.
async fn freeze(tx: &mut Transaction, id: i64) -> Result<Vec<Item>, database::Error> {
    let rows = tx
        .fetch_all(
            "UPDATE order_items SET name = c.name, unit_price = c.price FROM catalogue c \
             WHERE c.id = order_items.product_id AND order_items.order_id = $1 \
             RETURNING order_items.position AS position, order_items.product_id AS product_id, \
             order_items.quantity AS quantity, order_items.name AS name, order_items.unit_price AS unit_price",
            values![id],
        )
        .await?;
    let mut lines = rows
        .iter()
        .map(|row| Ok((row.get("position")?, rows::item(row)?)))
        .collect::<Result<Vec<(i64, Item)>, database::Error>>()?;
    lines.sort_unstable_by_key(|(position, _)| *position);
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

/// What the product service is told of an order that wants its stock.
pub(super) fn placed(order_uid: Uuid, lines: &[Item]) -> OrderEvent {
    let ordered = |line: &Item| OrderedLine { product_id: line.product, quantity: line.quantity };
    OrderEvent::Placed(OrderPlaced { order_uid, lines: lines.iter().map(ordered).collect() })
}

/// The order as it was when it was placed, whatever has become of it.
fn as_placed(mut order: Order) -> Order {
    order.state = OrderState::Placed;
    order.items.iter_mut().for_each(|line| line.refusal = None);
    order
}
