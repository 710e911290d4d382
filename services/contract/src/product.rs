//! The product service's wire shapes: the catalogue and its stock.

use crate::{Currency, FieldError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much is left, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stock {
    /// More than a few are left, or the stock is not tracked.
    InStock,
    /// At most five are left.
    Low,
    /// None is left.
    Out,
}

/// A product as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Product {
    pub id: i64,
    /// A link to the picture; empty if there is none.
    pub image: String,
    pub name: String,
    /// Minor units of `currency`.
    pub price: i64,
    pub slug: String,
    pub currency: Currency,
    pub description: String,
    /// Empty if the product is in no category.
    pub category: String,
    pub stock: Stock,
    /// Pieces left that nobody has ordered; staff only. Absent if the stock is not tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock_quantity: Option<i64>,
    /// Counts the edits; quoted, it is the ETag that a change must name in `If-Match`.
    pub version: i64,
}

/// A page of products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductList {
    pub results: Vec<Product>,
}

/// One product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductResult {
    pub result: Product,
}

/// The answer to a created product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductAdded {
    #[schema(example = "Product added")]
    pub message: String,
    pub product: Product,
}

/// What an import did, or (dry run) would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    pub message: String,
    /// True if nothing was written.
    pub dry_run: bool,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
}

/// One place of a CSV file that is wrong. The header is line 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CsvError {
    pub line: u64,
    /// The column's name; empty if the whole line is meant.
    pub column: String,
    pub message: String,
}

impl From<CsvError> for FieldError {
    fn from(error: CsvError) -> Self {
        Self { field: format!("line {}: {}", error.line, error.column), message: error.message }
    }
}
