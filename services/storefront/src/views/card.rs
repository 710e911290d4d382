//! A product as lists show it.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use contract::product::{Product, Stock};

use crate::format::Format;
use crate::texts;

/// A product in a grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) slug: String,
    /// As it is shown.
    pub(crate) price: String,
    /// Link to the picture; empty if there is none.
    pub(crate) image: String,
    pub(crate) category: String,
    pub(crate) stock: Stock,
}

/// A card below another product.
#[derive(Template)]
#[template(path = "card_below.html")]
struct Below<'a> {
    card: &'a Card,
}

impl Card {
    pub(crate) fn new(product: &Product, format: &Format) -> Self {
        Self {
            id: product.id,
            name: product.name.clone(),
            slug: product.slug.clone(),
            price: format.money_in(product.price, product.currency),
            image: product.image.clone(),
            category: product.category.clone(),
            stock: product.stock,
        }
    }

    /// As it stands below another product, the same for everybody.
    pub(crate) fn written_below(&self) -> Arc<str> {
        Below { card: self }.render().expect("texts and numbers can be written").into()
    }

    /// Its page.
    pub(crate) fn href(&self) -> String {
        format!("/product/{}", self.slug)
    }

    /// The stock as a mark: `in`, `low`, `out`.
    pub(crate) fn stock_name(&self) -> &'static str {
        stock_name(self.stock)
    }

    /// The stock in words.
    pub(crate) fn stock_text(&self) -> &'static str {
        texts::catalogue::stock(self.stock)
    }

    pub(crate) fn is_out(&self) -> bool {
        self.stock == Stock::Out
    }

    /// The picture, if the page may load it.
    pub(crate) fn shown_image(&self) -> &str {
        loadable(&self.image)
    }

    /// What stands in for a missing picture.
    pub(crate) fn initial(&self) -> String {
        initial(&self.name)
    }
}

pub(super) fn stock_name(stock: Stock) -> &'static str {
    match stock {
        Stock::InStock => "in",
        Stock::Low => "low",
        Stock::Out => "out",
    }
}

/// The link if the pages' content security policy lets it load: our own, or over https. Else nothing.
pub(super) fn loadable(image: &str) -> &str {
    let is_ours = image.starts_with('/') && !image.starts_with("//");
    // What a URL cannot hold (RFC 3986): a browser would guess.
    let is_odd = |character: char| character.is_control() || " \"<>\\^`{|}".contains(character);
    if (is_ours || image.starts_with("https://")) && !image.contains(is_odd) { image } else { "" }
}

/// The first letter of a name.
pub(super) fn initial(name: &str) -> String {
    name.chars()
        .find(|first| first.is_alphanumeric())
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default()
}

/// Says that what is shown comes from the storefront's copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CopyNote {
    /// Time since the copy was last known to be current.
    pub(crate) age: Duration,
    /// True if the copy holds only a part of the catalogue.
    pub(crate) is_partial: bool,
}

impl CopyNote {
    pub(crate) fn text(&self) -> String {
        let mut text = texts::degraded::catalogue_of(self.age);
        if self.is_partial {
            text = format!("{text} {}", texts::degraded::PARTIAL);
        }
        text
    }
}
