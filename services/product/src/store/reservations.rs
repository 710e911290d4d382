//! Pieces held for orders. What is to be done is decided by the domain; here it is done, in one write.

use super::{for_update, places, record};
use crate::{
    Metrics,
    domain::{
        reservation::{Action, Event, State, decide},
        stock,
    },
};
use contract::{
    Currency,
    event::{OrderNamed, OrderedLine, ProductEvent, RefusedLine, StockRefused},
    order::Refusal,
};
use database::{AssertSqlSafe, Error, Transaction, Value, values};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the order service has told of one order.
pub(crate) struct Told<'t> {
    pub(crate) order_uid: Uuid,
    pub(crate) event: Event,
    /// What the order wants, if it was placed.
    pub(crate) lines: &'t [OrderedLine],
    pub(crate) now_unix_ms: i64,
    pub(crate) traceparent: Option<String>,
}

/// Does what an event asks for.
///
/// # Errors
/// The database cannot be written.
pub(crate) async fn apply(
    transaction: &mut Transaction,
    told: Told<'_>,
    currency: Currency,
    metrics: &Metrics,
) -> Result<(), Error> {
    let known = known(transaction, &told).await?;
    let mut work = Work { transaction, told, currency, metrics };
    match decide(known, work.told.event) {
        Action::Nothing => Ok(()),
        Action::Reserve => {
            if known.is_some() {
                work.begin_again().await?;
            }
            work.reserve().await
        }
        Action::RepeatReserved => {
            work.tell_reserved();
            Ok(())
        }
        Action::RepeatRefused => work.repeat_refused().await,
        Action::Release => work.release().await,
        Action::Sell => work.sell().await,
        Action::Remember(state) => work.move_to(state).await,
    }
}

/// Where the reservation stands, its row kept from others until the commit. A new row is made for an order
/// that was never heard of; what is decided then gives it its state.
async fn known(transaction: &mut Transaction, told: &Told<'_>) -> Result<Option<State>, Error> {
    let is_new = transaction
        .execute(
            "INSERT INTO reservations (order_uid, state, changed_at) VALUES ($1, $2, $3) \
             ON CONFLICT (order_uid) DO NOTHING",
            values![told.order_uid, State::Reserved.name(), told.now_unix_ms],
        )
        .await?
        == 1;
    if is_new {
        return Ok(None);
    }
    let sql =
        format!("SELECT state FROM reservations WHERE order_uid = $1{}", for_update(transaction.engine()));
    let state: String =
        transaction.fetch_one(AssertSqlSafe(sql), values![told.order_uid]).await?.get("state")?;
    State::from_name(&state).map(Some).ok_or(Error::Corrupt { column: "reservations.state" })
}

/// One event at work.
struct Work<'w, 't> {
    transaction: &'w mut Transaction,
    told: Told<'t>,
    currency: Currency,
    metrics: &'w Metrics,
}

impl Work<'_, '_> {
    /// Forgets what the order wanted the last time.
    async fn begin_again(&mut self) -> Result<(), Error> {
        let sql = "DELETE FROM reservation_lines WHERE order_uid = $1";
        self.transaction.execute(sql, values![self.told.order_uid]).await?;
        self.move_to(State::Reserved).await
    }

    /// Holds what the order wants, or says what cannot be had.
    async fn reserve(mut self) -> Result<(), Error> {
        let wanted = stock::wanted(self.told.lines);
        let shelf = self.shelf(&wanted).await?;
        let refused = stock::refused(&wanted, &shelf);
        self.note(&wanted, &refused).await?;
        if !refused.is_empty() {
            self.move_to(State::Refused).await?;
            self.metrics.answered("refused");
            self.tell_refused(refused);
            return Ok(());
        }
        self.shelve("reserved_total = stock.reserved_total + held.quantity, quantity = stock.quantity - held.quantity")
            .await?;
        self.shelves_became(&shelf, |product, left| left - wanted[&product]).await?;
        self.metrics.answered("reserved");
        self.tell_reserved();
        Ok(())
    }

    /// Puts the held pieces back.
    async fn release(mut self) -> Result<(), Error> {
        let held = self.held().await?;
        let shelf = self.shelf(&held).await?;
        self.shelve("reserved_total = stock.reserved_total - held.quantity, quantity = stock.quantity + held.quantity")
            .await?;
        self.shelves_became(&shelf, |product, left| left + held[&product]).await?;
        self.move_to(State::Released).await
    }

    /// Turns the held pieces into sold ones; what is left on the shelf stays.
    async fn sell(mut self) -> Result<(), Error> {
        let held = self.held().await?;
        self.shelf(&held).await?;
        self.shelve("reserved_total = stock.reserved_total - held.quantity, sold_total = stock.sold_total + held.quantity")
            .await?;
        self.move_to(State::Sold).await
    }

    /// Keeps the lines of the order, with the reasons why some were refused.
    async fn note(&mut self, wanted: &BTreeMap<i64, i64>, refused: &[RefusedLine]) -> Result<(), Error> {
        if wanted.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = (0..wanted.len()).map(|row| format!("({})", places(4 * row + 1, 4))).collect();
        let sql = format!(
            "INSERT INTO reservation_lines (order_uid, product_id, quantity, refusal) VALUES {}",
            rows.join(", ")
        );
        let values = wanted.iter().flat_map(|(&product_id, &pieces)| {
            let refusal = refused.iter().find(|line| line.product_id == product_id);
            values![self.told.order_uid, product_id, pieces, refusal.map(|line| refusal_name(line.reason))]
        });
        self.transaction.execute(AssertSqlSafe(sql), values).await.map(drop)
    }

    /// Moves the pieces of every line of the order.
    async fn shelve(&mut self, how: &'static str) -> Result<(), Error> {
        let sql = format!(
            "UPDATE stock SET {how} FROM reservation_lines held \
             WHERE held.order_uid = $1 AND stock.product_id = held.product_id"
        );
        self.transaction.execute(AssertSqlSafe(sql), values![self.told.order_uid]).await.map(drop)
    }

    async fn repeat_refused(self) -> Result<(), Error> {
        let lines = refused_lines(self.transaction, self.told.order_uid).await?;
        self.tell_refused(lines);
        Ok(())
    }

    async fn move_to(&mut self, state: State) -> Result<(), Error> {
        self.transaction
            .execute(
                "UPDATE reservations SET state = $2, changed_at = $3 WHERE order_uid = $1",
                values![self.told.order_uid, state.name(), self.told.now_unix_ms],
            )
            .await
            .map(drop)
    }

    /// What the shelf holds of these products, kept from others until the commit; locked in ascending order,
    /// so that no two orders wait for each other.
    async fn shelf(&mut self, products: &BTreeMap<i64, i64>) -> Result<BTreeMap<i64, Option<i64>>, Error> {
        if products.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "SELECT product_id, quantity FROM stock WHERE product_id IN ({}) ORDER BY product_id{}",
            places(1, products.len()),
            for_update(self.transaction.engine())
        );
        let ids = products.keys().map(|id| Value::from(*id));
        let rows = self.transaction.fetch_all(AssertSqlSafe(sql), ids).await?;
        rows.iter().map(|row| Ok((row.get("product_id")?, row.get("quantity")?))).collect()
    }

    /// What is held for the order.
    async fn held(&mut self) -> Result<BTreeMap<i64, i64>, Error> {
        let sql = "SELECT product_id, quantity FROM reservation_lines WHERE order_uid = $1";
        let rows = self.transaction.fetch_all(sql, values![self.told.order_uid]).await?;
        rows.iter().map(|row| Ok((row.get("product_id")?, row.get("quantity")?))).collect()
    }

    /// Tells of the products whose stock another word describes now.
    async fn shelves_became(
        &mut self,
        before: &BTreeMap<i64, Option<i64>>,
        left: impl Fn(i64, i64) -> i64,
    ) -> Result<(), Error> {
        for (&product_id, &quantity) in before {
            let now = stock::word(quantity.map(|quantity| left(product_id, quantity)));
            if now == stock::word(quantity) {
                continue;
            }
            self.transaction
                .execute(
                    "UPDATE products SET stock = $2, revision = revision + 1 WHERE id = $1",
                    values![product_id, stock::name(now)],
                )
                .await?;
            if let Some(record) = record::by_id(self.transaction, product_id, self.currency).await? {
                record.publish(self.transaction, self.told.traceparent.as_ref());
            }
            // Counted before the commit; should that fail, it is counted again when the event is.
            self.metrics.stock_became(now);
        }
        Ok(())
    }

    fn tell_reserved(self) {
        let event = ProductEvent::Reserved(OrderNamed { order_uid: self.told.order_uid });
        feed::publish(self.transaction, &event, self.told.traceparent);
    }

    fn tell_refused(self, lines: Vec<RefusedLine>) {
        let event = ProductEvent::Refused(StockRefused { order_uid: self.told.order_uid, lines });
        feed::publish(self.transaction, &event, self.told.traceparent);
    }
}

/// The lines that were refused, and why.
pub(super) async fn refused_lines(
    transaction: &mut Transaction,
    order_uid: Uuid,
) -> Result<Vec<RefusedLine>, Error> {
    let sql = "SELECT product_id, refusal FROM reservation_lines \
               WHERE order_uid = $1 AND refusal IS NOT NULL ORDER BY product_id";
    let rows = transaction.fetch_all(sql, values![order_uid]).await?;
    let line = |row: &database::Row| {
        let reason = match row.get::<String>("refusal")?.as_str() {
            "out_of_stock" => Refusal::OutOfStock,
            "unknown_product" => Refusal::UnknownProduct,
            _ => return Err(Error::Corrupt { column: "reservation_lines.refusal" }),
        };
        Ok(RefusedLine { product_id: row.get("product_id")?, reason })
    };
    rows.iter().map(line).collect()
}

fn refusal_name(reason: Refusal) -> &'static str {
    match reason {
        Refusal::OutOfStock => "out_of_stock",
        Refusal::UnknownProduct => "unknown_product",
    }
}

/// An id of an order, as it was stored.
pub(super) fn order_uid(row: &database::Row) -> Result<Uuid, Error> {
    row.get::<String>("order_uid")?.parse().map_err(|_| Error::Corrupt { column: "order_uid" })
}
