//! The page of a product.

use std::sync::Arc;

use askama::Template;

use super::{Card, FormErrors, Page};
use crate::texts;

/// `/product/<slug>`. If it comes from the storefront's copy, `Page::show_copy` says so.
#[derive(Clone, Debug, Template)]
#[template(path = "product.html")]
pub(crate) struct ProductPage {
    pub(crate) page: Page,
    pub(crate) product: Card,
    pub(crate) description: String,
    /// What stands in the quantity field; "1" at first.
    pub(crate) quantity: String,
    pub(crate) errors: FormErrors,
    /// A few others of the category, as [`Card::written_below`] writes them; may be empty.
    pub(crate) related: Vec<Arc<str>>,
}

impl ProductPage {
    fn category_href(&self) -> String {
        super::Listing::default().href_in(&self.product.category)
    }

    /// The description cut at empty lines.
    fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.description.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
    }
}
