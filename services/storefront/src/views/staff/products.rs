//! `/staff/products`: the catalogue with its numbers.

use askama::Template;
use client::Sort;
use contract::product::{Product, Stock};

use super::Section;
use crate::format::Format;
use crate::texts::{self, staff as text};
use crate::views::Page;

/// `/staff/products`
#[derive(Clone, Debug, Template)]
#[template(path = "staff/products.html")]
pub(crate) struct ProductsPage {
    pub(crate) page: Page,
    pub(crate) filter: ProductFilter,
    /// For the choice.
    pub(crate) categories: Vec<String>,
    pub(crate) rows: Vec<ProductRow>,
    /// Link to the next page.
    pub(crate) next: Option<String>,
    /// True behind the first page.
    pub(crate) is_continued: bool,
    /// This is the copy: nothing can be changed, and no number is known. The sentence that says so.
    pub(crate) note: Option<&'static str>,
}

/// What is looked for, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProductFilter {
    pub(crate) q: String,
    pub(crate) category: String,
    /// Without one, a search has the best match first, and any other list the oldest product.
    pub(crate) sort: Option<Sort>,
    /// `true`, `false` or empty.
    pub(crate) in_stock: String,
}

impl ProductFilter {
    /// Whether anything is looked for.
    pub(crate) fn is_narrow(&self) -> bool {
        !self.q.is_empty() || !self.category.is_empty() || !self.in_stock.is_empty()
    }

    /// The orders of the list: value, name, and whether it is the one that was chosen.
    pub(crate) fn sorts(&self) -> Vec<(&'static str, &'static str, bool)> {
        let unchosen = if self.q.is_empty() { text::products::BY_AGE } else { texts::catalogue::SORT_BEST };
        let chosen =
            Sort::ALL.map(|sort| (sort.name(), texts::catalogue::sort(sort), self.sort == Some(sort)));
        [("", unchosen, self.sort.is_none())].into_iter().chain(chosen).collect()
    }

    /// Values and names of the choice of availability.
    pub(crate) fn availabilities(&self) -> [(&'static str, &'static str); 3] {
        use text::products;
        [("", products::ANY), ("true", products::AVAILABLE), ("false", products::NOT_AVAILABLE)]
    }

    /// The address of the list from `after` on.
    pub(crate) fn href(&self, after: Option<&str>) -> String {
        let named = [
            ("q", self.q.as_str()),
            ("category", &self.category),
            ("sort", self.sort.map_or("", Sort::name)),
            ("in_stock", &self.in_stock),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in named.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        let query = query.finish();
        if query.is_empty() { "/staff/products".to_owned() } else { format!("/staff/products?{query}") }
    }
}

/// A product in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProductRow {
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) category: String,
    pub(crate) price: String,
    pub(crate) stock: Stock,
    /// Pieces left, in words; empty if they are not known here.
    pub(crate) pieces: String,
}

impl ProductRow {
    /// `is_known` tells whether the product comes from the service, which alone knows numbers.
    pub(crate) fn new(product: &Product, format: &Format, is_known: bool) -> Self {
        let pieces = match (is_known, product.stock_quantity) {
            (true, Some(pieces)) => text::products::pieces(pieces, &format.number(pieces)),
            (true, None) => text::word::NOT_COUNTED.to_owned(),
            (false, _) => String::new(),
        };
        Self {
            id: product.id,
            slug: product.slug.clone(),
            name: product.name.clone(),
            image: product.image.clone(),
            category: product.category.clone(),
            price: format.money_in(product.price, product.currency),
            stock: product.stock,
            pieces,
        }
    }

    /// The stock in a word.
    pub(crate) fn stock_text(&self) -> &'static str {
        text::word::stock(self.stock)
    }

    /// The class of its badge.
    pub(crate) fn stock_mark(&self) -> &'static str {
        super::stock_mark(self.stock)
    }
}
