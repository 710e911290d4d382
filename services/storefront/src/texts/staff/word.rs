//! Words that several pages use.

use contract::product::Stock;

pub(crate) const SAVE: &str = "Save";
pub(crate) const FILTER: &str = "Show";
pub(crate) const ALL: &str = "All";
pub(crate) const PAGES: &str = "Pages";
pub(crate) const NEXT: &str = "Next page";
pub(crate) const FIRST: &str = "First page";
pub(crate) const UP: &str = "Up";
pub(crate) const DOWN: &str = "Down";
pub(crate) const UNKNOWN: &str = "Not heard from yet";
pub(crate) const NOT_COUNTED: &str = "Not counted";

/// The stock in a word; the number stands beside it.
pub(crate) fn stock(stock: Stock) -> &'static str {
    match stock {
        Stock::InStock => "In stock",
        Stock::Low => "Low",
        Stock::Out => "Out",
    }
}
