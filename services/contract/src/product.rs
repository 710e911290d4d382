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

/// The field does not name a place of a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCsvError;

/// The way back, for a client that got the mistake as a field.
impl TryFrom<&FieldError> for CsvError {
    type Error = NoCsvError;

    fn try_from(error: &FieldError) -> Result<Self, NoCsvError> {
        let place = error.field.strip_prefix("line ").ok_or(NoCsvError)?;
        let (line, column) = place.split_once(": ").ok_or(NoCsvError)?;
        let line = line.parse().map_err(|_| NoCsvError)?;
        Ok(Self { line, column: column.to_owned(), message: error.message.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::{CsvError, NoCsvError};
    use crate::FieldError;

    #[test]
    fn a_mistake_of_a_csv_file_is_found_again_in_the_field_that_it_became() {
        for column in ["price", ""] {
            let error = CsvError { line: 17, column: column.to_owned(), message: "is missing".to_owned() };
            assert_eq!(CsvError::try_from(&FieldError::from(error.clone())), Ok(error));
        }
    }

    #[test]
    fn other_fields_are_no_mistakes_of_a_csv_file() {
        for field in ["name", "line", "line x: price", "line 3"] {
            let error = FieldError { field: field.to_owned(), message: "is missing".to_owned() };
            assert_eq!(CsvError::try_from(&error), Err(NoCsvError), "{field}");
        }
    }
}
