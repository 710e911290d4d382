//! Pages of the catalogue: each a walk along an index, from where the last page ended.

use super::{Record, Store, record};
use crate::Error;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use database::{AssertSqlSafe, Value};
use serde::{Deserialize, Serialize};

/// What a list is ordered by. Equals are told apart by the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// As the products came, oldest first.
    Age,
    /// Newest first.
    Newest,
    Name,
    Price,
    PriceDescending,
    /// Best first; only for searches.
    Relevance,
}

impl Sort {
    /// Whether a page goes on below the cursor, not above it.
    pub(super) fn is_descending(self) -> bool {
        matches!(self, Self::Newest | Self::PriceDescending | Self::Relevance)
    }
}

/// Which products are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub category: Option<String>,
    /// Whether any piece must be left, or none.
    pub in_stock: Option<bool>,
}

/// The last product of a page, as the order of the list sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cursor {
    /// The price, or how well it fits a search; 0 where neither orders the list.
    pub(super) number: i64,
    /// The name in lower case, where it orders the list.
    pub(super) text: String,
    pub(super) id: i64,
}

impl Cursor {
    /// The cursor after a product, as the order of a list sees it; see the fields.
    pub fn of(number: i64, text: String, id: i64) -> Self {
        Self { number, text, id }
    }

    /// The text by which a client asks for the next page.
    pub fn text(&self, sort: Sort) -> String {
        let written = serde_json::to_vec(&(sort, self)).expect("a cursor is JSON");
        BASE64_URL_SAFE_NO_PAD.encode(written)
    }

    /// The cursor that was written for a list of this order.
    pub fn parse(text: &str, sort: Sort) -> Option<Self> {
        let written = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (written_for, cursor): (Sort, Self) = serde_json::from_slice(&written).ok()?;
        // A text that no name can hold is not ours, and an engine might refuse it.
        (sort == written_for && !cursor.text.contains('\0')).then_some(cursor)
    }
}

/// A page that is asked for.
#[derive(Clone, Debug)]
pub struct Listing {
    pub filter: Filter,
    pub sort: Sort,
    pub after: Option<Cursor>,
    /// The most products of the page.
    pub limit: usize,
}

/// A page, and where the next one begins, if there is one.
#[derive(Clone, Debug)]
pub struct Page {
    pub records: Vec<Record>,
    pub next: Option<Cursor>,
}

impl Store {
    /// A page of the catalogue.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn list(&self, listing: &Listing) -> Result<Page, Error> {
        let (sql, values) = listing.statement();
        let rows = self.database.fetch_all(AssertSqlSafe(sql), values).await?;
        let mut records =
            rows.iter().map(|row| Record::read(row, self.currency)).collect::<Result<Vec<_>, _>>()?;
        let more = records.len() > listing.limit;
        records.truncate(listing.limit);
        let next = records.last().filter(|_| more).map(|last| cursor(last, listing.sort));
        Ok(Page { records, next })
    }
}

impl Listing {
    /// The statement of a page; it asks for one product more, which tells whether there is a next page.
    pub fn statement(&self) -> (String, Vec<Value>) {
        let mut values = Vec::new();
        let mut conditions = conditions(&self.filter, &mut values);
        let mut place = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let sign = if self.sort.is_descending() { '<' } else { '>' };
        if let Some(after) = &self.after {
            conditions.push(match self.sort {
                Sort::Age | Sort::Newest | Sort::Relevance => {
                    format!("p.id {sign} {}", place(after.id.into()))
                }
                Sort::Name => format!("p.name_folded {sign} {}", place(after.text.as_str().into())),
                Sort::Price | Sort::PriceDescending => {
                    let (price, id) = (place(after.number.into()), place(after.id.into()));
                    format!("(p.price, p.id) {sign} ({price}, {id})")
                }
            });
        }
        let order = match self.sort {
            Sort::Age => "p.id",
            Sort::Newest | Sort::Relevance => "p.id DESC",
            Sort::Name => "p.name_folded",
            Sort::Price => "p.price, p.id",
            Sort::PriceDescending => "p.price DESC, p.id DESC",
        };
        let limit = place(i64::try_from(self.limit + 1).unwrap_or(i64::MAX).into());
        let filter =
            if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
        let sql =
            format!("SELECT {} FROM products p {filter} ORDER BY {order} LIMIT {limit}", record::COLUMNS);
        (sql, values)
    }
}

/// The conditions of a filter on `products p`.
pub(super) fn conditions(filter: &Filter, values: &mut Vec<Value>) -> Vec<String> {
    let mut conditions = Vec::new();
    if let Some(category) = &filter.category {
        values.push(category.into());
        conditions.push(format!("p.category = ${}", values.len()));
    }
    if let Some(in_stock) = filter.in_stock {
        values.push(in_stock.into());
        conditions.push(format!("p.available = ${}", values.len()));
    }
    conditions
}

fn cursor(record: &Record, sort: Sort) -> Cursor {
    let facts = &record.facts;
    let number = if matches!(sort, Sort::Price | Sort::PriceDescending) { facts.price } else { 0 };
    let text = if sort == Sort::Name { facts.name.to_lowercase() } else { String::new() };
    Cursor { number, text, id: facts.id }
}
