//! A product as it is stored.

use super::places;
use crate::domain::stock;
use contract::{
    Currency,
    event::{ProductEvent, ProductFacts},
    product::Product,
};
use database::{AssertSqlSafe, Error, Row, Transaction, Value, values};

/// The columns of a record, from `products p`. The quantity is looked up for the rows of the answer only.
pub(super) const COLUMNS: &str = "p.id, p.slug, p.name, p.price, p.category, p.description, p.image, p.stock, \
    p.version, p.revision, p.edited_revision, \
    (SELECT s.quantity FROM stock s WHERE s.product_id = p.id) AS quantity";

/// Ids per statement.
pub(super) const GROUP: usize = 500;

/// A product: what everybody may know, and what staff know besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub facts: ProductFacts,
    /// The revision that the last edit made; as long as it is the present one, the version tells everything.
    pub edited_revision: i64,
    /// Pieces that nobody has ordered; none if nobody counts them.
    pub quantity: Option<i64>,
}

impl Record {
    pub(super) fn read(row: &Row, currency: Currency) -> Result<Self, Error> {
        let stock: String = row.get("stock")?;
        Ok(Self {
            facts: ProductFacts {
                id: row.get("id")?,
                slug: row.get("slug")?,
                name: row.get("name")?,
                price: row.get("price")?,
                currency,
                category: row.get("category")?,
                description: row.get("description")?,
                image: row.get("image")?,
                stock: stock::from_name(&stock).ok_or(Error::Corrupt { column: "products.stock" })?,
                version: row.get("version")?,
                revision: row.get("revision")?,
            },
            edited_revision: row.get("edited_revision")?,
            quantity: row.get("quantity")?,
        })
    }

    /// The product as the API shows it, to staff or to anybody.
    pub fn shown(self, to_staff: bool) -> Product {
        let ProductFacts {
            id,
            slug,
            name,
            price,
            currency,
            category,
            description,
            image,
            stock,
            version,
            ..
        } = self.facts;
        let stock_quantity = self.quantity.filter(|_| to_staff);
        Product {
            id,
            image,
            name,
            price,
            slug,
            currency,
            description,
            category,
            stock,
            stock_quantity,
            version,
        }
    }

    /// Tells everybody what the product is now.
    pub(super) fn publish(&self, transaction: &mut Transaction, traceparent: Option<&String>) {
        feed::publish(transaction, &ProductEvent::Changed(self.facts.clone()), traceparent.cloned());
    }
}

/// The product with this id.
pub(super) async fn by_id(
    transaction: &mut Transaction,
    id: i64,
    currency: Currency,
) -> Result<Option<Record>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM products p WHERE p.id = $1");
    let row = transaction.fetch_optional(AssertSqlSafe(sql), values![id]).await?;
    row.map(|row| Record::read(&row, currency)).transpose()
}

/// The products with these ids, in ascending order.
pub(super) async fn by_ids(
    transaction: &mut Transaction,
    ids: &[i64],
    currency: Currency,
) -> Result<Vec<Record>, Error> {
    let mut records = Vec::with_capacity(ids.len());
    for group in ids.chunks(GROUP) {
        let sql = format!(
            "SELECT {COLUMNS} FROM products p WHERE p.id IN ({}) ORDER BY p.id",
            places(1, group.len())
        );
        let rows = transaction.fetch_all(AssertSqlSafe(sql), group.iter().map(|id| Value::from(*id))).await?;
        for row in &rows {
            records.push(Record::read(row, currency)?);
        }
    }
    Ok(records)
}
