//! What is done apart from requests and events: settling, forgetting, counting.

use super::{
    Store,
    reservations::{Told, apply, order_uid},
};
use crate::domain::reservation::Event;
use database::{Error, values};
use uuid::Uuid;

/// Reservations that are looked at in one statement.
const GROUP: i64 = 200;

impl Store {
    /// Orders for which pieces are held, a page at a time, in the order of their ids. The index is of those
    /// that were refused, too; SQLite uses it only if it is told so.
    pub(crate) async fn holding(&self, after: Option<Uuid>) -> Result<Vec<Uuid>, Error> {
        let rows = self
            .database
            .fetch_all(
                "SELECT order_uid FROM reservations WHERE state IN ('reserved', 'refused') \
                 AND state = 'reserved' AND order_uid > $1 ORDER BY order_uid LIMIT $2",
                values![after.map_or_else(String::new, |uid| uid.to_string()), GROUP],
            )
            .await?;
        rows.iter().map(order_uid).collect()
    }

    /// Settles reservations whose orders have ended without our hearing of it.
    pub(crate) async fn settle(&self, ended: Vec<(Uuid, Event)>, now_unix_ms: i64) -> Result<(), Error> {
        let (currency, metrics) = (self.currency, self.metrics.clone());
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    for (order_uid, event) in ended {
                        let told = Told { order_uid, event, lines: &[], now_unix_ms, traceparent: None };
                        apply(transaction, told, currency, &metrics).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Forgets reservations that ended before a point in time, a bounded number at a time. Returns how many.
    pub(crate) async fn forget_ended(&self, before_unix_ms: i64) -> Result<u64, Error> {
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    let sql = "DELETE FROM reservations WHERE order_uid IN (SELECT order_uid FROM reservations \
                               WHERE state <> 'reserved' AND changed_at < $1 LIMIT $2)";
                    transaction.execute(sql, values![before_unix_ms, GROUP]).await
                })
            })
            .await
    }

    /// How many products there are of which any piece is left, or none.
    pub(crate) async fn count(&self) -> Result<Vec<(bool, i64)>, Error> {
        let sql = "SELECT available, count(*) AS products FROM products GROUP BY available";
        let rows = self.database.fetch_all(sql, []).await?;
        rows.iter().map(|row| Ok((row.get_bool("available")?, row.get("products")?))).collect()
    }
}
