//! `/staff/low-stock`: what is out or nearly so.

use askama::Template;
use contract::product::{Product, Stock};

use super::Section;
use crate::format::Format;
use crate::texts::staff as text;
use crate::views::Page;

/// `/staff/low-stock`
#[derive(Clone, Debug, Template)]
#[template(path = "staff/low_stock.html")]
pub(crate) struct LowStockPage {
    pub(crate) page: Page,
    pub(crate) rows: Vec<LowStockRow>,
    /// Link to the next page.
    pub(crate) next: Option<String>,
    /// True behind the first page.
    pub(crate) is_continued: bool,
    /// False if no catalogue was ever seen.
    pub(crate) is_known: bool,
    /// True if the copy holds only a part of the catalogue.
    pub(crate) is_partial: bool,
    /// True if the product service does not answer: numbers are not known.
    pub(crate) is_read_only: bool,
}

/// A product that is low or out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LowStockRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) stock: Stock,
    /// Pieces left, in words; empty if they are not known here.
    pub(crate) pieces: String,
}

impl LowStockRow {
    /// `pieces` is the number, where the product service told it.
    pub(crate) fn new(product: &Product, pieces: Option<i64>, format: &Format) -> Self {
        Self {
            id: product.id,
            name: product.name.clone(),
            category: product.category.clone(),
            stock: product.stock,
            pieces: pieces
                .map(|pieces| text::products::pieces(pieces, &format.number(pieces)))
                .unwrap_or_default(),
        }
    }

    /// The class of its badge.
    pub(crate) fn stock_mark(&self) -> &'static str {
        super::stock_mark(self.stock)
    }

    /// The stock in a word.
    pub(crate) fn stock_text(&self) -> &'static str {
        text::word::stock(self.stock)
    }
}
