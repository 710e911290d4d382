//! The home page and the page of a product.

use client::Sort;
use contract::product::Stock;

pub(crate) const HERO_HEADING: &str = "Good things, chosen with care";
pub(crate) const HERO_LEAD: &str =
    "A small shop that takes its time. Look around; everything here is something we use ourselves.";
pub(crate) const HERO_BUTTON: &str = "See everything";
pub(crate) const ALL: &str = "All";
pub(crate) const CATEGORIES: &str = "Categories";
pub(crate) const RESULTS: &str = "Products";
pub(crate) const SORT: &str = "Sort by";
pub(crate) const SORT_BEST: &str = "Best match";
pub(crate) const IN_STOCK: &str = "Only what is in stock";
pub(crate) const APPLY: &str = "Show";
pub(crate) const NEXT_PAGE: &str = "Next page";
pub(crate) const FIRST_PAGE: &str = "Back to the first page";
pub(crate) const PAGES: &str = "Pages";
pub(crate) const ADD: &str = "Add to basket";
pub(crate) const QUANTITY: &str = "Quantity";
pub(crate) const NOTHING_HERE: &str = "The shelves are still empty";
pub(crate) const NOTHING_HERE_LEAD: &str = "The first products are on their way. Please come back soon.";
pub(crate) const NOTHING_FOUND_LEAD: &str = "Try a shorter word, or look through everything.";
pub(crate) const SHOW_ALL: &str = "Show everything";
pub(crate) const RELATED: &str = "You may also like";
pub(crate) const OUT_EXPLAINED: &str = "Sold out for now. You can order it again when it is back.";

/// When a search finds nothing.
pub(crate) fn nothing_found(query: &str) -> String {
    if query.is_empty() {
        "Nothing fits this choice".to_owned()
    } else {
        format!("Nothing found for “{query}”")
    }
}

/// Over the results of a search.
pub(crate) fn results_for(query: &str) -> String {
    format!("Results for “{query}”")
}

/// How many are shown on this page; whether there are more is not counted.
pub(crate) fn shown(count: usize, more: bool) -> String {
    match (count, more) {
        (1, false) => "1 product".to_owned(),
        (_, false) => format!("{count} products"),
        (_, true) => format!("{count} products on this page"),
    }
}

/// An order of the list, to be chosen.
pub(crate) fn sort(sort: Sort) -> &'static str {
    match sort {
        Sort::Name => "Name",
        Sort::Price => "Price, low to high",
        Sort::PriceDescending => "Price, high to low",
        Sort::Newest => "Newest",
    }
}

/// The stock in a word.
pub(crate) fn stock(stock: Stock) -> &'static str {
    match stock {
        Stock::InStock => "In stock",
        Stock::Low => "Only a few left",
        Stock::Out => "Sold out",
    }
}

/// For those who hear the page: which product the button is for.
pub(crate) fn add_named(name: &str) -> String {
    format!("Add {name} to basket")
}
