//! The state behind our feed, and the shelves, page by page, for the internal port.

use super::{
    Record, Store, record,
    reservations::{order_uid, refused_lines},
};
use crate::Error;
use contract::event::{OrderNamed, ProductEvent, Snapshot, StockRefused};
use database::{AssertSqlSafe, Transaction, values};
use serde::Serialize;
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// How far a snapshot has been read: products come first, then reservations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotPlace {
    Product(i64),
    Reservation(Option<Uuid>),
}

impl fmt::Display for SnapshotPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Product(id) => write!(formatter, "product:{id}"),
            Self::Reservation(None) => write!(formatter, "reservation:"),
            Self::Reservation(Some(uid)) => write!(formatter, "reservation:{uid}"),
        }
    }
}

impl FromStr for SnapshotPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let place = match text.split_once(':') {
            Some(("product", id)) => id.parse().ok().map(Self::Product),
            Some(("reservation", "")) => Some(Self::Reservation(None)),
            Some(("reservation", uid)) => uid.parse().ok().map(|uid| Self::Reservation(Some(uid))),
            _ => None,
        };
        place.ok_or_else(|| "must be the `next` of a page".to_owned())
    }
}

/// The pieces of one product. What was restocked and is neither sold nor reserved is on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Shelf {
    pub product_id: i64,
    /// Pieces put on the shelf, the first ones included, less those that staff took away.
    pub restocked_total: i64,
    /// Pieces held for orders.
    pub reserved_total: i64,
    pub sold_total: i64,
    /// Pieces that nobody has ordered; null if nobody counts them, and then the sum need not come out.
    pub stock_quantity: Option<i64>,
}

impl Store {
    /// A page of the state: the products, then what is held for orders or was refused.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn state(&self, after: SnapshotPlace, limit: i64) -> Result<Snapshot<ProductEvent>, Error> {
        let mut transaction = self.database.snapshot().await?;
        let head = feed::head(&mut transaction).await?;
        let (events, next) = match after {
            SnapshotPlace::Product(after) => self.product_events(&mut transaction, after, limit).await?,
            SnapshotPlace::Reservation(after) => reservation_events(&mut transaction, after, limit).await?,
        };
        let next = next.map(|place| place.to_string());
        Ok(Snapshot { epoch: head.epoch, position: head.position, events, next })
    }

    async fn product_events(
        &self,
        transaction: &mut Transaction,
        after: i64,
        limit: i64,
    ) -> Result<(Vec<ProductEvent>, Option<SnapshotPlace>), Error> {
        let columns = record::COLUMNS;
        let sql = format!("SELECT {columns} FROM products p WHERE p.id > $1 ORDER BY p.id LIMIT $2");
        let rows = transaction.fetch_all(AssertSqlSafe(sql), values![after, limit]).await?;
        let records =
            rows.iter().map(|row| Record::read(row, self.currency)).collect::<Result<Vec<_>, _>>()?;
        let last = records.last().map(|last| last.facts.id).filter(|_| is_full(records.len(), limit));
        let next = last.map_or(SnapshotPlace::Reservation(None), SnapshotPlace::Product);
        let events = records.into_iter().map(|record| ProductEvent::Changed(record.facts)).collect();
        Ok((events, Some(next)))
    }

    /// The shelves of a page of products, in the order of their ids.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn shelves(&self, after: i64, limit: i64) -> Result<Vec<Shelf>, Error> {
        let rows = self
            .database
            .fetch_all(
                "SELECT product_id, restocked_total, reserved_total, sold_total, quantity FROM stock \
                 WHERE product_id > $1 ORDER BY product_id LIMIT $2",
                values![after, limit],
            )
            .await?;
        let shelf = |row: &database::Row| {
            Ok(Shelf {
                product_id: row.get("product_id")?,
                restocked_total: row.get("restocked_total")?,
                reserved_total: row.get("reserved_total")?,
                sold_total: row.get("sold_total")?,
                stock_quantity: row.get("quantity")?,
            })
        };
        rows.iter().map(shelf).collect()
    }
}

async fn reservation_events(
    transaction: &mut Transaction,
    after: Option<Uuid>,
    limit: i64,
) -> Result<(Vec<ProductEvent>, Option<SnapshotPlace>), Error> {
    let rows = transaction
        .fetch_all(
            "SELECT order_uid, state FROM reservations \
             WHERE state IN ('reserved', 'refused') AND order_uid > $1 ORDER BY order_uid LIMIT $2",
            values![after.map_or_else(String::new, |uid| uid.to_string()), limit],
        )
        .await?;
    let mut events = Vec::with_capacity(rows.len());
    let mut last = None;
    for row in &rows {
        let order_uid = order_uid(row)?;
        last = Some(SnapshotPlace::Reservation(Some(order_uid)));
        events.push(if row.get::<String>("state")? == "reserved" {
            ProductEvent::Reserved(OrderNamed { order_uid })
        } else {
            let lines = refused_lines(transaction, order_uid).await?;
            ProductEvent::Refused(StockRefused { order_uid, lines })
        });
    }
    let next = last.filter(|_| is_full(events.len(), limit));
    Ok((events, next))
}

/// Whether there may be more after a page.
fn is_full(length: usize, limit: i64) -> bool {
    i64::try_from(length).unwrap_or(i64::MAX) >= limit
}

#[cfg(test)]
mod tests {
    use super::SnapshotPlace;
    use uuid::Uuid;

    #[test]
    fn a_place_in_a_snapshot_is_read_as_it_was_written() {
        for place in [
            SnapshotPlace::Product(7),
            SnapshotPlace::Reservation(None),
            SnapshotPlace::Reservation(Some(Uuid::from_u128(7))),
        ] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for wrong in ["", "7", "product:", "product:x", "reservation:7", "order:1"] {
            assert!(wrong.parse::<SnapshotPlace>().is_err(), "{wrong:?} was taken");
        }
    }
}
