//! One product: looked up, made, edited.

use super::{Record, Store, for_update, record};
use crate::{
    Error,
    domain::{
        stock,
        values::{Draft, Edit, Image, Name, Quantity},
    },
};
use contract::event::ProductFacts;
use database::{AssertSqlSafe, Transaction, values};

/// An id that is never given out.
const NO_PRODUCT: i64 = 0;

/// The versions that an edit may find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    Any,
    OneOf(Vec<i64>),
}

impl Store {
    /// The product with this id.
    ///
    /// # Errors
    /// There is none, or the database cannot be read.
    pub async fn by_id(&self, id: i64) -> Result<Record, Error> {
        let sql = format!("SELECT {} FROM products p WHERE p.id = $1", record::COLUMNS);
        let row = self.database.fetch_optional(AssertSqlSafe(sql), values![id]).await?;
        Ok(Record::read(&row.ok_or(Error::ProductNotFound)?, self.currency)?)
    }

    /// The product with this slug.
    ///
    /// # Errors
    /// As [`Store::by_id`].
    pub async fn by_slug(&self, slug: &str) -> Result<Record, Error> {
        let sql = format!("SELECT {} FROM products p WHERE p.slug = $1", record::COLUMNS);
        let row = self.database.fetch_optional(AssertSqlSafe(sql), values![slug]).await?;
        Ok(Record::read(&row.ok_or(Error::ProductNotFound)?, self.currency)?)
    }

    /// Adds a product.
    ///
    /// # Errors
    /// The slug or the name is taken, or the database cannot be written.
    pub async fn create(&self, draft: Draft, traceparent: Option<String>) -> Result<Record, Error> {
        let currency = self.currency;
        let names = Names { slug: Some(draft.slug.as_str().to_owned()), folded: Some(draft.name.folded()) };
        let created = self
            .database
            .write(move |transaction| {
                Box::pin(async move {
                    let id: i64 = transaction
                        .fetch_one(
                            "INSERT INTO products (slug, name, name_folded, price, category, description, image, \
                             stock, version, revision, edited_revision) \
                             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 1, 1) RETURNING id",
                            values![
                                draft.slug.as_str(),
                                draft.name.as_str(),
                                draft.name.folded(),
                                draft.price.0,
                                draft.category.as_str(),
                                draft.description.as_str(),
                                draft.image.as_str(),
                                stock::name(stock::word(draft.quantity.0)),
                            ],
                        )
                        .await?
                        .get("id")?;
                    transaction
                        .execute(
                            "INSERT INTO stock (product_id, restocked_total, reserved_total, sold_total, quantity) \
                             VALUES ($1, $2, 0, 0, $3)",
                            values![id, draft.quantity.0.unwrap_or(0), draft.quantity.0],
                        )
                        .await?;
                    let record = record::by_id(transaction, id, currency).await?.ok_or(Error::ProductNotFound)?;
                    record.publish(transaction, traceparent.as_ref());
                    Ok(record)
                })
            })
            .await;
        match created {
            Err(Error::Taken { fields }) => Err(self.taken(fields, names, NO_PRODUCT).await),
            created => created,
        }
    }

    /// Changes a product, if it still has the version that the editor saw.
    ///
    /// # Errors
    /// There is no such product, it has changed, the slug or name is taken, or the database cannot be
    /// written.
    pub async fn edit(
        &self,
        id: i64,
        expected: Expected,
        edit: Edit,
        traceparent: Option<String>,
    ) -> Result<Record, Error> {
        let currency = self.currency;
        let names = Names {
            slug: edit.slug.as_ref().map(|slug| slug.as_str().to_owned()),
            folded: edit.name.as_ref().map(Name::folded),
        };
        let edited = self
            .database
            .write(move |transaction| {
                Box::pin(async move {
                    // The row of the stock is locked first, here as for orders, lest two wait for each other.
                    lock(transaction, id).await?;
                    let before =
                        record::by_id(transaction, id, currency).await?.ok_or(Error::ProductNotFound)?;
                    let current = before.facts.version;
                    if matches!(&expected, Expected::OneOf(versions) if !versions.contains(&current)) {
                        return Err(Error::VersionPassed { current });
                    }
                    let after = changed(&before, &edit);
                    if after == before {
                        return Ok((before, None));
                    }
                    write(transaction, &before, &after).await?;
                    let record =
                        record::by_id(transaction, id, currency).await?.ok_or(Error::ProductNotFound)?;
                    record.publish(transaction, traceparent.as_ref());
                    let became = Some(record.facts.stock).filter(|stock| *stock != before.facts.stock);
                    Ok((record, became))
                })
            })
            .await;
        let (record, became) = match edited {
            Err(Error::Taken { fields }) => return Err(self.taken(fields, names, id).await),
            edited => edited?,
        };
        became.into_iter().for_each(|stock| self.metrics.stock_became(stock));
        Ok(record)
    }

    /// The refusal of a product for all its names that others have: the database stopped at the first. Should
    /// they be free by now, the first is told all the same.
    async fn taken(&self, mut fields: Vec<&'static str>, names: Names, own_id: i64) -> Error {
        let sql = "SELECT slug, name_folded FROM products WHERE (slug = $1 OR name_folded = $2) AND id <> $3";
        let sought = values![names.slug.clone(), names.folded.clone(), own_id];
        for row in self.database.fetch_all(sql, sought).await.unwrap_or_default() {
            let has = |column: &str, name: &Option<String>| {
                row.get::<Option<String>>(column).is_ok_and(|value| value == *name)
            };
            fields.extend(has("slug", &names.slug).then_some("slug"));
            fields.extend(has("name_folded", &names.folded).then_some("name"));
        }
        Error::Taken { fields: ["slug", "name"].into_iter().filter(|field| fields.contains(field)).collect() }
    }
}

/// What no other product may have, of one that is made or changed.
struct Names {
    slug: Option<String>,
    folded: Option<String>,
}

/// Keeps a product's stock from others until the commit.
async fn lock(transaction: &mut Transaction, id: i64) -> Result<(), database::Error> {
    let sql =
        format!("SELECT product_id FROM stock WHERE product_id = $1{}", for_update(transaction.engine()));
    transaction.fetch_optional(AssertSqlSafe(sql), values![id]).await.map(drop)
}

/// The record as the edit leaves it; its version and revision are those of before.
pub(super) fn changed(before: &Record, edit: &Edit) -> Record {
    let text = |new: Option<&str>, old: &String| new.map_or_else(|| old.clone(), str::to_owned);
    let facts = &before.facts;
    let quantity = edit.quantity.map_or(before.quantity, |Quantity(quantity)| quantity);
    Record {
        facts: ProductFacts {
            slug: text(edit.slug.as_ref().map(|slug| slug.as_str()), &facts.slug),
            name: text(edit.name.as_ref().map(|name| name.as_str()), &facts.name),
            price: edit.price.map_or(facts.price, |price| price.0),
            category: text(edit.category.as_ref().map(|category| category.as_str()), &facts.category),
            description: text(edit.description.as_ref().map(|text| text.as_str()), &facts.description),
            image: text(edit.image.as_ref().map(Image::as_str), &facts.image),
            stock: stock::word(quantity),
            ..facts.clone()
        },
        edited_revision: before.edited_revision,
        quantity,
    }
}

/// Writes an edited record: a version and a revision further.
pub(super) async fn write(
    transaction: &mut Transaction,
    before: &Record,
    after: &Record,
) -> Result<(), Error> {
    let facts = &after.facts;
    if after.quantity != before.quantity {
        // What staff put on the shelf, or take away, is what makes the sum come out.
        transaction
            .execute(
                "UPDATE stock SET quantity = $2, \
                 restocked_total = coalesce($2 + sold_total + reserved_total, restocked_total) \
                 WHERE product_id = $1",
                values![facts.id, after.quantity],
            )
            .await?;
    }
    transaction
        .execute(
            "UPDATE products SET slug = $2, name = $3, name_folded = $4, price = $5, category = $6, \
             description = $7, image = $8, stock = $9, version = version + 1, revision = revision + 1, \
             edited_revision = revision + 1 WHERE id = $1",
            values![
                facts.id,
                &facts.slug,
                &facts.name,
                facts.name.to_lowercase(),
                facts.price,
                &facts.category,
                &facts.description,
                &facts.image,
                stock::name(facts.stock),
            ],
        )
        .await?;
    Ok(())
}
